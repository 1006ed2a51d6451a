using System.Numerics.Tensors;
using TextOps.Onnx.Embeddings;
using TextOps.Tests;

namespace TextOps.Onnx.Tests.Embeddings;

/// <summary>Vectors of real models against those of the original framework, from token ids that are given.</summary>
public sealed class GoldenEmbeddingTests
{
    private static readonly CharacterTokenizer MiniLm = new([101], [102], 30_522);

    [Theory]
    [InlineData(512)]
    [InlineData(8_192)]
    public void All_MiniLM_L6_v2_equals_the_original_in_batches(int budget)
    {
        var golden = GoldenText.Read("models", "golden", "embeddings.jsonl");
        using var embedder = Load(Repository.SharedData("models", "all-MiniLM-L6-v2"), MiniLm);

        var vectors = GoldenText.Batched(embedder, [.. golden.Select(text => text.Ids)], budget);

        Assert.Equal((384, 256), (embedder.Dimensions, embedder.MaxTokens));
        Assert.All(golden.Zip(vectors), pair => GoldenText.AssertEqual(pair.First.MiniLm!, pair.Second, pair.First.Text));
    }

    [Fact]
    public void All_MiniLM_L6_v2_equals_the_original_one_by_one()
    {
        var golden = GoldenText.Read("models", "golden", "embeddings.jsonl");
        using var embedder = Load(Repository.SharedData("models", "all-MiniLM-L6-v2"), MiniLm);

        var vectors = GoldenText.OneByOne(embedder, [.. golden.Select(text => text.Ids)]);

        Assert.All(golden.Zip(vectors), pair => GoldenText.AssertEqual(pair.First.MiniLm!, pair.Second, pair.First.Text));
    }

    [Fact]
    public void All_MiniLM_L6_v2_in_int8_is_close_to_the_original()
    {
        var golden = GoldenText.Read("models", "golden", "embeddings.jsonl");
        using var embedder = Load(Repository.SharedData("models", "all-MiniLM-L6-v2"), MiniLm, Precision.Int8);

        var vectors = GoldenText.Batched(embedder, [.. golden.Select(text => text.Ids)], embedder.PreferredBatchTokens);

        // Far from English (scripts that the model does not know) quantisation costs most.
        var cosines = golden.Zip(vectors, (text, vector) => TensorPrimitives.CosineSimilarity(text.MiniLm, vector)).Order().ToArray();
        Assert.InRange(cosines[0], 0.95, 1.0001);
        Assert.InRange(cosines[cosines.Length / 2], 0.985, 1.0001);
    }

    [Theory]
    [InlineData("xlmr-external-data", 128, 32_100, new int[0], new[] { 1 })]
    [InlineData("modernbert", 1024, 50_265, new[] { 0 }, new[] { 2 })]
    public void Models_of_other_shapes_equal_the_original(string shape, int maxTokens, int vocabularySize, int[] before, int[] after)
    {
        var expected = GoldenText.Read("models", "shapes", shape, "expected.jsonl");
        using var embedder = Load(Repository.SharedData("models", "shapes", shape), new CharacterTokenizer(before, after, vocabularySize));

        var alone = GoldenText.OneByOne(embedder, [.. expected.Select(text => text.Ids)]);
        var together = GoldenText.Batched(embedder, [.. expected.Select(text => text.Ids)], 1_000);

        Assert.Equal((16, maxTokens), (embedder.Dimensions, embedder.MaxTokens));
        Assert.All(expected.Zip(alone), pair => GoldenText.AssertEqual(pair.First.Vector!, pair.Second, pair.First.Text));
        Assert.All(expected.Zip(together), pair => GoldenText.AssertEqual(pair.First.Vector!, pair.Second, pair.First.Text));
    }

    [Fact]
    public void A_decoder_that_pools_by_its_last_token_is_refused()
    {
        var folder = Repository.SharedData("models", "shapes", "decoder-last-token");

        var failure = Assert.Throws<ModelFormatException>(() => Load(folder, MiniLm));

        Assert.Contains("pooling lasttoken is not implemented", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cross_encoder_is_refused()
    {
        var folder = Repository.SharedData("models", "shapes", "cross-encoder");

        var failure = Assert.Throws<ModelFormatException>(() => Load(folder, MiniLm));

        Assert.Contains("has no output last_hidden_state or token_embeddings", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_prompt_is_put_before_the_text()
    {
        var folder = Repository.SharedData("models", "shapes", "xlmr-external-data");
        using var embedder = Load(folder, new CharacterTokenizer([], [1], 32_100), prompt: "passage");

        Assert.Equal("passage: ".Length + "a".Length + 1, embedder.Encode("a").Ids.Length);
    }

    [Fact]
    public void External_weights_are_among_the_files_of_a_model()
    {
        var files = SentenceEmbedder.FilesOf(Repository.SharedData("models", "shapes", "xlmr-external-data"), new SentenceEmbedderOptions());

        Assert.Equal(
            ["1_Pooling/config.json", "config.json", "config_sentence_transformers.json", "modules.json", "onnx/model.onnx", "onnx/model.onnx_data",
                "sentence_bert_config.json", "tokenizer.json"],
            files);
    }

    private static SentenceEmbedder Load(string folder, CharacterTokenizer tokenizer, Precision precision = Precision.Auto, string? prompt = null) =>
        SentenceEmbedder.Load(folder, new SentenceEmbedderOptions { Precision = precision, Prompt = prompt }, _ => tokenizer);
}
