using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Operator.Runs;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>All that the decision about an EmbeddingJob rests on, seen at one moment.</summary>
public sealed record EmbeddingJobSnapshot : RunSnapshot
{
    /// <summary>The object.</summary>
    public required EmbeddingJob Job { get; init; }

    /// <inheritdoc/>
    public override EmbeddingJob Owner => Job;

    /// <inheritdoc/>
    public override EmbeddingJobSpec Spec => Job.Spec;

    /// <inheritdoc/>
    public override string RunHash => EmbeddingJobRun.Hash(Spec);

    /// <inheritdoc/>
    public override IReadOnlyList<string> GoodResults => [EmbeddingJobReasons.Committed, RunReasons.UpToDate];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Problems => Store is null
        ? [.. SpecErrors, "spec.output.uri is not set and this operator has no default store; set it, for example s3://bucket/prefix"]
        : SpecErrors;

    /// <summary>The store that versions are written to; null where neither the object nor the operator names one.</summary>
    public string? Store => Spec.Output.Uri ?? Options.DefaultStore;

    /// <summary>Name of the output.</summary>
    public string OutputName => Spec.Output.NameFor(Job.Metadata);
}
