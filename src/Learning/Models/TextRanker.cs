using TextOps.Learning.Metrics;
using TextOps.Onnx.CrossEncoders;
using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Models;

/// <summary>A cross-encoder behind the interface of all models.</summary>
public sealed class TextRanker : ITextModel
{
    private readonly CrossEncoder encoder;

    private TextRanker(CrossEncoder encoder) => this.encoder = encoder;

    /// <inheritdoc/>
    public TextModelKind Kind => TextModelKind.TextRanking;

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => [];

    /// <inheritdoc/>
    public int OutputLength => 1;

    /// <summary>Longest input in tokens: query, text and special tokens together.</summary>
    public int? MaxTokens => encoder.MaxTokens;

    /// <inheritdoc/>
    public int PreferredBatchTokens => TokenBudgetBatcher.DefaultBudget;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no <see cref="ModelInput.Pair"/>.</exception>
    public PreparedInput Prepare(ModelInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pair = encoder.Encode(input.Text, input.Pair ?? throw new ArgumentException("a cross-encoder scores pairs, and the input has no second text (Pair)", nameof(input)));
        return new RankingInput { Pair = pair, Tokens = pair.Ids.Length, Truncated = pair.Truncated };
    }

    /// <inheritdoc/>
    public void Predict(IReadOnlyList<PreparedInput> batch, Span<float> outputs)
    {
        ModelOutputs.Check(this, batch, outputs);
        var pairs = new EncodedPair[batch.Count];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = ModelOutputs.Own<RankingInput>(batch, i).Pair;
        }

        encoder.Score(pairs, outputs);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Evaluate(IReadOnlyList<ModelExample> examples, CancellationToken cancellationToken)
    {
        ModelOutputs.RequireExamples(examples);
        var (inputs, queries) = (new PreparedInput[examples.Count], new Dictionary<string, List<RankedText>>(StringComparer.Ordinal));
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Prepare(examples[i].Input with { Pair = ModelOutputs.PairOf(examples, i) });
        }

        var scores = ModelOutputs.PredictAll(this, inputs, cancellationToken);
        for (var i = 0; i < inputs.Length; i++)
        {
            var query = examples[i].Input.Text;
            if (!queries.TryGetValue(query, out var texts))
            {
                queries.Add(query, texts = []);
            }

            texts.Add(new RankedText(scores[i], ModelOutputs.ScoreOf(examples, i)));
        }

        return RankingMetrics.Compute(queries.Values);
    }

    /// <inheritdoc/>
    public void Dispose() => encoder.Dispose();

    internal static TextRanker Load(string folder, TextModelOptions options) => new(CrossEncoder.Load(folder, OptionsOf(options)));

    internal static CrossEncoderOptions OptionsOf(TextModelOptions options) => new() { Precision = options.Precision, IntraOpThreads = options.Threads };

    private sealed record RankingInput : PreparedInput
    {
        public required EncodedPair Pair { get; init; }
    }
}
