using TextOps.Onnx.Embeddings;

namespace TextOps.Bench.Embedding;

/// <summary>Lines with their tokens, in the batches that the embedder prefers.</summary>
internal sealed class Corpus
{
    private readonly string[] lines;
    private readonly float[] vectors;

    private Corpus(string[] lines, int[][] ids, IReadOnlyList<int[]> batches, int dimensions)
    {
        this.lines = lines;
        var shuffled = batches.Select(batch => new CorpusBatch(batch, [.. batch.Select(index => ids[index])])).ToArray();
        // Sorted, a short measurement would see only the shortest texts.
        new Random(1).Shuffle(shuffled);
        Batches = shuffled;
        vectors = new float[batches.Max(batch => batch.Length) * dimensions];
        Tokens = ids.Sum(text => (long)text.Length);
        Padding = 1 - (Tokens / (double)Batches.Sum(batch => (long)batch.Width * batch.Ids.Length));
    }

    public IReadOnlyList<CorpusBatch> Batches { get; }

    public long Tokens { get; }

    /// <summary>Part of the padded tokens that is padding.</summary>
    public double Padding { get; }

    /// <summary>Encodes lines and makes batches of at most <paramref name="budget"/> padded tokens; 1 leaves each line alone.</summary>
    public static Corpus Encode(SentenceEmbedder embedder, string[] lines, int budget)
    {
        int[][] ids = [.. lines.Select(line => embedder.Encode(line).Ids)];
        return new Corpus(lines, ids, TokenBudgetBatcher.Batch(ids.Select(text => text.Length).ToArray(), budget), embedder.Dimensions);
    }

    /// <summary>Encodes a batch's lines; answers the number of tokens.</summary>
    public long EncodeAgain(SentenceEmbedder embedder, int batch)
    {
        long tokens = 0;
        foreach (var index in Batches[batch].Indices)
        {
            tokens += embedder.Encode(lines[index]).Ids.Length;
        }

        return tokens;
    }

    /// <summary>Embeds a batch; answers the number of tokens.</summary>
    public long Embed(SentenceEmbedder embedder, int batch)
    {
        embedder.Embed(Batches[batch].Ids, vectors.AsSpan(0, Batches[batch].Ids.Length * embedder.Dimensions));
        return Batches[batch].Tokens;
    }
}

/// <summary>Texts that run together.</summary>
internal sealed record CorpusBatch(int[] Indices, int[][] Ids)
{
    public int Width { get; } = Math.Max(1, Ids.Max(text => text.Length));

    public long Tokens { get; } = Ids.Sum(text => (long)text.Length);
}
