using System.Globalization;
using System.Numerics.Tensors;
using TextOps.Onnx.Embeddings;
using TextOps.Tests;

namespace TextOps.Onnx.Tests.Embeddings;

/// <summary>From text to vector, through the real tokenizer.</summary>
public sealed class TextToVectorTests
{
    private static readonly string StaticModel = Repository.File("models", "minilm-static-256");

    [Fact]
    public void The_static_model_equals_the_original_one_by_one_and_in_batches()
    {
        var golden = GoldenText.Read("models", "golden", "embeddings.jsonl");
        using var embedder = SentenceEmbedder.Load(StaticModel, new SentenceEmbedderOptions());
        int[][] texts = [.. golden.Select(text => embedder.Encode(text.Text).Ids)];

        Assert.Equal((256, 512), (embedder.Dimensions, embedder.MaxTokens));
        Assert.All(golden.Zip(GoldenText.OneByOne(embedder, texts)), pair => GoldenText.AssertEqual(pair.First.Static!, pair.Second, pair.First.Text));
        foreach (var budget in (int[])[64, embedder.PreferredBatchTokens])
        {
            Assert.All(golden.Zip(GoldenText.Batched(embedder, texts, budget)), pair => GoldenText.AssertEqual(pair.First.Static!, pair.Second, pair.First.Text));
        }
    }

    [Fact]
    public void The_static_model_knows_a_text_exactly_where_its_vector_is_not_zero()
    {
        using var embedder = SentenceEmbedder.Load(StaticModel, new SentenceEmbedderOptions());

        Assert.All(
            GoldenText.Read("models", "golden", "embeddings.jsonl"),
            golden => Assert.True(embedder.Encode(golden.Text).Known == (TensorPrimitives.Norm<float>(golden.Static) > 0), golden.Text));
    }

    [Fact]
    public void All_MiniLM_L6_v2_makes_the_original_s_ids_and_vectors()
    {
        var golden = GoldenText.Read("models", "golden", "embeddings.jsonl");
        using var embedder = SentenceEmbedder.Load(Repository.SharedData("models", "all-MiniLM-L6-v2"), new SentenceEmbedderOptions());
        EncodedText[] texts = [.. golden.Select(text => embedder.Encode(text.Text))];

        Assert.All(golden.Zip(texts), pair => Assert.Equal(pair.First.Ids, pair.Second.Ids));
        Assert.Contains(texts, text => text.Truncated);
        Assert.All(texts, text => Assert.True(!text.Truncated || text.Ids.Length == 256));
        var vectors = GoldenText.Batched(embedder, [.. texts.Select(text => text.Ids)], embedder.PreferredBatchTokens);
        Assert.All(golden.Zip(vectors), pair => GoldenText.AssertEqual(pair.First.MiniLm!, pair.Second, pair.First.Text));
    }

    [Fact]
    public void A_tokenizer_of_an_unsupported_kind_is_refused_with_its_file()
    {
        using var model = new TinyModel().Write("tokenizer.json", """{"model": {"type": "Oracle", "vocab": {}}}""");

        var failure = Assert.Throws<ModelFormatException>(() => SentenceEmbedder.Load(model.Path, new SentenceEmbedderOptions()));

        Assert.StartsWith($"{model.Path}: tokenizer.json: model.type is 'Oracle'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_shipped_model_is_the_reference_s()
    {
        foreach (var file in SentenceEmbedder.FilesOf(StaticModel, new SentenceEmbedderOptions()))
        {
            Assert.Equal(File.ReadAllBytes(Repository.SharedData("models", "minilm-static-256", file)), File.ReadAllBytes(Path.Combine(StaticModel, file)));
        }
    }

    [Fact]
    public void The_static_model_ranks_sentence_pairs_as_its_card_says()
    {
        using var embedder = SentenceEmbedder.Load(StaticModel, new SentenceEmbedderOptions());
        var pairs = File.ReadLines(Repository.SharedData("datasets", "stsb", "stsb-en-dev.csv")).Select(Csv.Columns).ToList();
        var left = GoldenText.Batched(embedder, [.. pairs.Select(pair => embedder.Encode(pair[0]).Ids)], embedder.PreferredBatchTokens);
        var right = GoldenText.Batched(embedder, [.. pairs.Select(pair => embedder.Encode(pair[1]).Ids)], embedder.PreferredBatchTokens);

        var cosines = left.Zip(right, (a, b) => (double)TensorPrimitives.CosineSimilarity<float>(a, b)).ToArray();
        var scores = pairs.Select(pair => double.Parse(pair[2], CultureInfo.InvariantCulture)).ToArray();

        Assert.Equal(1_500, pairs.Count);
        Assert.Equal(0.79187, Spearman(cosines, scores), 0.002);
    }

    /// <summary>Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank.</summary>
    private static double Spearman(double[] left, double[] right)
    {
        double[] a = Ranks(left), b = Ranks(right);
        double meanA = a.Average(), meanB = b.Average();
        return a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum() / Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
    }

    private static double[] Ranks(double[] values)
    {
        var sorted = values.Order().ToArray();
        var ranks = sorted.Select((value, index) => (value, index)).GroupBy(item => item.value).ToDictionary(group => group.Key, group => group.Average(item => item.index));
        return [.. values.Select(value => ranks[value])];
    }
}
