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
    public static IReadOnlyList<Rule<EmbeddingJob>> Rules { get; } =
    [
        new("size(self.metadata.name) <= 40", job => job.Metadata.Name is null or { Length: <= 40 },
            "metadata.name must be at most 40 characters; names of Jobs and labels are made from it",
            (job, at) => $"{at}metadata.name ({job.Metadata.Name}) has {job.Metadata.Name?.Length} characters, at most 40 fit; names of Jobs and labels are made from it"),
        new("!self.metadata.name.contains('.')", job => job.Metadata.Name is null || !job.Metadata.Name.Contains('.', StringComparison.Ordinal),
            "metadata.name must be a DNS label: lower-case letters, digits and '-', without dots",
            (job, at) => $"{at}metadata.name ({job.Metadata.Name}) must be a DNS label: lower-case letters, digits and '-', without dots"),
    ];
}
