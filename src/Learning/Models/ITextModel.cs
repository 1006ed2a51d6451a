namespace TextOps.Learning.Models;

/// <summary>
/// A model as it is served, whatever is behind it: a trained classifier, an embedding model or a cross-encoder. <c>TextModels.Load</c> makes one of a folder. Safe for use by many threads
/// at once.
/// </summary>
public interface ITextModel : IDisposable
{
    /// <summary>What kind of model it is.</summary>
    TextModelKind Kind { get; }

    /// <summary>Names of the outputs of a classifier; empty for the other kinds.</summary>
    IReadOnlyList<string> Labels { get; }

    /// <summary>Numbers that an input gives: one a label (probabilities), one a dimension (a vector), or 1 (a cross-encoder's score: the raw logit).</summary>
    int OutputLength { get; }

    /// <summary>Longest input in tokens, special ones included; null where there is no such limit.</summary>
    int? MaxTokens { get; }

    /// <summary>Padded tokens of a run at which it is fastest here.</summary>
    int PreferredBatchTokens { get; }

    /// <summary>Encodes an input for <see cref="Predict"/>: longer ones are truncated, and say so.</summary>
    PreparedInput Prepare(ModelInput input);

    /// <summary>Runs the model once.</summary>
    /// <param name="batch">Inputs that this model prepared.</param>
    /// <param name="outputs">Receives <c>[batch, OutputLength]</c>, row after row.</param>
    void Predict(IReadOnlyList<PreparedInput> batch, Span<float> outputs);

    /// <summary>
    /// Judges the model by examples: a classifier by their labels (<c>MetricNames</c>), an embedding model by the similarity of pairs (<c>cosine_spearman</c>), a cross-encoder by the relevance of texts
    /// to queries (<c>ndcg@10</c>, <c>mrr@10</c>).
    /// </summary>
    /// <exception cref="ArgumentException">The examples are of another kind of model, or there are none.</exception>
    IReadOnlyDictionary<string, double> Evaluate(IReadOnlyList<ModelExample> examples, CancellationToken cancellationToken);
}

/// <summary>What kind of model it is; the names are Hugging Face's tasks, in CamelCase.</summary>
public enum TextModelKind
{
    /// <summary>From text and numbers to a label.</summary>
    TextClassification,

    /// <summary>From text to a vector.</summary>
    SentenceSimilarity,

    /// <summary>From a query and a text to a score.</summary>
    TextRanking,
}

/// <summary>What a model is asked.</summary>
public sealed record ModelInput
{
    /// <summary>The text; of a cross-encoder the query.</summary>
    public required string Text { get; init; }

    /// <summary>The text that a cross-encoder scores for the query.</summary>
    public string? Pair { get; init; }

    /// <summary>Numeric fields of a classifier's contract, without those that it derives from the text; absent ones are filled as in training.</summary>
    public IReadOnlyDictionary<string, double> Numbers { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);
}

/// <summary>An input as its model takes it.</summary>
public abstract record PreparedInput
{
    /// <summary>Tokens of it: what a batch's budget counts. A model without a tokenizer estimates them.</summary>
    public required int Tokens { get; init; }

    /// <summary>Whether it was longer than the model's limit.</summary>
    public bool Truncated { get; init; }
}

/// <summary>An example that a model is judged by.</summary>
public sealed record ModelExample
{
    /// <summary>The input; of an embedding model <see cref="ModelInput.Pair"/> is the other text.</summary>
    public required ModelInput Input { get; init; }

    /// <summary>The right label, of a classifier.</summary>
    public string? Label { get; init; }

    /// <summary>How similar the pair is, or how relevant the text is to the query: more is more.</summary>
    public double? Score { get; init; }
}
