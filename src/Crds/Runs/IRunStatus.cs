using TextOps.Crds.Meta;

namespace TextOps.Crds.Runs;

/// <summary>What the status of every kind tells of runs.</summary>
public interface IRunStatus
{
    /// <summary>The generation that this status was computed from.</summary>
    long? ObservedGeneration { get; }

    /// <summary>Those of <see cref="RunConditions"/>, and the kind's own.</summary>
    IReadOnlyList<V1Condition>? Conditions { get; }

    /// <summary>The run under way, or the last one.</summary>
    RunStatus? Run { get; }

    /// <summary>The last runs, newest first.</summary>
    IReadOnlyList<RunStatus>? Runs { get; }

    /// <summary>The last time of the schedule that was acted on.</summary>
    DateTimeOffset? LastScheduleTime { get; }

    /// <summary>The first time of the schedule that was not acted on yet.</summary>
    DateTimeOffset? NextScheduleTime { get; }

    /// <summary>The value of annotation <c>textops.dev/rerun</c> that was last acted on.</summary>
    string? LastHandledRerun { get; }
}
