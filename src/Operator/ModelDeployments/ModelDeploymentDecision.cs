using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;

namespace TextOps.Operator.ModelDeployments;

/// <summary>Decides about a ModelDeployment: a pure function of what was seen and of the time. The registry says what the stages should serve, each stage goes its way, and Jobs that nobody asks for go.</summary>
internal static class ModelDeploymentDecision
{
    /// <summary>Looks at <paramref name="seen"/> and says what to do.</summary>
    public static ModelDeploymentPlan Decide(ModelDeploymentSnapshot seen, DateTimeOffset now)
    {
        var attempts = new DeploymentAttempts(seen, now);
        if (seen.Problems is [_, ..] problems)
        {
            return Invalid(seen, attempts, string.Join("; ", problems));
        }

        var registry = RegistryLook.At(seen, attempts, now);
        var decided = seen.Stages.Select(stage => WithRegistry(new StageDecision(seen, stage, StageTarget.Of(seen, stage.Stage, registry), attempts, now).Decide(), registry)).ToList();
        var stages = decided.Select(stage => Announced(decided, stage)).ToList();
        return new ModelDeploymentPlan
        {
            Stages = stages,
            Registry = registry.Answer,
            RegistryFailure = registry.Failure,
            Start = [.. new[] { registry.Start }.Concat(stages.Select(stage => stage.Start)).OfType<DueTask>()],
            Delete = [.. registry.Delete.Concat(stages.SelectMany(stage => stage.Delete)).Concat(attempts.Unneeded).Distinct(StringComparer.Ordinal)],
            WakeAfter = ModelDeploymentPlan.Earliest([registry.WakeAfter, attempts.NextRemoval, .. stages.Select(stage => stage.WakeAfter)]),
        };
    }

    // What serves goes on serving, and nothing else happens.
    private static ModelDeploymentPlan Invalid(ModelDeploymentSnapshot seen, DeploymentAttempts attempts, string problem) => new()
    {
        Stages = [.. seen.Stages.Select(stage => new StagePlan { Seen = stage, State = StageState.Of(stage, seen.Model), Reason = RunReasons.InvalidSpec, Message = "the spec cannot be acted on; see condition Stalled" })],
        Registry = seen.Status?.Registry,
        Problem = problem,
        Delete = attempts.Unneeded,
        WakeAfter = attempts.NextRemoval,
    };

    // A stage that serves what was said last may be behind what would be said now.
    private static StagePlan WithRegistry(StagePlan plan, RegistryLook registry) =>
        registry.Failure is { } failure && plan.Ready == StageReadiness.Yes && RegistryLook.ReferenceOf(plan.Seen.Stage) is not null
            ? plan with { Ready = StageReadiness.Unknown, Reason = StageReasons.TaskFailed, Message = $"{plan.Message}; {failure}", Stalled = StageReasons.TaskFailed }
            : plan;

    // A stage that serves what was approved says so when more waits for approval.
    private static StagePlan Announced(IReadOnlyList<StagePlan> stages, StagePlan plan) =>
        plan is { Ready: StageReadiness.Yes, Reason: StageReasons.Serving } && StageApproval.Of(stages, plan.Seen.Stage) is { Waiting: not null } approval
            ? plan with { Reason = StageReasons.AwaitingApproval, Message = $"{plan.Message}; {approval.Message}" }
            : plan;
}
