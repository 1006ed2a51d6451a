using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using TextOps.Artifacts.Embeddings;
using TextOps.Runner.Inputs;

namespace TextOps.Runner.Embed;

/// <summary>
/// Makes the parts of a shard: while one is written, the next is embedded and the one after it is read, cut and encoded. No more than
/// <see cref="PartsInFlight"/> exist at once, so memory does not depend on the shard's size.
/// </summary>
internal sealed class ShardPipeline(
    ShardInputs inputs, ShardReader reader, RowEncoder encoder, PartEmbedder embedder, PartWriter writer, int dimensions, int threads, PartLimits limits)
{
    private const int PartsInFlight = 3;

    /// <summary>
    /// Managed memory, in bytes, above which garbage is collected between parts. Left alone, the collector lets it grow with the corpus as long as the machine
    /// has memory: rows live long enough to count as old. 3 parts of short rows need about 40 MB.
    /// </summary>
    private const long CollectAbove = 96 << 20;

    /// <summary>Makes the parts after <paramref name="whole"/>; tells of each when it is whole.</summary>
    /// <param name="whole">The parts that are whole already.</param>
    /// <param name="written">Called for each part, in order.</param>
    public async Task RunAsync(IReadOnlyList<PartRecord> whole, Action<Part, PartRecord> written, CancellationToken cancellationToken)
    {
        using var slots = new SemaphoreSlim(PartsInFlight);
        using var stages = new Stages(cancellationToken);
        var built = Channel.CreateUnbounded<Part>();
        var embedded = Channel.CreateUnbounded<(Part Part, float[] Vectors)>();
        stages.Start(async stop =>
        {
            await foreach (var part in BuildAsync(whole, slots, stop))
            {
                built.Writer.TryWrite(part);
            }

            built.Writer.Complete();
        });
        stages.Start(async stop =>
        {
            await foreach (var part in built.Reader.ReadAllAsync(stop))
            {
                var vectors = ArrayPool<float>.Shared.Rent(part.Chunks.Count * dimensions);
                await embedder.EmbedAsync(part, vectors.AsMemory(0, part.Chunks.Count * dimensions), stop);
                embedded.Writer.TryWrite((part, vectors));
            }

            embedded.Writer.Complete();
        });
        stages.Start(async stop =>
        {
            await foreach (var (part, vectors) in embedded.Reader.ReadAllAsync(stop))
            {
                // Before its record makes the part whole: a later attempt would trust it.
                await inputs.CheckReadAsync(part.LastInput, stop);
                written(part, await writer.WriteAsync(part, vectors.AsMemory(0, part.Chunks.Count * dimensions), stop));
                ArrayPool<float>.Shared.Return(vectors);
                if (GC.GetTotalMemory(forceFullCollection: false) > CollectAbove)
                {
                    GC.Collect();
                }

                slots.Release();
            }
        });
        await stages.WaitAsync();
        await inputs.CheckReadAsync(last: null, cancellationToken);
    }

    private async IAsyncEnumerable<Part> BuildAsync(
        IReadOnlyList<PartRecord> whole, SemaphoreSlim slots, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (sequence, row) = whole.Count == 0 ? (0, 0L) : (whole.Count, whole[^1].FirstRow + whole[^1].Rows);
        var bytes = -1L;
        Part? part = null;
        await foreach (var rows in OrderedParallel.SelectAsync(reader.ReadAsync(cancellationToken), encoder.Encode, threads, cancellationToken))
        {
            foreach (var encoded in rows)
            {
                if (part is null)
                {
                    await slots.WaitAsync(cancellationToken);
                    part = new Part(sequence++, row, bytes < 0 ? reader.BytesSkipped : bytes);
                }

                part.Add(encoded);
                row++;
                bytes = encoded.Row.BytesConsumed;
                if (part.IsFull(limits))
                {
                    yield return part;
                    part = null;
                }
            }
        }

        // A shard without rows has one part, so that it is seen that it was read.
        if (part is not null || sequence == 0)
        {
            yield return part ?? new Part(sequence, row, firstByte: 0);
        }
    }
}
