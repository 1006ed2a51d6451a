using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Models;

/// <summary>What the kinds of models have in common: checks of inputs and examples, and runs over more inputs than fit into one.</summary>
internal static class ModelOutputs
{
    /// <summary>Checks that the outputs of a batch fit.</summary>
    public static void Check(ITextModel model, IReadOnlyList<PreparedInput> batch, Span<float> outputs)
    {
        if (outputs.Length != (long)batch.Count * model.OutputLength)
        {
            throw new ArgumentException($"{outputs.Length} floats cannot take {batch.Count} outputs of {model.OutputLength}", nameof(outputs));
        }
    }

    /// <summary>An input that a model of this kind prepared.</summary>
    public static T Own<T>(IReadOnlyList<PreparedInput> batch, int index)
        where T : PreparedInput =>
        batch[index] as T ?? throw new ArgumentException($"input {index} was prepared by another kind of model", nameof(batch));

    /// <summary>Outputs of all inputs, batch by batch: <c>[inputs, OutputLength]</c>.</summary>
    public static float[] PredictAll(ITextModel model, IReadOnlyList<PreparedInput> inputs, CancellationToken cancellationToken)
    {
        var (length, outputs) = (model.OutputLength, new float[(long)inputs.Count * model.OutputLength]);
        foreach (var batch in TokenBudgetBatcher.Batch([.. inputs.Select(input => input.Tokens)], model.PreferredBatchTokens))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = new float[batch.Length * length];
            model.Predict([.. batch.Select(index => inputs[index])], part);
            for (var i = 0; i < batch.Length; i++)
            {
                part.AsSpan(i * length, length).CopyTo(outputs.AsSpan(batch[i] * length));
            }
        }

        return outputs;
    }

    /// <summary>Checks that there are examples.</summary>
    public static void RequireExamples(IReadOnlyList<ModelExample> examples)
    {
        if (examples.Count == 0)
        {
            throw new ArgumentException("there are no examples to judge the model by", nameof(examples));
        }
    }

    /// <summary>The second text of an example.</summary>
    public static string PairOf(IReadOnlyList<ModelExample> examples, int index) =>
        examples[index].Input.Pair ?? throw new ArgumentException($"example {index} has no second text (pair); this kind of model is judged by pairs", nameof(examples));

    /// <summary>The score of an example.</summary>
    public static double ScoreOf(IReadOnlyList<ModelExample> examples, int index) =>
        examples[index].Score is { } score && double.IsFinite(score)
            ? score
            : throw new ArgumentException($"example {index} has no score; this kind of model is judged by the scores of pairs", nameof(examples));
}
