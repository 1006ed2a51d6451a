using TextOps.Onnx.Embeddings;
using TextOps.Onnx.Graphs;
using TextOps.Onnx.Tests.Graphs;

namespace TextOps.Onnx.Tests.Embeddings;

/// <summary>What the embedder makes of a model whose vectors can be worked out by hand: a = (3, 4), b = (-5, 6), c = not a number, unknown = (1, 2), padding = (0, 0).</summary>
public sealed class SentenceEmbedderTests
{
    [Theory]
    [InlineData(Pooling.Mean, -1, 5)]
    [InlineData(Pooling.Cls, 3, 4)]
    [InlineData(Pooling.Max, 3, 6)]
    public void Pools_as_it_is_told(Pooling pooling, float x, float y)
    {
        using var model = new TinyModel();
        using var embedder = model.Load(new SentenceEmbedderOptions { Pooling = pooling, Normalize = false });

        Assert.Equal([x, y], Embed(embedder, embedder.Encode("ab").Ids));
    }

    [Theory]
    [InlineData("""{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}""", 3, 4)]
    [InlineData("""{"pooling_mode_max_tokens": true}""", 3, 6)]
    [InlineData("""{"pooling_mode": "mean"}""", -1, 5)]
    [InlineData("""{"pooling_mode": "cls", "include_prompt": true}""", 3, 4)]
    public void Pools_as_the_model_says(string pooling, float x, float y)
    {
        using var model = new TinyModel().Write("1_Pooling/config.json", pooling);
        using var embedder = model.Load(new SentenceEmbedderOptions { Normalize = false });

        Assert.Equal([x, y], Embed(embedder, [2, 3]));
    }

    [Fact]
    public void Scales_to_length_1_where_modules_json_says_so()
    {
        using var model = new TinyModel();
        using var embedder = model.Load();

        Assert.Equal([0.6f, 0.8f], Embed(embedder, [2]));
    }

    [Fact]
    public void A_plain_hugging_face_model_is_pooled_by_the_mean_and_not_scaled()
    {
        using var model = new TinyModel().Remove("modules.json");
        using var embedder = model.Load();

        Assert.Equal([-1f, 5f], Embed(embedder, [2, 3]));
    }

    [Fact]
    public void Padding_changes_no_vector()
    {
        using var model = new TinyModel();
        using var embedder = model.Load();
        int[][] texts = [[2], [3, 2, 2, 3], [1, 2, 3], []];
        var together = new float[texts.Length * 2];

        embedder.Embed(texts, together);

        Assert.Equal(texts.SelectMany(text => Embed(embedder, text)), together);
    }

    [Fact]
    public void A_vector_of_length_0_stays_0()
    {
        using var model = new TinyModel();
        using var embedder = model.Load();
        var vectors = new float[] { 9, 9, 9, 9 };

        embedder.Embed([[0, 0], []], vectors);

        Assert.Equal([0f, 0f, 0f, 0f], vectors);
    }

    [Fact]
    public void Only_empty_texts_need_no_run()
    {
        using var model = new TinyModel();
        using var embedder = model.Load();

        Assert.Equal([0f, 0f], Embed(embedder, []));
    }

