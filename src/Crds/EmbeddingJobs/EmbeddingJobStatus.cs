using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Schema;

namespace TextOps.Crds.EmbeddingJobs;

/// <summary>What the operator saw of an EmbeddingJob; nobody else writes it.</summary>
public sealed record EmbeddingJobStatus : IRunStatus
{
    /// <summary>The generation that this status was computed from.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Ready, Reconciling and Stalled.</summary>
    [MaxItems(16), MapKeys("type")]
    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    /// <summary>How far the run is, for example <c>42%</c>.</summary>
    [MaxLength(16)]
    public string? Progress { get; init; }

    /// <summary>Rows read by the last run.</summary>
    public long? Rows { get; init; }

    /// <summary>Chunks embedded by the last run.</summary>
    public long? Chunks { get; init; }

    /// <summary>Rows rejected by the last run.</summary>
    public long? Rejected { get; init; }

    /// <summary>Speed of the last run, for example <c>412 chunks/s</c>.</summary>
    [MaxLength(64)]
    public string? Rate { get; init; }

    /// <summary>The shards of the run.</summary>
    public ShardStatus? Shards { get; init; }

    /// <summary>The last committed version, for example <c>v000003</c>.</summary>
    [MaxLength(16)]
    public string? Version { get; init; }

    /// <summary>Where that version lies.</summary>
    [MaxLength(4096)]
    public string? Output { get; init; }

    /// <summary>The run under way, or the last one.</summary>
    public RunStatus? Run { get; init; }

    /// <summary>The last runs, newest first.</summary>
    [MaxItems(50), MapKeys("id", "startTime")]
    public IReadOnlyList<RunStatus>? Runs { get; init; }

    /// <summary>The last time of <c>spec.schedule</c> that was acted on: a run was started, or it was skipped.</summary>
    public DateTimeOffset? LastScheduleTime { get; init; }

    /// <summary>The first time of <c>spec.schedule</c> that was not acted on yet; in the past while <c>spec.suspend</c> holds it back.</summary>
    public DateTimeOffset? NextScheduleTime { get; init; }

    /// <summary>The value of annotation <c>textops.dev/rerun</c> that was last acted on.</summary>
    [MaxLength(256)]
    public string? LastHandledRerun { get; init; }
}

/// <summary>Counts of a run's shards.</summary>
public sealed record ShardStatus
{
    /// <summary>How many there are.</summary>
    public int? Total { get; init; }

    /// <summary>How many run now.</summary>
    public int? Active { get; init; }

    /// <summary>How many are done.</summary>
    public int? Succeeded { get; init; }

    /// <summary>How many failed for good.</summary>
    public int? Failed { get; init; }
}
