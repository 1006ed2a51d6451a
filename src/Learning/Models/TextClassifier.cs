using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Features;
using TextOps.Learning.Metrics;
using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Models;

/// <summary>A trained classifier behind the interface of all models. It tokenises once where it has embedding blocks; without them it has no tokenizer, and estimates tokens by characters.</summary>
public sealed class TextClassifier : ITextModel
{
    // Characters that a token of English stands for, about.
    private const int TokenCharacters = 4;

    // A lookup of terms costs so little that larger runs only take memory.
    private const int LookupBatchTokens = 4096;

    private readonly ClassifierModel model;
    private readonly EmbeddingBlock[] encoders;

    private TextClassifier(ClassifierModel model, int threads)
    {
        this.model = model;
        encoders = [.. model.Blocks.OfType<EmbeddingBlock>()];
        MaxTokens = encoders.Length == 0 ? null : encoders.Min(block => block.Encoder!.Embedder.MaxTokens);

        // An embedding block spreads a run over threads, a batch of its own preferred size for each.
        PreferredBatchTokens = encoders.Length == 0 ? LookupBatchTokens : encoders.Min(block => block.Encoder!.Embedder.PreferredBatchTokens) * threads;
        NumericColumn[] numbers = [.. model.Blocks.OfType<NumericBlock>().SelectMany(block => block.Numbers)];
        Fields = [.. numbers.Where(column => column.Derived is null).Select(column => column.Name).Distinct(StringComparer.Ordinal)];
        Derived = [.. numbers.Select(column => column.Derived).OfType<DerivedNumber>().Distinct()];
    }

    /// <inheritdoc/>
    public TextModelKind Kind => TextModelKind.TextClassification;

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => model.Labels;

    /// <inheritdoc/>
    public int OutputLength => model.Labels.Count;

    /// <summary>Longest text in tokens that an embedding block takes; null without such a block.</summary>
    public int? MaxTokens { get; }

    /// <inheritdoc/>
    public int PreferredBatchTokens { get; }

    /// <summary>Name of the field that held the text in training.</summary>
    public string TextField => model.TextField;

    /// <summary>Names of the numeric fields that the model reads (<see cref="ModelInput.Numbers"/>).</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>Numbers that it derives from the text itself.</summary>
    public IReadOnlyList<DerivedNumber> Derived { get; }

    /// <summary>Every number that can be derived from a text, by the names of fields (<c>text_len</c>, <c>word_count</c> …), as the models compute them.</summary>
    public static IReadOnlyDictionary<string, double> Derive(string text)
    {
        var numbers = DerivedNumbers.Of(text);
        return Enum.GetValues<DerivedNumber>().ToDictionary(NumericBlock.NameOf, number => numbers[number], StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public PreparedInput Prepare(ModelInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var row = new TextRow { Text = input.Text, Numbers = input.Numbers };
        if (encoders.Length == 0)
        {
            return new ClassifierInput { Row = row, Tokens = 1 + (input.Text.Length / TokenCharacters) };
        }

        var (ids, tokens, truncated) = (new Dictionary<string, int[]>(StringComparer.Ordinal), 1, false);
        foreach (var block in encoders)
        {
            var encoded = block.Encoder!.Embedder.Encode(input.Text);
            ids[block.Name] = encoded.Ids;
            tokens = Math.Max(tokens, encoded.Ids.Length);
            truncated |= encoded.Truncated;
        }

        return new ClassifierInput { Row = row with { Ids = ids }, Tokens = tokens, Truncated = truncated };
    }

    /// <inheritdoc/>
    public void Predict(IReadOnlyList<PreparedInput> batch, Span<float> outputs)
    {
        ModelOutputs.Check(this, batch, outputs);
        var rows = new TextRow[batch.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = ModelOutputs.Own<ClassifierInput>(batch, i).Row;
        }

        var probabilities = model.PredictProbabilities(rows, CancellationToken.None);
        for (var i = 0; i < probabilities.Length; i++)
        {
            outputs[i] = (float)probabilities[i];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Evaluate(IReadOnlyList<ModelExample> examples, CancellationToken cancellationToken)
    {
        ModelOutputs.RequireExamples(examples);
        var numbers = Labels.Select((label, number) => (label, number)).ToDictionary(pair => pair.label, pair => pair.number, StringComparer.Ordinal);
        var (truth, rows) = (new int[examples.Count], new TextRow[examples.Count]);
        for (var i = 0; i < truth.Length; i++)
        {
            var label = examples[i].Label ?? throw new ArgumentException($"example {i} has no label; a classifier is judged by labels", nameof(examples));
            truth[i] = numbers.TryGetValue(label, out var number)
                ? number
                : throw new ArgumentException($"example {i} has the label '{label}', which the model does not know; it knows {string.Join(", ", Labels.Take(20))}", nameof(examples));
            rows[i] = new TextRow { Text = examples[i].Input.Text, Numbers = examples[i].Input.Numbers };
        }

        return ClassificationMetrics.Compute(truth, model.PredictProbabilities(rows, cancellationToken), Labels).Metrics;
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    internal static TextClassifier Load(string folder, TextModelOptions options) => options.Precision == Precision.Auto
        ? new TextClassifier(ClassifierModel.Load(folder, options.Threads), options.Threads)
        : throw new ModelFormatException($"{Path.GetFullPath(folder)} is a trained classifier, which has one ONNX file; leave the precision ({options.Precision}) out");

    private sealed record ClassifierInput : PreparedInput
    {
        public required TextRow Row { get; init; }
    }
}
