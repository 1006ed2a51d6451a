using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Schema;
using TextOps.Learning.Models;

namespace TextOps.Runner.Gating;

/// <summary>Requests as a model of some kind takes them, and what its answers must be like.</summary>
/// <param name="kind">The kind of model.</param>
/// <param name="textField">Name of the text in requests to a classifier.</param>
internal sealed class ModelRequests(TextModelKind kind, string textField)
{
    /// <summary>What is sent where a stage has no smoke requests: a short text, a sentence and a paragraph.</summary>
    public static IReadOnlyList<SmokeRequest> Neutral { get; } =
    [
        .. new[]
        {
            "A short text.",
            "The package arrived on a Tuesday, and its content was as the page had described it.",
            "We opened the box at home and looked at every part of it. The manual has forty pages, most of them with pictures. Putting it together took an hour, and no tool was missing. "
                + "After a week of use there is little to add: it does what it is made for, makes some noise in the evening, and takes less room than the one before it.",
        }.Select((text, index) => new SmokeRequest { Name = $"neutral-{index}", Text = text, Texts = ["A first answer.", "Another answer, which says a little more.", "A third one."] }),
    ];

    /// <summary>Path of a request.</summary>
    public string Path => kind switch
    {
        TextModelKind.TextClassification => "/predict",
        TextModelKind.SentenceSimilarity => "/embed",
        _ => "/rerank",
    };

    /// <summary>Body of a request.</summary>
    public byte[] Body(SmokeRequest request)
    {
        var body = kind switch
        {
            TextModelKind.TextClassification => Instance(request),
            TextModelKind.SentenceSimilarity => new JsonObject { ["inputs"] = request.Text },
            _ => new JsonObject { ["query"] = request.Text, ["texts"] = new JsonArray([.. (request.Texts ?? []).Select(text => JsonValue.Create(text))]) },
        };
        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    /// <summary>Why <paramref name="request"/> does not pass with an answer that is otherwise good; null where it does.</summary>
    public string? Fault(SmokeRequest request, StageAnswer answer) => kind switch
    {
        TextModelKind.TextClassification => LabelFault(request, answer),
        _ when request.Label is not null || request.MinScore is not null => $"it expects a label or score, and only classifiers give one; leave label and minScore out",
        TextModelKind.SentenceSimilarity => IsVector(answer.Body) ? null : "the answer is not one vector of finite numbers",
        _ when request.Texts is not { Count: > 0 } => "a cross-encoder ranks texts; give some in texts, the one first that is expected first",
        _ => RankingFault(answer),
    };

    private JsonObject Instance(SmokeRequest request)
    {
        var instance = new JsonObject();
        foreach (var (name, number) in request.Fields ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            instance[name] = Decimals.Value(number);
        }

        instance[textField] = request.Text;
        return instance;
    }

    private static string? LabelFault(SmokeRequest request, StageAnswer answer)
    {
        if (answer.Field("label") is not { ValueKind: JsonValueKind.String } label || answer.Field("score") is not { ValueKind: JsonValueKind.Number } score)
        {
            return "the answer has no label and score";
        }

        if (request.Label is { } expected && label.GetString() != expected)
        {
            return $"label is '{StageAnswer.Text(label.GetString()!)}', and '{StageAnswer.Text(expected)}' is expected";
        }

        return request.MinScore is { } least && !(score.TryGetDouble(out var value) && value >= Decimals.Value(least))
            ? $"score is {StageAnswer.Text(score.GetRawText())}, and at least {least} is expected"
            : null;
    }

    private static string? RankingFault(StageAnswer answer)
    {
        if (answer.Body is not { ValueKind: JsonValueKind.Array } ranking || ranking.GetArrayLength() == 0
            || ranking[0] is not { ValueKind: JsonValueKind.Object } best || !best.TryGetProperty("index", out var place) || place.ValueKind != JsonValueKind.Number || !place.TryGetInt32(out var index))
        {
            return "the answer is no ranking";
        }

        return index == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"texts[{index}] comes first, and texts[0] is expected to");
    }

    private static bool IsVector(JsonElement? body) =>
        body is { ValueKind: JsonValueKind.Array } rows
        && rows.GetArrayLength() == 1
        && rows[0] is { ValueKind: JsonValueKind.Array } vector
        && vector.GetArrayLength() > 0
        && vector.EnumerateArray().All(number => number.ValueKind == JsonValueKind.Number && double.IsFinite(number.GetDouble()));
}
