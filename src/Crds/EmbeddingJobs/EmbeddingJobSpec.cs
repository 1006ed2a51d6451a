using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Core;
using TextOps.Crds.Runs;

namespace TextOps.Crds.EmbeddingJobs;

/// <summary>
/// What is embedded, by which model, and where the result goes. <c>source</c>, <c>model</c>, <c>chunking</c>, <c>validation</c>, <c>output</c> and
/// <c>shards</c> define a run: a change of them makes a new version. All other fields only steer.
/// </summary>
public sealed record EmbeddingJobSpec : IRunSpec
{
    /// <summary>Where the texts are.</summary>
    public required TextSource Source { get; init; }

    /// <summary>The model that embeds them.</summary>
    public required EmbeddingModel Model { get; init; }

    /// <summary>How texts are cut before they are embedded.</summary>
    public Chunking Chunking { get; init; } = new();

    /// <summary>Which rows are rejected.</summary>
    public RowValidation Validation { get; init; } = new();

    /// <summary>Where versions are written.</summary>
    public EmbeddingOutput Output { get; init; } = new();

    /// <summary>Into how many parts the work is cut; each is a Job.</summary>
    [Range(1, 1000)]
    public int Shards { get; init; } = 1;

    /// <summary>How many shards run at once.</summary>
    [Range(1, 100)]
    public int Parallelism { get; init; } = 1;

    /// <summary>Stops the pods with grace; the same run resumes when it is false again.</summary>
    public bool Suspend { get; init; }

    /// <summary>Runs at fixed times beside those that a change starts.</summary>
    public RunSchedule? Schedule { get; init; }

    /// <summary>A run that takes longer fails (DeadlineExceeded).</summary>
    [Range(1, 31_536_000)]
    public long? ActiveDeadlineSeconds { get; init; }

    /// <summary>How often a failed task (exit code 3, out of memory) is tried again, with exponential back-off.</summary>
    [Range(0, 20)]
    public int MaxRetriesPerShard { get; init; } = 3;

    /// <summary>How long a pod may fail to start because of its image or configuration before the run fails; counts from unsuspension.</summary>
    [Range(1, 86_400)]
    public int PodStartTimeoutSeconds { get; init; } = 600;

    /// <summary>How long finished Jobs and ConfigMaps are kept after the run; the object itself and its versions stay.</summary>
    [Range(0, 31_536_000)]
    public int TtlSecondsAfterFinished { get; init; } = 3600;

    /// <summary>How many runs <c>status.runs</c> keeps.</summary>
    [Range(1, 50)]
    public int RunHistoryLimit { get; init; } = 5;

    /// <summary>Kueue's local queue: becomes the label <c>kueue.x-k8s.io/queue-name</c> on child Jobs.</summary>
    [MaxLength(63)]
    public string? QueueName { get; init; }

    /// <summary>How the runner's pods are made.</summary>
    public RunnerSpec Runner { get; init; } = new();
}
