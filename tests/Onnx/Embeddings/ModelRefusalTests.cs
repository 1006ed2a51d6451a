using TextOps.Onnx.Embeddings;
using TextOps.Onnx.Graphs;
using TextOps.Onnx.Tests.Graphs;
using TextOps.Tests;

namespace TextOps.Onnx.Tests.Embeddings;

/// <summary>Model folders that must not be used, and what the user is told.</summary>
public sealed class ModelRefusalTests
{
    private static readonly Dictionary<string, Action<TinyModel>> Faults = new(StringComparer.Ordinal)
    {
        ["no tokenizer"] = model => model.Remove("tokenizer.json"),
        ["no graph"] = model => model.Remove("model.onnx"),
        ["a dense layer"] = model => model.Write("modules.json", TinyModel.Modules.Replace("models.Normalize", "models.Dense", StringComparison.Ordinal)),
        ["foreign code"] = model => model.Write("modules.json", TinyModel.Modules.Replace("sentence_transformers.models.Transformer", "custom_st.Transformer", StringComparison.Ordinal)),
        ["modules in another order"] = model => model.Write("modules.json", """[{"path": "", "type": "sentence_transformers.models.Transformer"}]"""),
        ["a module outside"] = model => model.Write("modules.json", TinyModel.Modules.Replace("1_Pooling", "../1_Pooling", StringComparison.Ordinal)),
        ["no pooling file"] = model => model.Remove("1_Pooling/config.json"),
        ["last token"] = model => model.Write("1_Pooling/config.json", """{"pooling_mode_lasttoken": true}"""),
        ["two poolings"] = model => model.Write("1_Pooling/config.json", """{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}"""),
        ["no pooling"] = model => model.Write("1_Pooling/config.json", """{"pooling_mode_mean_tokens": false}"""),
        ["files disagree on the length"] = model => model.Write("config.json", """{"hidden_size": 3}"""),
        ["the graph's vectors are longer"] = model => model.Write("model.onnx", new LookupGraph { Table = [.. Enumerable.Repeat<float[]>([1, 2, 3], 5)] }),
        ["lower case"] = model => model.Write("sentence_bert_config.json", """{"max_seq_length": 6, "do_lower_case": true}"""),
        ["no limit"] = model => model.Remove("sentence_bert_config.json").Write("config.json", "{}"),
        ["an odd limit"] = model => model.Write("sentence_bert_config.json", """{"max_seq_length": -1}"""),
        ["a field of the wrong type"] = model => model.Write("config.json", """{"hidden_size": "2"}"""),
        ["broken JSON"] = model => model.Write("config.json", """{"hidden_size": 2"""),
        ["deep JSON"] = model => model.Write("config.json", string.Concat(Enumerable.Repeat("""{"a":""", 100))),
        ["a list for an object"] = model => model.Write("config.json", "[]"),
        ["a default prompt that is not there"] = model => model.Write("config_sentence_transformers.json", """{"default_prompt_name": "query"}"""),
        ["a prompt left out of pooling"] = model => model
            .Write("config_sentence_transformers.json", """{"prompts": {"q": "a"}, "default_prompt_name": "q"}""")
            .Write("1_Pooling/config.json", """{"pooling_mode_mean_tokens": true, "include_prompt": false}"""),
        ["an input that nobody gives"] = model => model.Write("model.onnx", new LookupGraph { Inputs = ["input_ids", "past_key_values"] }),
        ["a mask of floats"] = model => model.Write("model.onnx", new LookupGraph { Inputs = ["input_ids", "attention_mask"], OtherInputType = OnnxType.Float }),
        ["another output"] = model => model.Write("model.onnx", new LookupGraph { Output = "logits" }),
        ["a pooled output"] = model => model.Write("model.onnx", new LookupGraph { Inputs = ["input_ids", "attention_mask"], Operators = ["Flatten"], OutputRank = 2 }),
        ["an operator that mixes tokens unmasked"] = model => model.Write("model.onnx", new LookupGraph { Operators = ["Softmax"] }),
        ["a vocabulary that is too small"] = model => model.Write("model.onnx", new LookupGraph { Table = [[0, 0], [1, 2]] }),
        ["text for a graph"] = model => model.Write("model.onnx", "this is no graph"),
        ["an empty graph"] = model => model.Write("model.onnx", ""),
        ["a link instead of a file"] = model => model.Write("model.onnx", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 90359607\n"),
    };

    [Theory]
    [InlineData("no tokenizer", "tokenizer.json is missing")]
    [InlineData("no graph", "looked for onnx/model.onnx, model.onnx; there is no .onnx file at all")]
    [InlineData("a dense layer", "module sentence_transformers.models.Dense is not implemented")]
    [InlineData("foreign code", "module custom_st.Transformer is not implemented")]
    [InlineData("modules in another order", "modules Transformer; expected Transformer, Pooling and possibly Normalize")]
    [InlineData("a module outside", "path '../1_Pooling' must stay inside the model's folder")]
    [InlineData("no pooling file", "1_Pooling/config.json of ")]
    [InlineData("last token", "pooling lasttoken is not implemented")]
    [InlineData("two poolings", "pooling cls_token with mean_tokens is not implemented")]
    [InlineData("no pooling", "switches no pooling mode on")]
    [InlineData("files disagree on the length", "word_embedding_dimension of 1_Pooling/config.json (2) and hidden_size of config.json (3) disagree")]
    [InlineData("the graph's vectors are longer", "gives vectors of 3, but word_embedding_dimension of 1_Pooling/config.json says 2")]
    [InlineData("lower case", "do_lower_case true is not implemented")]
    [InlineData("no limit", "states no longest input")]
    [InlineData("an odd limit", "max_seq_length (-1) must be a whole number of at least 1")]
    [InlineData("a field of the wrong type", "hidden_size is a JSON String; expected Number")]
    [InlineData("broken JSON", "config.json is not valid JSON")]
    [InlineData("deep JSON", "config.json is not valid JSON")]
    [InlineData("a list for an object", "config.json must hold a JSON object, not Array")]
    [InlineData("a default prompt that is not there", "default_prompt_name 'query' is none of its prompts")]
    [InlineData("a prompt left out of pooling", "include_prompt false")]
    [InlineData("an input that nobody gives", "wants the input past_key_values")]
    [InlineData("a mask of floats", "input attention_mask is Float of 2 dimensions")]
    [InlineData("another output", "has no output last_hidden_state or token_embeddings, only logits")]
    [InlineData("a pooled output", "last_hidden_state is Float of 2 dimensions")]
    [InlineData("an operator that mixes tokens unmasked", "takes no attention_mask, yet its operator Softmax")]
    [InlineData("a vocabulary that is too small", "does not run with the ids of")]
    [InlineData("text for a graph", "model.onnx is truncated or not an ONNX file")]
    [InlineData("an empty graph", "model.onnx is truncated or not an ONNX file: it holds no graph")]
    [InlineData("a link instead of a file", "model.onnx is truncated or not an ONNX file")]
    public void A_folder_is_refused_with_file_and_cause(string fault, string message)
    {
        using var model = new TinyModel();
        Faults[fault](model);

        Assert.Contains(message, model.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_above_the_model_s_is_refused()
    {
        using var model = new TinyModel();

        Assert.Contains("maxTokens (7) is above the limit", model.Refusal(new SentenceEmbedderOptions { MaxTokens = 7 }), StringComparison.Ordinal);
        Assert.Contains("maxTokens (0) must be at least 1", model.Refusal(new SentenceEmbedderOptions { MaxTokens = 0 }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_precision_lists_what_was_looked_for_and_what_is_there()
    {
        using var model = new TinyModel();

        Assert.Contains(
            "no ONNX file for precision int8: looked for onnx/model_int8.onnx, model_int8.onnx, onnx/model_quantized.onnx, model_quantized.onnx; there is model.onnx",
            model.Refusal(new SentenceEmbedderOptions { Precision = Precision.Int8 }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_takes_the_only_graph_there_is_and_does_not_guess_between_two()
    {
        using var model = new TinyModel().Remove("model.onnx").Write("onnx/model_quantized.onnx", new LookupGraph());
        using (var embedder = model.Load())
        {
            Assert.Equal(2, embedder.Dimensions);
        }

        model.Write("onnx/model_fp16.onnx", new LookupGraph());

        Assert.Contains("there is onnx/model_fp16.onnx, onnx/model_quantized.onnx", model.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_named()
    {
        using var folder = new TemporaryFolder();

        var failure = Assert.Throws<ModelFormatException>(
            () => SentenceEmbedder.Load(folder.File("absent"), new SentenceEmbedderOptions(), _ => new CharacterTokenizer()));

        Assert.Equal($"the model folder {folder.File("absent")} does not exist", failure.Message);
    }

    [Fact]
    public void A_graph_cut_off_anywhere_is_refused()
    {
        using var model = new TinyModel();
        var whole = File.ReadAllBytes(Path.Combine(model.Path, "model.onnx"));
        for (var length = 0; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(Path.Combine(model.Path, "model.onnx"), whole[..length]);

            Assert.Contains("model.onnx", model.Refusal(), StringComparison.Ordinal);
        }
    }
}
