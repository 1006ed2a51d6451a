using System.Numerics.Tensors;
using TextOps.Learning.Metrics;
using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Models;

/// <summary>An embedding model behind the interface of all models.</summary>
public sealed class TextEmbedder : ITextModel
{
    private readonly SentenceEmbedder embedder;

    private TextEmbedder(SentenceEmbedder embedder) => this.embedder = embedder;

    /// <inheritdoc/>
    public TextModelKind Kind => TextModelKind.SentenceSimilarity;

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => [];

    /// <inheritdoc/>
    public int OutputLength => embedder.Dimensions;

    /// <inheritdoc/>
    public int? MaxTokens => embedder.MaxTokens;

    /// <inheritdoc/>
    public int PreferredBatchTokens => embedder.PreferredBatchTokens;

    /// <summary>Encodes a text; <see cref="ModelInput.Pair"/> is not read.</summary>
    public PreparedInput Prepare(ModelInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var (ids, truncated, known) = embedder.Encode(input.Text);
        return new EmbeddingInput(ids) { Tokens = ids.Length, Truncated = truncated, Known = known };
    }

    /// <summary>Takes token ids as they are: special tokens and prompt are the caller's. Those above <see cref="MaxTokens"/> are cut off, and the input says so.</summary>
    /// <exception cref="ArgumentException">An id is not the tokenizer's.</exception>
    public PreparedInput Prepare(ReadOnlySpan<int> ids)
    {
        var size = embedder.Tokenizer.VocabularySize;
        if (ids.IndexOfAnyExceptInRange(0, size - 1) is >= 0 and var at)
        {
            throw new ArgumentException($"token {at} is {ids[at]}; this model's ids go from 0 to {size - 1}", nameof(ids));
        }

        var kept = ids[..Math.Min(ids.Length, embedder.MaxTokens)].ToArray();
        return new EmbeddingInput(kept) { Tokens = kept.Length, Truncated = kept.Length < ids.Length, Known = kept.Length > 0 };
    }

    /// <inheritdoc/>
    public void Predict(IReadOnlyList<PreparedInput> batch, Span<float> outputs)
    {
        ModelOutputs.Check(this, batch, outputs);
        var ids = new int[batch.Count][];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = ModelOutputs.Own<EmbeddingInput>(batch, i).Ids;
        }

        embedder.Embed(ids, outputs);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Evaluate(IReadOnlyList<ModelExample> examples, CancellationToken cancellationToken)
    {
        ModelOutputs.RequireExamples(examples);
        var (inputs, scores) = (new List<PreparedInput>(), new double[examples.Count]);
        for (var i = 0; i < scores.Length; i++)
        {
            inputs.Add(Prepare(examples[i].Input));
            inputs.Add(Prepare(new ModelInput { Text = ModelOutputs.PairOf(examples, i) }));
            scores[i] = ModelOutputs.ScoreOf(examples, i);
        }

        var vectors = ModelOutputs.PredictAll(this, inputs, cancellationToken);
        var cosines = new double[scores.Length];
        for (var i = 0; i < cosines.Length; i++)
        {
            cosines[i] = Cosine(Vector(2 * i), Vector((2 * i) + 1));
        }

        return SimilarityMetrics.Compute(cosines, scores);

        ReadOnlySpan<float> Vector(int input) => vectors.AsSpan(input * OutputLength, OutputLength);
    }

    /// <inheritdoc/>
    public void Dispose() => embedder.Dispose();

    internal static TextEmbedder Load(string folder, TextModelOptions options) => new(SentenceEmbedder.Load(folder, OptionsOf(options)));

    internal static SentenceEmbedderOptions OptionsOf(TextModelOptions options) => new() { Precision = options.Precision, IntraOpThreads = options.Threads };

    /// <summary>A text of which nothing is known has the vector 0, which is like no other.</summary>
    private static double Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        TensorPrimitives.CosineSimilarity(left, right) is var cosine && float.IsNaN(cosine) ? 0 : cosine;
}

/// <summary>A text as an embedding model takes it.</summary>
public sealed record EmbeddingInput : PreparedInput
{
    internal EmbeddingInput(int[] ids) => Ids = ids;

    /// <summary>Whether a token of the text itself is known to the model; where none is, a static model gives the vector 0.</summary>
    public required bool Known { get; init; }

    internal int[] Ids { get; }
}
