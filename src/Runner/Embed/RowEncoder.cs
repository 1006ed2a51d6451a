using System.Collections.Concurrent;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Onnx.Embeddings;
using TextOps.Runner.Text;

namespace TextOps.Runner.Embed;

/// <summary>Cuts rows into chunks and encodes these. Safe for use by many threads at once.</summary>
internal sealed class RowEncoder(ISentenceEmbedder embedder, Chunking chunking)
{
    // A chunker keeps buffers and serves one thread at a time.
    private readonly ConcurrentBag<(Chunker Chunker, List<ChunkSpan> Spans)> idle = [];

    /// <summary>Encodes rows, in their order.</summary>
    public EncodedRow[] Encode(IReadOnlyList<CheckedRow> rows)
    {
        var tools = idle.TryTake(out var free) ? free : (new Chunker(chunking, embedder.Tokenizer), []);
        var encoded = new EncodedRow[rows.Count];
        for (var index = 0; index < encoded.Length; index++)
        {
            var (row, reject) = rows[index];
            encoded[index] = reject is null ? Encode(row, tools.Chunker, tools.Spans) : Rejected(row, reject, unknown: 0);
        }

        idle.Add(tools);
        return encoded;
    }

    private EncodedRow Encode(SourceRow row, Chunker chunker, List<ChunkSpan> spans)
    {
        var text = row.Text!;
        chunker.Split(text, spans);
        var chunks = new EncodedChunk[spans.Count];
        var known = 0;
        for (var index = 0; index < spans.Count; index++)
        {
            var span = spans[index];
            var encoded = embedder.Encode(text.AsSpan(span.Start, span.End - span.Start));
            if (encoded.Known)
            {
                chunks[known++] = new EncodedChunk(row, index, span, encoded.Ids, encoded.Truncated);
            }
        }

        return known == 0
            ? Rejected(row, RejectReasons.UnknownTokens, spans.Count)
            : new EncodedRow(row, Reject: null, known == chunks.Length ? chunks : chunks[..known], spans.Count - known);
    }

    private static EncodedRow Rejected(SourceRow row, string? reason, int unknown) => new(row, reason, [], unknown);
}
