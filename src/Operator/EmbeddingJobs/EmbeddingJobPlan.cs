using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>What is to be done about an EmbeddingJob: children to start and to end, and what its status says then.</summary>
public sealed record EmbeddingJobPlan
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

    /// <summary>Reason of Ready.</summary>
    public required string Reason { get; init; }

    /// <summary>Message of Ready.</summary>
    public required string Message { get; init; }

    /// <summary>Reason of Stalled, where a person is needed.</summary>
    public string? Stalled { get; init; }

    /// <summary>Whether a run is under way.</summary>
    public bool Reconciling { get; init; }

    /// <summary>Counts of the run's shards.</summary>
    public ShardStatus? Shards { get; init; }

    /// <summary>When to look again without being told; null: never.</summary>
    public TimeSpan? WakeAfter { get; init; }

    /// <summary>Whether the end of <see cref="Run"/> gave this version.</summary>
    public string? Version { get; init; }

    /// <summary>Where that version lies.</summary>
    public string? Output { get; init; }

    /// <summary>Rows, chunks, rejects and progress.</summary>
    public RunCounts Counts { get; init; } = new();
}

/// <summary>What is known of a run's size and progress.</summary>
public sealed record RunCounts
{
    /// <summary>Rows read; null where unknown.</summary>
    public long? Rows { get; init; }

    /// <summary>Chunks embedded; null where unknown.</summary>
    public long? Chunks { get; init; }

    /// <summary>Rows rejected; null where unknown.</summary>
    public long? Rejected { get; init; }

    /// <summary>Part of the work that is done, from 0 to 1; null where unknown.</summary>
    public double? Fraction { get; init; }

    /// <summary>Chunks per second; null where unknown.</summary>
    public double? ChunksPerSecond { get; init; }

    /// <summary>Tokens per second; null where unknown.</summary>
    public double? TokensPerSecond { get; init; }
}
