using System.Buffers;
using System.Text.Json;
using TextOps.Crds;

namespace TextOps.Artifacts.Predictions;

/// <summary>A prediction in a log: one line of JSON.</summary>
public sealed record PredictionLine
{
    /// <summary>Tells it from feedback.</summary>
    public string Kind { get; init; } = "prediction";

    /// <summary>What the answer called it: a UUIDv7, so ids sort by time.</summary>
    public required string Id { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The version that predicted.</summary>
    public required string Version { get; init; }

    /// <summary>The stage.</summary>
    public required string Stage { get; init; }

    /// <summary>SHA-256 of the text's UTF-8, as 64 lower-case hex digits; null where the text is kept.</summary>
    public string? InputSha256 { get; init; }

    /// <summary>The text; null where its hash is kept.</summary>
    public string? Input { get; init; }

    /// <summary>Numeric fields as they were sent.</summary>
    public required IReadOnlyDictionary<string, double> Fields { get; init; }

    /// <summary>Derived fields that were sent with another value than the text has; null for none.</summary>
    public IReadOnlyList<string>? Recomputed { get; init; }

    /// <summary>What was answered.</summary>
    public required PredictionOutput Output { get; init; }

    /// <summary>From the request to its answer, in milliseconds.</summary>
    public required double LatencyMs { get; init; }
}

/// <summary>What a classifier answered.</summary>
/// <param name="Label">The most probable label.</param>
/// <param name="Score">Its probability.</param>
/// <param name="Probabilities">Probabilities by label.</param>
public sealed record PredictionOutput(string Label, float Score, IReadOnlyDictionary<string, float> Probabilities);

/// <summary>What somebody said of a prediction, in the same log: one line of JSON.</summary>
public sealed record FeedbackLine
{
    /// <summary>Tells it from predictions.</summary>
    public string Kind { get; init; } = "feedback";

    /// <summary>Id of the prediction.</summary>
    public required string Id { get; init; }

    /// <summary>When it was said.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The version that took it, which need not be the one that predicted.</summary>
    public required string Version { get; init; }

    /// <summary>The stage.</summary>
    public required string Stage { get; init; }

    /// <summary>The right label.</summary>
    public string? Label { get; init; }

    /// <summary>A judgement as a number.</summary>
    public double? Score { get; init; }

    /// <summary>A remark.</summary>
    public string? Comment { get; init; }
}

/// <summary>Lines of a log as bytes.</summary>
public static class PredictionLines
{
    /// <summary>Appends a line and its end.</summary>
    /// <exception cref="ArgumentException">It cannot be JSON: a number that is not finite, a text that is not Unicode. Nothing is appended.</exception>
    public static void Append<T>(IBufferWriter<byte> target, T line)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(target);

        // Whole or not at all: a half line would spoil the one after it, too.
        var bytes = JsonSerializer.SerializeToUtf8Bytes(line, Json.Strict);
        var span = target.GetSpan(bytes.Length + 1);
        bytes.CopyTo(span);
        span[bytes.Length] = (byte)'\n';
        target.Advance(bytes.Length + 1);
    }
}
