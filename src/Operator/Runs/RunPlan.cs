using TextOps.Crds.Runs;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Runs;

/// <summary>What is to be done about an object with runs: children to start and to end, and what its status says then.</summary>
public sealed record RunPlan
{
    /// <summary>The run under way, or the last one.</summary>
    public RunStatus? Run { get; init; }

    /// <summary>Runs that just ended, newest first, to be remembered: <see cref="Run"/> itself, and the one that it supersedes.</summary>
    public IReadOnlyList<RunStatus> Ended { get; init; } = [];

    /// <summary>The last time of the schedule that was acted on.</summary>
    public DateTimeOffset? LastScheduleTime { get; init; }

    /// <summary>The first time of the schedule that was not.</summary>
    public DateTimeOffset? NextScheduleTime { get; init; }

    /// <summary>What to tell the users of the object, once the status says it too.</summary>
    public IReadOnlyList<Announcement> News { get; init; } = [];

    /// <summary>Tasks to start.</summary>
    public IReadOnlyList<TaskToStart> Start { get; init; } = [];

    /// <summary>Child Jobs to delete, with the grace of their pods.</summary>
    public IReadOnlyList<string> Delete { get; init; } = [];

    /// <summary>Whether the last run came to a good end: Ready.</summary>
    public bool IsReady { get; init; }

    /// <summary>Reason of Ready.</summary>
    public required string Reason { get; init; }

    /// <summary>Message of Ready.</summary>
    public required string Message { get; init; }

    /// <summary>Reason of Stalled, where a person is needed.</summary>
    public string? Stalled { get; init; }

    /// <summary>Whether a run is under way.</summary>
    public bool Reconciling { get; init; }

    /// <summary>When to look again without being told; null: never.</summary>
    public TimeSpan? WakeAfter { get; init; }

    /// <summary>The version that the run just made or found current; null where it did neither.</summary>
    public string? Version { get; init; }

    /// <summary>Where that version lies.</summary>
    public string? Output { get; init; }
}
