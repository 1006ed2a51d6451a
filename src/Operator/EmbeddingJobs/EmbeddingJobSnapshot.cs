using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>All that the decision about an EmbeddingJob rests on, seen at one moment.</summary>
public sealed record EmbeddingJobSnapshot
{
    // The schema bounds status.lastHandledRerun to 256 characters; an annotation may be longer.
    private const int MaxRerunBytes = 256;

    /// <summary>The object.</summary>
    public required EmbeddingJob Job { get; init; }

    /// <summary>Its child Jobs, of this run and of earlier ones.</summary>
    public required IReadOnlyList<TaskAttempt> Attempts { get; init; }

    /// <summary>What is wrong with the spec; empty where nothing is.</summary>
    public IReadOnlyList<string> SpecErrors { get; init; } = [];

    /// <summary>What running pods say of their progress, by part; best effort, shown and never decided upon.</summary>
    public IReadOnlyDictionary<string, TaskProgress> Progress { get; init; } = new Dictionary<string, TaskProgress>(StringComparer.Ordinal);

    /// <summary>The operator's options.</summary>
    public required OperatorOptions Options { get; init; }

    /// <summary>The object's spec.</summary>
    public EmbeddingJobSpec Spec => Job.Spec;

    /// <summary>The run that the status knows last.</summary>
    public RunStatus? LastRun => Job.Status?.Run;

    /// <summary>The store that versions are written to; null where neither the object nor the operator names one.</summary>
    public string? Store => Spec.Output.Uri ?? Options.DefaultStore;

    /// <summary>Name of the output.</summary>
    public string OutputName => Spec.Output.NameFor(Job.Metadata);

    /// <summary>A rerun that was asked for and not yet acted on.</summary>
    public string? PendingRerun =>
        Job.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RerunAnnotation) is { Length: > 0 } value && Ellipsis.Cut(value, MaxRerunBytes) is var rerun && rerun != Job.Status?.LastHandledRerun
            ? rerun
            : null;

    /// <summary>Why nothing can be run by this spec; empty where something can.</summary>
    public IReadOnlyList<string> Problems => Store is null
        ? [.. SpecErrors, "spec.output.uri is not set and this operator has no default store; set it, for example s3://bucket/prefix"]
        : SpecErrors;

    /// <summary>Whether the last pass held the run back: suspended, or nothing to be run by the spec.</summary>
    public bool WasHeld =>
        Conditions.Find(Job.Status?.Conditions, RunConditions.Ready)?.Reason == RunReasons.Suspended
        || Conditions.Find(Job.Status?.Conditions, RunConditions.Stalled)?.Reason == RunReasons.InvalidSpec;

    /// <summary>What the spec says of attempts.</summary>
    internal TaskRules TaskRules => new()
    {
        MaxRetries = Spec.MaxRetriesPerShard,
        PodStartTimeout = TimeSpan.FromSeconds(Spec.PodStartTimeoutSeconds),
        QueueName = Spec.QueueName,
        RetriesExhausted = RunReasons.RetriesExhausted,
        PodDidNotStart = RunReasons.PodStartTimeout,
        Refused = RunReasons.InvalidSpec,
    };
}
