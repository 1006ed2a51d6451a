using System.Text.Json.Nodes;

namespace TextOps.Local.Predictions;

/// <summary>What a client must know of a served model, of <c>GET /info</c>.</summary>
internal sealed record ServedInfo
{
    /// <summary>What <c>/info</c> calls a classifier.</summary>
    public const string Classifier = "TextClassification";

    /// <summary>What <c>/info</c> calls an embedding model.</summary>
    public const string Embedder = "SentenceSimilarity";

    /// <summary>What <c>/info</c> calls a cross-encoder.</summary>
    public const string Ranker = "TextRanking";

    /// <summary>Name of the model.</summary>
    public required string Name { get; init; }

    /// <summary>The version, for example <c>v000003</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The stage; null where the model is served alone.</summary>
    public string? Stage { get; init; }

    /// <summary>What kind of model it is.</summary>
    public required string Kind { get; init; }

    /// <summary>What it takes and gives.</summary>
    public required ServedContract Contract { get; init; }

    /// <summary>What requests may be at most.</summary>
    public required ServedLimits Limits { get; init; }

    /// <summary>The model's card; null where it has none.</summary>
    public JsonObject? Card { get; init; }

    /// <summary>The label that the model was trained with for <paramref name="value"/> of a label field: the dataset's map is in the card.</summary>
    public string LabelOf(string value) =>
        !Contract.Labels.Contains(value) && Card?["lineage"]?["dataset"]?["labels"]?["map"] is JsonObject map && map[value] is JsonValue mapped && mapped.TryGetValue<string>(out var label) ? label : value;
}

/// <summary>What a served model takes and gives.</summary>
internal sealed record ServedContract
{
    /// <summary>Name of the text field.</summary>
    public required string TextField { get; init; }

    /// <summary>Numeric fields of a classifier.</summary>
    public IReadOnlyList<ServedField> Fields { get; init; } = [];

    /// <summary>Labels of a classifier.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}

/// <summary>A numeric field.</summary>
internal sealed record ServedField
{
    /// <summary>Name of the field.</summary>
    public required string Name { get; init; }
}

/// <summary>What requests may be at most.</summary>
internal sealed record ServedLimits
{
    /// <summary>Texts of one request.</summary>
    public required int MaxInputs { get; init; }

    /// <summary>Size of a request's body, in bytes.</summary>
    public required int MaxRequestBytes { get; init; }
}
