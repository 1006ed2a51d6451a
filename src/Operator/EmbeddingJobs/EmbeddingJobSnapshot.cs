using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Tasks;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>All that the decision about an EmbeddingJob rests on, seen at one moment.</summary>
public sealed record EmbeddingJobSnapshot
{
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
        Job.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RerunAnnotation) is { Length: > 0 } value && value != Job.Status?.LastHandledRerun ? value : null;
}
