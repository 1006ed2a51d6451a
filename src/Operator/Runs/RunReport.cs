using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Runs;

/// <summary>What the status of every kind says after a decision: conditions are computed anew, the rest follows the run.</summary>
internal sealed record RunReport
{
    // Far below the 32,768 characters that the schema allows, and more than anybody reads.
    private const int MaxMessageBytes = 4096;

    /// <inheritdoc cref="IRunStatus.ObservedGeneration"/>
    public required long? ObservedGeneration { get; init; }

    /// <summary>Ready, Reconciling and Stalled, beside the kind's own as they were.</summary>
    public required IReadOnlyList<V1Condition> Conditions { get; init; }

    /// <inheritdoc cref="IRunStatus.Run"/>
    public required RunStatus? Run { get; init; }

    /// <inheritdoc cref="IRunStatus.Runs"/>
    public required IReadOnlyList<RunStatus> Runs { get; init; }

    /// <inheritdoc cref="IRunStatus.LastScheduleTime"/>
    public required DateTimeOffset? LastScheduleTime { get; init; }

    /// <inheritdoc cref="IRunStatus.NextScheduleTime"/>
    public required DateTimeOffset? NextScheduleTime { get; init; }

    /// <inheritdoc cref="IRunStatus.LastHandledRerun"/>
    public required string? LastHandledRerun { get; init; }

    /// <summary>Whether the status before spoke of the same run, so that what it says of its size may stay.</summary>
    public required bool IsSameRun { get; init; }

    /// <summary>The report after <paramref name="plan"/>.</summary>
    public static RunReport Of(RunSnapshot seen, RunPlan plan, DateTimeOffset now) => new()
    {
        ObservedGeneration = seen.Owner.Metadata.Generation,
        Conditions = ConditionsOf(seen, plan, now),
        Run = plan.Run,
        Runs = History(seen.Status?.Runs ?? [], plan.Ended, seen.Spec.RunHistoryLimit),
        LastScheduleTime = plan.LastScheduleTime,
        NextScheduleTime = plan.NextScheduleTime,
        LastHandledRerun = seen.PendingRerun ?? seen.Status?.LastHandledRerun,
        IsSameRun = seen.LastRun is { } last && plan.Run is { } run && AreSame(last, run),
    };

    private static IReadOnlyList<V1Condition> ConditionsOf(RunSnapshot seen, RunPlan plan, DateTimeOffset now)
    {
        var conditions = seen.Status?.Conditions;
        var text = Ellipsis.Cut(plan.Message, MaxMessageBytes);
        Set(RunConditions.Ready, plan.IsReady, plan.Reason, text);
        Set(RunConditions.Reconciling, plan.Reconciling, plan.Reason, text);
        Set(RunConditions.Stalled, plan.Stalled is not null, plan.Stalled ?? RunReasons.NotStalled, plan.Stalled is null ? "" : text);
        return conditions!;

        void Set(string type, bool holds, string reason, string message) => conditions = Kubernetes.Runtime.Conditions.Set(
            conditions, type, holds ? ConditionStatus.True : ConditionStatus.False, reason, message, seen.Owner.Metadata.Generation, now);
    }

    private static IReadOnlyList<RunStatus> History(IReadOnlyList<RunStatus> runs, IReadOnlyList<RunStatus> ended, int limit) =>
        [.. ended.Where(one => !runs.Any(run => AreSame(run, one))).Concat(runs).Take(limit)];

    private static bool AreSame(RunStatus one, RunStatus other) => one.Id == other.Id && one.StartTime == other.StartTime;
}