    [Fact]
    public void Not_a_number_is_an_error_instead_of_a_vector()
    {
        using var model = new TinyModel();
        using var embedder = model.Load();

        var failure = Assert.Throws<InvalidOperationException>(() => embedder.Embed([[2], [4]], new float[4]));

        Assert.Contains("not finite for text 1 of a batch of 2", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("an id above the vocabulary", new[] { 5 }, "text 0 has an id that is not the tokenizer's (0 to 4)")]
    [InlineData("a negative id", new[] { -1 }, "text 0 has an id that is not the tokenizer's (0 to 4)")]
    [InlineData("more tokens than the model takes", new[] { 1, 1, 1, 1, 1, 1, 1 }, "text 0 has 7 tokens; the model takes at most 6")]
    public void Ids_that_the_graph_cannot_take_are_refused(string story, int[] ids, string message)
    {
        using var model = new TinyModel();
        using var embedder = model.Load();

        var failure = Assert.Throws<ArgumentException>(() => embedder.Embed([ids], new float[2]));

        Assert.True(failure.Message.Contains(message, StringComparison.Ordinal), story + ": " + failure.Message);
    }

    [Fact]
    public void Half_precision_vectors_and_narrow_ids_are_converted()
    {
        using var model = new TinyModel().Write("onnx/model_fp16.onnx", new LookupGraph { InputType = OnnxType.Int32, Operators = ["Cast"], OutputType = OnnxType.Float16 });
        using var embedder = model.Load(new SentenceEmbedderOptions { Precision = Precision.Float16, Normalize = false });

        Assert.Equal([-1f, 5f], Embed(embedder, [2, 3]));
    }

    [Fact]
    public void Inputs_are_found_by_name_and_attention_asks_for_small_batches()
    {
        using var model = new TinyModel().Write("onnx/model.onnx", new LookupGraph
        {
            Inputs = ["token_type_ids", "input_ids", "position_ids", "attention_mask"],
            Output = "token_embeddings",
        });
        using var encoder = model.Load();
        using var lookup = model.Remove("onnx/model.onnx").Load();

        Assert.Equal([0.6f, 0.8f], Embed(encoder, [2]));
        Assert.Equal(TokenBudgetBatcher.DefaultBudget, encoder.PreferredBatchTokens);
        Assert.True(lookup.PreferredBatchTokens > encoder.PreferredBatchTokens);
    }

    [Fact]
    public void Many_threads_embed_at_once()
    {
        using var model = new TinyModel();
        using var embedder = model.Load();

        Parallel.For(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var text = i % 2 == 0 ? "a" : "aa";
            Assert.Equal([0.6f, 0.8f], Embed(embedder, embedder.Encode(text).Ids));
        });
    }

    [Theory]
    [InlineData(null, 6)]
    [InlineData(4, 4)]
    public void The_limit_is_the_models_or_a_smaller_one(int? wanted, int limit)
    {
        using var model = new TinyModel();
        using var embedder = model.Load(new SentenceEmbedderOptions { MaxTokens = wanted });

        Assert.Equal(limit, embedder.MaxTokens);
        Assert.Equal(limit, embedder.Encode("aaaaaaaaaa").Ids.Length);
    }

    [Theory]
    [InlineData("positions, where no other file says", """{"hidden_size": 2, "max_position_embeddings": 8}""", null, 8)]
    [InlineData("RoBERTa numbers positions from padding + 1", """{"model_type": "xlm-roberta", "pad_token_id": 1, "max_position_embeddings": 8}""", null, 6)]
    [InlineData("the tokenizer's own limit", "{}", """{"model_max_length": 7}""", 7)]
    [InlineData("1e30 is no limit", """{"max_position_embeddings": 8}""", """{"model_max_length": 1000000000000000019884624838656}""", 8)]
    public void Without_a_stated_limit_the_model_s_positions_are_it(string story, string config, string? tokenizer, int limit)
    {
        using var model = new TinyModel().Remove("sentence_bert_config.json").Write("config.json", config).Write("tokenizer_config.json", tokenizer ?? "{}");
        using var embedder = model.Load();

        Assert.True(limit == embedder.MaxTokens, $"{story}: {embedder.MaxTokens}");
    }

    [Theory]
    [InlineData("by its name", "query", "aa")]
    [InlineData("as it stands", "b", "b")]
    [InlineData("the model's default", null, "c")]
    [InlineData("none", "", "")]
    public void The_prompt_is_chosen(string story, string? wanted, string prompt)
    {
        using var model = new TinyModel()
            .Write("config_sentence_transformers.json", """{"prompts": {"query": "aa", "passage": "c"}, "default_prompt_name": "passage"}""");
        using var embedder = model.Load(new SentenceEmbedderOptions { Prompt = wanted });
        using var plain = model.Load(new SentenceEmbedderOptions { Prompt = "" });

        Assert.True(plain.Encode(prompt + "b").Ids.SequenceEqual(embedder.Encode("b").Ids), story);
    }

    private static float[] Embed(SentenceEmbedder embedder, int[] ids)
    {
        var vector = new float[embedder.Dimensions];
        embedder.Embed([ids], vector);
        return vector;
    }
}
