using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.EmbeddingJobs;

/// <summary>Keeps the embeddings of a text corpus current: every change of its source, model or settings becomes a new immutable version.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = "EmbeddingJob", PluralName = "embeddingjobs")]
[CustomResource(ShortNames = ["ej"])]
[PrinterColumn("Status", "string", ".status.conditions[?(@.type==\"Ready\")].reason")]
[PrinterColumn("Progress", "string", ".status.progress")]
[PrinterColumn("Chunks", "integer", ".status.chunks")]
[PrinterColumn("Version", "string", ".status.version")]
[PrinterColumn("Rejected", "integer", ".status.rejected", Priority = 1)]
[PrinterColumn("Rate", "string", ".status.rate", Priority = 1)]
[PrinterColumn("Output", "string", ".status.output", Priority = 1)]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record EmbeddingJob : IRunObject<EmbeddingJobSpec, EmbeddingJobStatus>
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = ApiGroup.GroupVersion;

    /// <inheritdoc/>
    public string Kind { get; init; } = "EmbeddingJob";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>What Git wants.</summary>
    public required EmbeddingJobSpec Spec { get; init; }

    /// <summary>What the operator saw.</summary>
    public EmbeddingJobStatus? Status { get; init; }

    /// <summary>Rules over the object's name, the one place of metadata that CEL may read.</summary>
    public static IReadOnlyList<Rule<EmbeddingJob>> Rules { get; } = ObjectNames.Rules<EmbeddingJob>();
}
