using TextOps.Learning.Models;

namespace TextOps.Runner.Tests.Serve.Pages;

/// <summary>A model whose answers follow from the lengths of texts alone: a longer text is a later label, and a better answer to a query.</summary>
internal sealed class FakeModel(TextModelKind kind, int outputs = 1, int? maxTokens = null, params string[] labels) : ITextModel
{
    public TextModelKind Kind => kind;

    public IReadOnlyList<string> Labels => labels;

    public int OutputLength => labels.Length > 0 ? labels.Length : outputs;

    public int? MaxTokens => maxTokens;

    public int PreferredBatchTokens => 512;

    public PreparedInput Prepare(ModelInput input) => new Prepared((input.Pair ?? input.Text).Length) { Tokens = 1 };

    public void Predict(IReadOnlyList<PreparedInput> batch, Span<float> outputs)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            var length = ((Prepared)batch[row]).Length;
            var output = outputs.Slice(row * OutputLength, OutputLength);
            for (var at = 0; at < output.Length; at++)
            {
                output[at] = kind switch
                {
                    TextModelKind.TextClassification => at == length % output.Length ? 0.75f : 0.25f / Math.Max(1, output.Length - 1),
                    TextModelKind.SentenceSimilarity => MathF.Sin((at + 1) * (1 + (length % 7 / 40f))),
                    _ => length / 100f,
                };
            }
        }
    }

    public IReadOnlyDictionary<string, double> Evaluate(IReadOnlyList<ModelExample> examples, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed record Prepared(int Length) : PreparedInput;
}
