using System.Numerics.Tensors;
using System.Text.Json;
using System.Text.Json.Serialization;
using TextOps.Onnx.Embeddings;
using TextOps.Tests;

namespace TextOps.Onnx.Tests.Embeddings;

/// <summary>A text with its token ids and vectors as the original framework gave them (shared data, models/README.md).</summary>
/// <param name="MiniLm">Vector of all-MiniLM-L6-v2.</param>
/// <param name="Static">Vector of minilm-static-256; zero where no token is known.</param>
internal sealed record GoldenText(
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("ids")] int[] Ids,
    [property: JsonPropertyName("minilm")] float[]? MiniLm,
    [property: JsonPropertyName("static")] float[]? Static,
    [property: JsonPropertyName("vector")] float[]? Vector)
{
    public static IReadOnlyList<GoldenText> Read(params string[] path) =>
        [.. File.ReadLines(Repository.SharedData(path)).Select(line => JsonSerializer.Deserialize<GoldenText>(line)!)];

    /// <summary>Embeds texts one at a time.</summary>
    public static float[][] OneByOne(ISentenceEmbedder embedder, IReadOnlyList<int[]> texts) =>
        [.. texts.Select(ids =>
        {
            var vector = new float[embedder.Dimensions];
            embedder.Embed([ids], vector);
            return vector;
        })];

    /// <summary>Embeds texts in batches by token budget.</summary>
    public static float[][] Batched(ISentenceEmbedder embedder, IReadOnlyList<int[]> texts, int budget)
    {
        var vectors = new float[texts.Count][];
        foreach (var batch in TokenBudgetBatcher.Batch(texts.Select(ids => ids.Length).ToArray(), budget))
        {
            var rows = new float[batch.Length * embedder.Dimensions];
            embedder.Embed([.. batch.Select(index => texts[index])], rows);
            for (var i = 0; i < batch.Length; i++)
            {
                vectors[batch[i]] = rows[(i * embedder.Dimensions)..((i + 1) * embedder.Dimensions)];
            }
        }

        return vectors;
    }

    /// <summary>Both vectors are zero, or they point the same way and have the same length.</summary>
    public static void AssertEqual(float[] expected, float[] actual, string text)
    {
        Assert.Equal(expected.Length, actual.Length);
        if (TensorPrimitives.Norm<float>(expected) == 0)
        {
            Assert.True(TensorPrimitives.Norm<float>(actual) == 0, $"expected the zero vector for '{text}'");
            return;
        }

        var cosine = TensorPrimitives.CosineSimilarity(expected, actual);
        Assert.True(cosine >= 0.9999, $"cosine {cosine} for '{text}'");
        Assert.Equal(TensorPrimitives.Norm<float>(expected), TensorPrimitives.Norm<float>(actual), 1e-3);
    }
}
