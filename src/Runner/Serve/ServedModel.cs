using TextOps.Artifacts.Registry;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Models;

namespace TextOps.Runner.Serve;

/// <summary>A model that is served, with what it is called and what its requests may be.</summary>
internal sealed record ServedModel
{
    /// <summary>Name of the model: requests to <c>/v1/embeddings</c> may give it.</summary>
    public required string Name { get; init; }

    /// <summary>What <c>x-textops-version</c> says: <c>v000003</c>, or the folder's name where it is no version of a registry.</summary>
    public required string Version { get; init; }

    /// <summary>The stage that it serves in; null where it is served alone.</summary>
    public string? Stage { get; init; }

    /// <summary>Digest of its card: <c>sha256:</c> and 64 hex digits; null where it has no card.</summary>
    public string? Digest { get; init; }

    /// <summary>The model.</summary>
    public required ITextModel Model { get; init; }

    /// <summary>Its card; null for a folder without one.</summary>
    public ModelCard? Card { get; init; }

    /// <summary>Limits, batching, access.</summary>
    public required Serving Limits { get; init; }

    /// <summary>Whether requests need a bearer token.</summary>
    public bool NeedsToken { get; init; }

    /// <summary>Name of the text field of its requests; <c>text</c> is understood as well.</summary>
    public string TextField => Card?.Signature.TextField ?? (Model as TextClassifier)?.TextField ?? "text";

    /// <summary>Numeric fields of its dataset that this version does not use. Requests may have them: the next version may use them, and clients send the same rows to both.</summary>
    public IReadOnlyList<NumericField> Unused =>
        [.. (Card?.Lineage?.Dataset.Fields ?? []).Where(number => number.Name != TextField && Fields.All(used => used.Name != number.Name))];

    /// <summary>Numeric fields of its requests that it uses.</summary>
    public IReadOnlyList<NumericField> Fields =>
        Card?.Signature.Fields ?? (Model as TextClassifier)?.Fields.Select(name => new NumericField { Name = name, Nullable = true }).ToList() ?? [];
}
