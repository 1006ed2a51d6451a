using System.Numerics.Tensors;
using TextOps.Artifacts.Embeddings;

namespace TextOps.Local.Search;

/// <summary>A chunk and its cosine with the query.</summary>
internal sealed record Hit(double Score, ChunkRecord Chunk);

/// <summary>Exact search: looks at every vector of a version, part by part, and keeps the best.</summary>
internal static class NearestChunks
{
    /// <summary>The <paramref name="count"/> chunks nearest to <paramref name="query"/>, best first; chunks of equal score by id.</summary>
    public static async Task<IReadOnlyList<Hit>> FindAsync(EmbeddingVersionReader reader, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken)
    {
        var best = new PriorityQueue<Hit, Hit>(Comparer<Hit>.Create(WorstFirst));
        await foreach (var batch in reader.ReadAsync(verify: false, cancellationToken))
        {
            for (var index = 0; index < batch.Chunks.Count; index++)
            {
                var score = TensorPrimitives.CosineSimilarity(query.Span, batch.Vector(index));
                if (float.IsNaN(score))
                {
                    continue;
                }

                var hit = new Hit(score, batch.Chunks[index]);
                if (best.Count < count)
                {
                    best.Enqueue(hit, hit);
                }
                else
                {
                    best.EnqueueDequeue(hit, hit);
                }
            }
        }

        return [.. best.UnorderedItems.Select(item => item.Element).OrderDescending(Comparer<Hit>.Create(WorstFirst))];
    }

    private static int WorstFirst(Hit left, Hit right)
    {
        var byScore = left.Score.CompareTo(right.Score);
        return byScore != 0 ? byScore : string.CompareOrdinal(right.Chunk.Id, left.Chunk.Id);
    }
}
