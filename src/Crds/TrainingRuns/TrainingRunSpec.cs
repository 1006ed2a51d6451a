using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Core;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.TrainingRuns;

/// <summary>
/// What is learned from which texts, and where the model goes. <c>dataset</c>, <c>features</c>, <c>candidates</c>, <c>search</c>, <c>evaluation</c> and <c>register</c>
/// define a run: a change of them makes a new one. All other fields only steer.
/// </summary>
public sealed record TrainingRunSpec
{
    /// <summary>The labelled texts, what they must be like, and how they are split.</summary>
    public required Dataset Dataset { get; init; }

    /// <summary>Blocks of features, fitted on the training split; what a model sees is the blocks its candidate names, side by side.</summary>
    [MinLength(1), MaxItems(16), MapKeys("name")]
    public required IReadOnlyList<FeatureBlock> Features { get; init; }

    /// <summary>Model families that compete; the best by <c>search.objective</c> goes on.</summary>
    [MinLength(1), MaxItems(16), MapKeys("name")]
    public required IReadOnlyList<Candidate> Candidates { get; init; }

    /// <summary>What a trial is judged by, and how trials run.</summary>
    public TrainingSearch Search { get; init; } = new();

    /// <summary>How the best model is judged on the test split, and what it must reach.</summary>
    public Evaluation Evaluation { get; init; } = new();

    /// <summary>Where the model is registered.</summary>
    public Registration Register { get; init; } = new();

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
