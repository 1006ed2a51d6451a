using TextOps.Learning.Models;

namespace TextOps.Runner.Tests.Serve.Pages;

/// <summary>A model that is described but not run.</summary>
internal sealed class FakeModel(TextModelKind kind, int outputs = 1, int? maxTokens = null, params string[] labels) : ITextModel
{
    public TextModelKind Kind => kind;

    public IReadOnlyList<string> Labels => labels;

    public int OutputLength => labels.Length > 0 ? labels.Length : outputs;

    public int? MaxTokens => maxTokens;

    public int PreferredBatchTokens => 512;

    public PreparedInput Prepare(ModelInput input) => throw new NotSupportedException();

    public void Predict(IReadOnlyList<PreparedInput> batch, Span<float> outputs) => throw new NotSupportedException();

    public IReadOnlyDictionary<string, double> Evaluate(IReadOnlyList<ModelExample> examples, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
