using System.Buffers;
using TextOps.Crds.Tasks;
using TextOps.Onnx.Embeddings;
using TextOps.Runner.Progress;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Embed;

/// <summary>Embeds parts. Batches depend on the part alone, so that the same part has the same vectors whoever embeds it.</summary>
internal sealed class PartEmbedder(ISentenceEmbedder embedder, int threads, ProgressMeter progress)
{
    /// <summary>Fills <paramref name="vectors"/>, <c>[chunks, dimensions]</c>, row after row; batches run beside one another, each on one thread.</summary>
    public async Task EmbedAsync(Part part, Memory<float> vectors, CancellationToken cancellationToken)
    {
        var counts = new int[part.Chunks.Count];
        for (var index = 0; index < counts.Length; index++)
        {
            counts[index] = part.Chunks[index].Ids.Length;
        }

        var done = new PartShare(part.InputBytes, counts.Length);
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(TokenBudgetBatcher.Batch(counts, embedder.PreferredBatchTokens), options, (batch, _) =>
        {
            var tokens = Embed(part, batch, vectors.Span);
            progress.Embedded(batch.Length, tokens);
            progress.Advance(done.Add(batch.Length));
            return ValueTask.CompletedTask;
        });
        progress.Advance(done.Rest());
    }

    private long Embed(Part part, int[] batch, Span<float> vectors)
    {
        var size = embedder.Dimensions;
        var ids = new int[batch.Length][];
        var tokens = 0L;
        for (var index = 0; index < batch.Length; index++)
        {
            ids[index] = part.Chunks[batch[index]].Ids;
            tokens += ids[index].Length;
        }

        var rented = ArrayPool<float>.Shared.Rent(batch.Length * size);
        try
        {
            var embedded = rented.AsSpan(0, batch.Length * size);
            Embed(ids, embedded);
            for (var index = 0; index < batch.Length; index++)
            {
                embedded.Slice(index * size, size).CopyTo(vectors[(batch[index] * size)..]);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }

        return tokens;
    }

    private void Embed(int[][] ids, Span<float> vectors)
    {
        try
        {
            embedder.Embed(ids, vectors);
        }
        catch (InvalidOperationException error)
        {
            // The same text would give the same vector another time.
            throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, $"spec.model: {error.Message}; mend the model's files, or name another model", error);
        }
    }

    /// <summary>Spreads a part's bytes over its chunks, so that progress moves with every batch and ends exactly at the part's end.</summary>
    private sealed class PartShare(long bytes, int chunks)
    {
        private readonly Lock gate = new();
        private long chunksDone;
        private long bytesDone;

        public long Add(int embedded)
        {
            lock (gate)
            {
                chunksDone += embedded;
                var before = bytesDone;
                bytesDone = (long)((Int128)bytes * chunksDone / chunks);
                return bytesDone - before;
            }
        }

        public long Rest() => bytes - bytesDone;
    }
}
