using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TextOps.Learning.Models;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Models;

/// <summary>Pairs of texts with scores that a model is judged by: JSON lines.</summary>
/// <param name="Pairs">The examples, in the order of the file.</param>
/// <param name="Sha256">SHA-256 of the file, as hex digits.</param>
internal sealed record ExampleFile(IReadOnlyList<ModelExample> Pairs, string Sha256)
{
    private const int MaxBytes = 256 << 20;
    private const int MaxPairs = 100_000;

    private static readonly (string Text, string Pair)[] Names = [("text", "pair"), ("sentence1", "sentence2")];

    /// <summary>Reads a file.</summary>
    /// <exception cref="UsageException">It is missing, too large, or a line is no pair; the message names the line.</exception>
    public static ExampleFile Read(string path)
    {
        var name = $"--evaluate {Printable.OneLine(path, 4096)}";
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > MaxBytes)
        {
            throw new UsageException(file.Exists ? $"{name} has {file.Length} bytes; at most {MaxBytes} are read" : $"{name} does not exist; name a file of JSON lines");
        }

        var content = File.ReadAllBytes(path);
        var pairs = new List<ModelExample>();
        ReadOnlyMemory<byte> rest = content.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? content.AsMemory(Encoding.UTF8.Preamble.Length) : content;
        for (var line = 1; rest.Length > 0; line++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var text = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (text.Span.Trim(" \t\r"u8).IsEmpty)
            {
                continue;
            }

            pairs.Add(pairs.Count < MaxPairs ? PairOf(text, $"{name}, line {line}") : throw new UsageException($"{name} has more than {MaxPairs} pairs; leave some out"));
        }

        return pairs.Count > 0
            ? new ExampleFile(pairs, Convert.ToHexStringLower(SHA256.HashData(content)))
            : throw new UsageException($"{name} has no pairs; write one JSON object a line, with text, pair and score");
    }

    private static ModelExample PairOf(ReadOnlyMemory<byte> line, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 16 });
            var row = document.RootElement;
            if (row.ValueKind == JsonValueKind.Object && row.TryGetProperty("score", out var score) && score.ValueKind == JsonValueKind.Number && double.IsFinite(score.GetDouble()))
            {
                foreach (var (first, second) in Names)
                {
                    if (row.TryGetProperty(first, out var text) && row.TryGetProperty(second, out var pair) && text.ValueKind == JsonValueKind.String && pair.ValueKind == JsonValueKind.String)
                    {
                        return new ModelExample { Input = new ModelInput { Text = text.GetString()!, Pair = pair.GetString() }, Score = score.GetDouble() };
                    }
                }
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text is not valid Unicode.
            throw new UsageException($"{place}: {Printable.OneLine(failure.Message, 300)}; write a JSON object with text, pair and score");
        }

        throw new UsageException($"{place}: there must be a text, a pair (both strings; or sentence1 and sentence2) and a score (a number)");
    }
}
