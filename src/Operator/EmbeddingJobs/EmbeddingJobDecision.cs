namespace TextOps.Operator.EmbeddingJobs;

/// <summary>
/// Decides about an EmbeddingJob: a pure function of what was seen and of the time. A run goes plan → shards → commit; each step's state is its Jobs,
/// so the decision can be taken again at any moment by any operator with the same outcome.
/// </summary>
public static class EmbeddingJobDecision
{
    /// <summary>Looks at <paramref name="seen"/> and says what to do.</summary>
    public static EmbeddingJobPlan Decide(EmbeddingJobSnapshot seen, DateTimeOffset now)
    {
        var choice = RunChoice.Of(seen, now);
        var pass = new RunPass(seen, choice, now);
        var plan = seen switch
        {
            { Problems: [_, ..] } => pass.Invalid(),
            _ when choice.Run.CompletionTime is not null => pass.Rest(),
            { Spec.Suspend: true } => pass.Suspend(),
            _ when pass.HasOthers => pass.WaitForOthers(),
            _ => pass.Advance(),
        };
        var next = seen.Spec.Suspend || seen.Problems.Count > 0 ? null : plan.NextScheduleTime - now;
        return next is null || plan.WakeAfter <= next ? plan : plan with { WakeAfter = next };
    }
}
