using System.Collections.Concurrent;
using TextOps.Learning.Models;

namespace TextOps.Runner.Tests.Serve;

/// <summary>A model whose outputs follow from the text: one token a word, and as first number how many letters it has. It waits where a test tells it to.</summary>
internal sealed class StubModel : ITextModel
{
    /// <summary>A text with this word cannot be run.</summary>
    public const string Poison = "poison";

    private readonly ConcurrentQueue<Run> runs = new();

    public TextModelKind Kind { get; init; } = TextModelKind.TextClassification;

    public IReadOnlyList<string> Labels { get; init; } = ["negative", "positive"];

    public int OutputLength => Kind switch { TextModelKind.TextClassification => Labels.Count, TextModelKind.SentenceSimilarity => 4, _ => 1 };

    public int? MaxTokens { get; init; } = 20;

    public int PreferredBatchTokens { get; init; } = 64;

    /// <summary>Runs wait for it.</summary>
    public ManualResetEventSlim Gate { get; } = new(initialState: true);

    /// <summary>Is counted down as a run begins.</summary>
    public SemaphoreSlim Entered { get; } = new(0);

    /// <summary>The runs so far.</summary>
    public IReadOnlyList<Run> Runs => [.. runs];

    /// <summary>What the model says of a text.</summary>
    public static float Letters(string text) => text.Count(char.IsLetter);

    public PreparedInput Prepare(ModelInput input)
    {
        var words = input.Text.Split(' ').Length + (input.Pair?.Split(' ').Length ?? 0);
        return new Prepared(input) { Tokens = Math.Min(words, MaxTokens ?? words), Truncated = words > MaxTokens };
    }

    public void Predict(IReadOnlyList<PreparedInput> batch, Span<float> outputs)
    {
        var inputs = batch.Cast<Prepared>().Select(prepared => prepared.Input).ToList();
        runs.Enqueue(new Run([.. inputs.Select(input => input.Text)], batch.Count * batch.Max(input => input.Tokens), Environment.CurrentManagedThreadId));
        Entered.Release();
        Gate.Wait();
        if (inputs.Any(input => input.Text.Contains(Poison, StringComparison.Ordinal)))
        {
            throw new InvalidOperationException("poisoned");
        }

        for (var i = 0; i < inputs.Count; i++)
        {
            var output = outputs.Slice(i * OutputLength, OutputLength);
            output.Fill(1);
            if (Kind == TextModelKind.TextClassification)
            {
                output.Fill(0.25f / Math.Max(1, Labels.Count - 1));
                output[(int)Letters(inputs[i].Text) % Labels.Count] = 0.75f;
            }
            else
            {
                output[0] = Letters(inputs[i].Pair ?? inputs[i].Text);
            }
        }
    }

    public IReadOnlyDictionary<string, double> Evaluate(IReadOnlyList<ModelExample> examples, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
        Gate.Dispose();
        Entered.Dispose();
    }

    /// <summary>A run.</summary>
    /// <param name="Texts">Its texts.</param>
    /// <param name="Tokens">Its padded tokens.</param>
    /// <param name="Thread">The thread that ran it.</param>
    public sealed record Run(IReadOnlyList<string> Texts, int Tokens, int Thread);

    private sealed record Prepared(ModelInput Input) : PreparedInput;
}
