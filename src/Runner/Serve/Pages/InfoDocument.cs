using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Models;

namespace TextOps.Runner.Serve.Pages;

/// <summary>What <c>GET /info</c> answers: what is served, what requests may be, and the card, without secrets. The page at <c>/</c> shows it.</summary>
internal sealed record InfoDocument
{
    /// <summary>Name of the model.</summary>
    public required string Name { get; init; }

    /// <summary>The version, as <c>x-textops-version</c> says it.</summary>
    public required string Version { get; init; }

    /// <summary>The stage; absent where the model is served alone.</summary>
    public string? Stage { get; init; }

    /// <summary>Digest of the card; absent where there is none.</summary>
    public string? Digest { get; init; }

    /// <summary>What kind of model it is, and so which paths it has.</summary>
    public required TextModelKind Kind { get; init; }

    /// <summary>Whether requests need a bearer token.</summary>
    public required bool NeedsToken { get; init; }

    /// <summary>Whether <c>/feedback</c> is kept: a classifier with a log of predictions.</summary>
    public required bool TakesFeedback { get; init; }

    /// <summary>What it takes and gives.</summary>
    public required ModelContract Contract { get; init; }

    /// <summary>What requests may be at most.</summary>
    public required RequestLimits Limits { get; init; }

    /// <summary>Texts to try it with.</summary>
    public required IReadOnlyList<string> Examples { get; init; }

    /// <summary>A query that a cross-encoder may be tried with; absent for the other kinds.</summary>
    public string? ExampleQuery { get; init; }

    /// <summary>The model's card as the registry has it, its URIs without user info, query and fragment; absent where there is none.</summary>
    public JsonNode? Card { get; init; }

    /// <summary>Describes a served model.</summary>
    /// <param name="keepsPredictions">Whether there is a log of predictions.</param>
    public static InfoDocument Of(ServedModel served, bool keepsPredictions) => new()
    {
        Name = served.Name,
        Version = served.Version,
        Stage = served.Stage,
        Digest = served.Digest,
        Kind = served.Model.Kind,
        NeedsToken = served.NeedsToken,
        TakesFeedback = keepsPredictions && served.Model.Kind == TextModelKind.TextClassification,
        Contract = ModelContract.Of(served),
        Limits = RequestLimits.Of(served),
        Examples = ExampleTexts.For(served),
        ExampleQuery = served.Model.Kind == TextModelKind.TextRanking ? ExampleTexts.Query : null,
        Card = PublicUris.In(JsonSerializer.SerializeToNode(served.Card, Json.Readable)),
    };

    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json.Strict);
}

/// <summary>What a served model takes and gives.</summary>
internal sealed record ModelContract
{
    /// <summary>Name of the text field of <c>/predict</c>.</summary>
    public required string TextField { get; init; }

    /// <summary>Numeric fields that <c>/predict</c> takes; absent ones are filled as in training.</summary>
    public IReadOnlyList<NumericField> Fields { get; init; } = [];

    /// <summary>Names of numeric fields of the dataset that <c>/predict</c> takes and this version does not use.</summary>
    public IReadOnlyList<string> Unused { get; init; } = [];

    /// <summary>Numbers that the server derives from the text itself.</summary>
    public IReadOnlyList<DerivedNumber> Derived { get; init; } = [];

    /// <summary>Labels of a classifier, in the order of its probabilities; empty for the other kinds.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Dimensions of an embedding model's vectors; absent for the other kinds.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Longest input in tokens; absent where there is no such limit.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Describes a served model.</summary>
    public static ModelContract Of(ServedModel served) => new()
    {
        TextField = served.TextField,
        Fields = served.Fields,
        Unused = [.. served.Unused.Select(field => field.Name)],
        Derived = served.Card?.Signature.Derived ?? [],
        Labels = served.Model.Labels,
        Dimensions = served.Model.Kind == TextModelKind.SentenceSimilarity ? served.Model.OutputLength : null,
        MaxTokens = served.Model.MaxTokens,
    };
}

/// <summary>What requests may be at most; <c>Serving</c> defines the fields.</summary>
internal sealed record RequestLimits
{
    /// <summary>Texts of one request.</summary>
    public required int MaxInputs { get; init; }

    /// <summary>Length of one text, in characters (UTF-16).</summary>
    public required int MaxTextLength { get; init; }

    /// <summary>Size of a request's body, in bytes.</summary>
    public required int MaxRequestBytes { get; init; }

    /// <summary>Texts that may wait.</summary>
    public required int MaxQueue { get; init; }

    /// <summary>Padded tokens of one run of the model.</summary>
    public required int MaxBatchTokens { get; init; }

    /// <summary>How long a request waits for others to share a run with, in milliseconds.</summary>
    public required int MaxBatchDelayMilliseconds { get; init; }

    /// <summary>Time in which a request is answered, in seconds.</summary>
    public required int RequestTimeoutSeconds { get; init; }

    /// <summary>Describes a served model.</summary>
    public static RequestLimits Of(ServedModel served) => new()
    {
        // What does not fit into the queue would never be run.
        MaxInputs = Math.Min(served.Limits.MaxInputs, served.Limits.MaxQueue),
        MaxTextLength = served.Limits.MaxTextLength,
        MaxRequestBytes = served.Limits.MaxRequestBytes,
        MaxQueue = served.Limits.MaxQueue,
        MaxBatchTokens = served.Limits.MaxBatchTokens ?? served.Model.PreferredBatchTokens,
        MaxBatchDelayMilliseconds = served.Limits.MaxBatchDelayMilliseconds,
        RequestTimeoutSeconds = served.Limits.RequestTimeoutSeconds,
    };
}
