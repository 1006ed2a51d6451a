using TextOps.Learning.Families;
using TextOps.Learning.Matrices;
using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Features;

/// <summary>A vector of the text by a frozen model, or the vector that comes with the row.</summary>
internal sealed class EmbeddingBlock : PipelineBlock
{
    // Bounds the tokens held at once.
    private const int RowsAtOnce = 4096;

    private readonly bool takesVectors;
    private readonly int threads;

    /// <summary>Makes a block.</summary>
    /// <param name="encoder">The model; may be null where vectors are taken and the pipeline is not saved.</param>
    /// <param name="takesVectors">Whether vectors come with the rows in place of the model's.</param>
    /// <param name="threads">Batches at once.</param>
    public EmbeddingBlock(string name, PipelineEncoder? encoder, bool takesVectors, int dimensions, int threads)
        : base(name, isSparse: false, dimensions)
    {
        (Encoder, this.takesVectors, this.threads) = (encoder, takesVectors, threads);
        if (encoder is not null && encoder.Embedder.Dimensions != dimensions)
        {
            throw new TrainingException($"embedding block '{name}': its model gives vectors of {encoder.Embedder.Dimensions}, but those of the dataset have {dimensions} numbers; use the model that made them");
        }
    }

    /// <summary>The model.</summary>
    public PipelineEncoder? Encoder { get; }

    internal override FeatureMatrix Transform(IReadOnlyList<TextRow> rows, CancellationToken cancellationToken)
    {
        var values = new float[(long)rows.Count * Columns];
        if (takesVectors)
        {
            for (var row = 0; row < rows.Count; row++)
            {
                VectorOf(rows, row, Name, Columns).CopyTo(values, row * Columns);
            }
        }
        else
        {
            for (var start = 0; start < rows.Count; start += RowsAtOnce)
            {
                Embed(Encoder!.Embedder, rows, start, Math.Min(RowsAtOnce, rows.Count - start), values, cancellationToken);
            }
        }

        return new FeatureMatrix { Dense = new DenseMatrix(rows.Count, Columns, values) };
    }

    /// <summary>Length of the vectors that rows come with.</summary>
    public static int LengthOf(IReadOnlyList<TextRow> rows, string block) =>
        rows[0].Vector is { Length: > 0 } vector ? vector.Length : throw Missing(block, 0);

    private static float[] VectorOf(IReadOnlyList<TextRow> rows, int row, string block, int length)
    {
        var vector = rows[row].Vector ?? throw Missing(block, row);
        if (vector.Length != length)
        {
            throw new TrainingException($"embedding block '{block}': the vector of row {row} has {vector.Length} numbers, the others {length}; make all vectors by the same model");
        }

        return Array.TrueForAll(vector, float.IsFinite)
            ? vector
            : throw new TrainingException($"embedding block '{block}': the vector of row {row} holds a number that is not finite; make the embeddings again");
    }

    private static TrainingException Missing(string block, int row) =>
        new($"embedding block '{block}': row {row} has no vector; use a dataset of embeddings, or give the block a model");

    private void Embed(ISentenceEmbedder embedder, IReadOnlyList<TextRow> rows, int start, int count, float[] values, CancellationToken cancellationToken)
    {
        var (ids, lengths) = (new int[count][], new int[count]);
        Each(count, Encode, cancellationToken);
        var batches = TokenBudgetBatcher.Batch(lengths, embedder.PreferredBatchTokens);
        Each(batches.Count, Run, cancellationToken);

        void Encode(int i)
        {
            var row = rows[start + i];
            ids[i] = row.Ids?.GetValueOrDefault(Name) ?? embedder.Encode(row.Text).Ids;
            lengths[i] = ids[i].Length;
        }

        void Run(int number)
        {
            var batch = batches[number];
            var vectors = new float[batch.Length * Columns];
            embedder.Embed([.. batch.Select(i => ids[i])], vectors);
            for (var i = 0; i < batch.Length; i++)
            {
                vectors.AsSpan(i * Columns, Columns).CopyTo(values.AsSpan((start + batch[i]) * Columns));
            }
        }
    }

    private void Each(int count, Action<int> work, CancellationToken cancellationToken)
    {
        if (count == 1)
        {
            // To wake threads takes longer than to embed a short text.
            cancellationToken.ThrowIfCancellationRequested();
            work(0);
            return;
        }

        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(threads, 1), CancellationToken = cancellationToken }, work);
    }
}
