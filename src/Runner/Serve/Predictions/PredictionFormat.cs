using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using TextOps.Artifacts.Predictions;

namespace TextOps.Runner.Serve.Predictions;

/// <summary>Records of a served model as lines of its log.</summary>
/// <param name="labels">The model's labels, in the order of its probabilities.</param>
/// <param name="version">The version that is served.</param>
/// <param name="stage">The stage that it serves in.</param>
/// <param name="keepsText">Whether the text is kept, or its SHA-256.</param>
internal sealed class PredictionFormat(IReadOnlyList<string> labels, string version, string stage, bool keepsText)
{
    private const int Overhead = 512;
    private const int BytesOfField = 64;

    /// <summary>About how many bytes a record takes in memory.</summary>
    public static long SizeOf(PredictionRecord record) =>
        Overhead + (sizeof(char) * (long)record.Text.Length) + (BytesOfField * ((long)record.Fields.Count + (record.Recomputed?.Count ?? 0))) + (sizeof(float) * (long)record.Probabilities.Count);

    /// <inheritdoc cref="SizeOf(PredictionRecord)"/>
    public static long SizeOf(FeedbackRecord record) => Overhead + (sizeof(char) * ((long)record.Id.Length + (record.Label?.Length ?? 0) + (record.Comment?.Length ?? 0)));

    /// <summary>Appends a prediction.</summary>
    public void Append(IBufferWriter<byte> target, PredictionRecord record) => PredictionLines.Append(target, new PredictionLine
    {
        Id = record.Id,
        Time = record.Time,
        Version = version,
        Stage = stage,
        Input = keepsText ? record.Text : null,
        InputSha256 = keepsText ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(record.Text))),
        Fields = record.Fields,
        Recomputed = record.Recomputed,
        Output = OutputOf(record),
        LatencyMs = Math.Round(record.Latency.TotalMilliseconds, 3),
    });

    /// <summary>Appends feedback.</summary>
    public void Append(IBufferWriter<byte> target, FeedbackRecord record) => PredictionLines.Append(
        target, new FeedbackLine { Id = record.Id, Time = record.Time, Version = version, Stage = stage, Label = record.Label, Score = record.Score, Comment = record.Comment });

    private PredictionOutput OutputOf(PredictionRecord record)
    {
        var probabilities = new Dictionary<string, float>(labels.Count, StringComparer.Ordinal);
        for (var i = 0; i < labels.Count; i++)
        {
            probabilities[labels[i]] = record.Probabilities[i];
        }

        return new PredictionOutput(record.Label, probabilities[record.Label], probabilities);
    }
}
