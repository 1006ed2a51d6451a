using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;

namespace TextOps.Operator.ModelDeployments;

/// <summary>What the object says as a whole: the reason of the stage that most needs attention.</summary>
internal sealed record DeploymentSummary
{
    // From what needs a person most to what needs nobody.
    private static readonly string[] ByAttention =
    [
        RunReasons.InvalidSpec, RunReasons.ChildRejected, StageReasons.RolledBack, StageReasons.RolloutFailed, StageReasons.GateFailed, StageReasons.ApprovalMismatch, StageReasons.VersionNotFound,
        StageReasons.TaskFailed, StageReasons.Unavailable, StageReasons.Suspended, StageReasons.RollingOut, StageReasons.Gating, StageReasons.Checking, StageReasons.Resolving,
        StageReasons.AwaitingEvidence, StageReasons.AwaitingApproval, StageReasons.ScaledToZero, StageReasons.Serving,
    ];

    /// <summary>Whether all stages serve what they should.</summary>
    public required bool IsReady { get; init; }

    /// <summary>Reason of Ready.</summary>
    public required string Reason { get; init; }

    /// <summary>Message of Ready.</summary>
    public required string Message { get; init; }

    /// <summary>Reason of Stalled, where a person is needed.</summary>
    public string? Stalled { get; init; }

    /// <summary>Message of Stalled.</summary>
    public string StalledMessage { get; init; } = "";

    /// <summary>Whether something is under way.</summary>
    public bool Reconciling { get; init; }

    /// <summary>What waits for approval, and what to do; null where nothing does.</summary>
    public string? Awaiting { get; init; }

    /// <summary>Which stages serve their stable version because another failed; null where none does.</summary>
    public string? RolledBack { get; init; }

    /// <summary><c>status.approval</c>.</summary>
    public string? Approval { get; init; }

    /// <summary>Sums up <paramref name="plan"/>.</summary>
    public static DeploymentSummary Of(ModelDeploymentPlan plan)
    {
        var worst = plan.Stages.MinBy(stage => Rank(stage.Reason))!;
        var stalled = plan.Stages.Where(stage => stage.Stalled is not null).MinBy(stage => Rank(stage.Reason));
        var approvals = plan.Stages.Select(stage => (stage.Seen.Stage.Name, Approval: StageApproval.Of(plan.Stages, stage.Seen.Stage)!)).Where(stage => stage.Approval is not null).ToList();
        var awaited = approvals.Where(stage => stage.Approval.IsAwaited).ToList();
        var isReady = plan.Stages.All(stage => stage.Ready == StageReadiness.Yes);
        var summary = new DeploymentSummary
        {
            IsReady = isReady,
            Reason = worst.Reason,
            Message = isReady ? string.Join("; ", plan.Stages.Select(Said)) : Said(worst),
            Stalled = stalled?.Stalled,
            StalledMessage = stalled is null ? "" : Said(stalled),
            Reconciling = plan.Stages.Any(stage => stage.Reconciling),
            Awaiting = awaited.Count > 0 ? string.Join("; ", awaited.Select(stage => $"{stage.Name}: {stage.Approval.Message}")) : null,
            RolledBack = plan.Stages.Where(stage => stage.Reason == StageReasons.RolledBack).Select(Said).ToList() is [_, ..] back ? string.Join("; ", back) : null,
            Approval = approvals.Count > 0 ? (awaited.Count > 0 ? awaited : approvals)[^1].Approval.Short : null,
        };
        return plan switch
        {
            { Problem: { } problem } => summary with { IsReady = false, Reason = RunReasons.InvalidSpec, Message = problem, Stalled = RunReasons.InvalidSpec, StalledMessage = problem, Reconciling = false },
            { ChildRejected: { } refusal } => summary with { IsReady = false, Reason = RunReasons.ChildRejected, Message = refusal, Stalled = RunReasons.ChildRejected, StalledMessage = refusal },
            _ => summary,
        };
    }

    private static string Said(StagePlan stage) => $"{stage.Seen.Stage.Name}: {stage.Message}";

    // A reason that is not in the list is a failure that a gate gave a name of its own.
    private static int Rank(string reason) => Math.Max(Array.IndexOf(ByAttention, reason), 0);
}
