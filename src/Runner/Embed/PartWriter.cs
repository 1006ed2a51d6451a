using System.Collections.Concurrent;
using TextOps.Artifacts.Embeddings;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Runner.Plan;

namespace TextOps.Runner.Embed;

/// <summary>Writes parts: first their files, then the record that makes them whole. Equal parts make equal files.</summary>
internal sealed class PartWriter(EmbeddingVersions versions, VersionPlan plan, int shard, int threads)
{
    private const int LinesAtOnce = 64;

    private readonly string settings = Fingerprint.OfSettings(plan.Model, plan.Chunking);
    private readonly ConcurrentBag<ChunkLines> idle = [];

    /// <summary>Writes a part with its vectors, <c>[chunks, dimensions]</c>; answers its record.</summary>
    public async Task<PartRecord> WriteAsync(Part part, ReadOnlyMemory<float> vectors, CancellationToken cancellationToken)
    {
        var files = new List<VersionFile>();
        if (part.Chunks.Count > 0)
        {
            var inline = plan.Format == EmbeddingFormat.Jsonl ? vectors : default;
            files.Add(await versions.WritePartFileAsync(
                plan.Version,
                VersionLayout.ChunksFile(shard, part.Sequence),
                (stream, cancel) => WriteChunksAsync(part, inline, stream, cancel),
                cancellationToken));
            if (plan.Format == EmbeddingFormat.Npy)
            {
                files.Add(await versions.WritePartFileAsync(
                    plan.Version,
                    VersionLayout.VectorsFile(shard, part.Sequence),
                    (stream, cancel) => WriteVectorsAsync(part, vectors, stream, cancel),
                    cancellationToken));
            }
        }

        if (part.Rejects.Count > 0)
        {
            files.Add(await versions.WritePartFileAsync(
                plan.Version,
                VersionLayout.RejectsFile(shard, part.Sequence),
                (stream, cancel) => WriteRejectsAsync(part, stream, cancel),
                cancellationToken));
        }

        var record = new PartRecord
        {
            Shard = shard,
            Sequence = part.Sequence,
            FirstRow = part.FirstRow,
            Rows = part.Rows,
            Embedded = part.Embedded,
            Chunks = part.Chunks.Count,
            Tokens = part.Tokens,
            Truncated = part.Truncated,
            Rejected = RejectCounts.Of(part),
            Files = files,
        };
        await versions.WritePartAsync(plan.Version, record, cancellationToken);
        return record;
    }

    private async Task WriteChunksAsync(Part part, ReadOnlyMemory<float> vectors, Stream stream, CancellationToken cancellationToken)
    {
        var size = vectors.Length / part.Chunks.Count;
        var slices = Slices(part.Chunks.Count).ToAsyncEnumerable();
        await foreach (var lines in OrderedParallel.SelectAsync(slices, start => Lines(part, vectors.Span, size, start), threads, cancellationToken))
        {
            await stream.WriteAsync(lines.Written, cancellationToken);
            lines.Clear();
            idle.Add(lines);
        }
    }

    private ChunkLines Lines(Part part, ReadOnlySpan<float> vectors, int size, int start)
    {
        var lines = idle.TryTake(out var free) ? free : new ChunkLines();
        var end = Math.Min(start + LinesAtOnce, part.Chunks.Count);
        for (var index = start; index < end; index++)
        {
            lines.Add(part.Chunks[index], settings, vectors.Slice(index * size, size));
        }

        return lines;
    }

    private async Task WriteVectorsAsync(Part part, ReadOnlyMemory<float> vectors, Stream stream, CancellationToken cancellationToken)
    {
        await NpyFile.WriteHeaderAsync(stream, part.Chunks.Count, plan.Model.Dimensions, cancellationToken);
        await NpyFile.WriteValuesAsync(stream, vectors, cancellationToken);
    }

    private static async Task WriteRejectsAsync(Part part, Stream stream, CancellationToken cancellationToken)
    {
        using var lines = new ChunkLines();
        foreach (var reject in part.Rejects)
        {
            lines.Add(reject);
            await stream.WriteAsync(lines.Written, cancellationToken);
            lines.Clear();
        }
    }

    private static IEnumerable<int> Slices(int count)
    {
        for (var start = 0; start < count; start += LinesAtOnce)
        {
            yield return start;
        }
    }
}
