using TextOps.Onnx.Embeddings;
using TextOps.Onnx.Tests.Graphs;
using TextOps.Tests;
using TextOps.Tokenizers;

namespace TextOps.Onnx.Tests.Embeddings;

/// <summary>A model folder of a few hundred bytes in sentence-transformers layout, whose files a test replaces or removes one at a time.</summary>
internal sealed class TinyModel : IDisposable
{
    public const string Modules = """
        [{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
         {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
         {"idx": 2, "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
        """;

    private readonly TemporaryFolder folder = new();

    public TinyModel()
    {
        Write("modules.json", Modules);
        Write("1_Pooling/config.json", """{"word_embedding_dimension": 2, "pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false}""");
        Write("config.json", """{"hidden_size": 2, "max_position_embeddings": 8}""");
        Write("sentence_bert_config.json", """{"max_seq_length": 6, "do_lower_case": false}""");
        Write("tokenizer.json", "{}");
        Write("model.onnx", new LookupGraph());
    }

    public string Path => folder.File("model");

    /// <summary>A path beside the model's folder.</summary>
    public string Outside(string file) => folder.File(file);

    public ITokenizer Tokenizer { get; init; } = new CharacterTokenizer();

    public TinyModel Write(string file, string text)
    {
        File.WriteAllText(Place(file), text);
        return this;
    }

    public TinyModel Write(string file, LookupGraph graph)
    {
        File.WriteAllBytes(Place(file), graph.ToArray());
        return this;
    }

    public TinyModel Remove(string file)
    {
        File.Delete(Place(file));
        return this;
    }

    public SentenceEmbedder Load(SentenceEmbedderOptions? options = null) =>
        SentenceEmbedder.Load(Path, options ?? new SentenceEmbedderOptions(), _ => Tokenizer);

    /// <summary>The message that loading ends with.</summary>
    public string Refusal(SentenceEmbedderOptions? options = null) => Assert.Throws<ModelFormatException>(() => Load(options).Dispose()).Message;

    public void Dispose() => folder.Dispose();

    private string Place(string file)
    {
        var path = folder.File("model", file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        return path;
    }
}
