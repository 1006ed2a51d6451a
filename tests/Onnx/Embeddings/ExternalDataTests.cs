using System.Runtime.InteropServices;
using TextOps.Onnx.Embeddings;
using TextOps.Onnx.Tests.Graphs;

namespace TextOps.Onnx.Tests.Embeddings;

/// <summary>Weights outside the graph's file: a location is untrusted and must stay inside the model's folder.</summary>
public sealed class ExternalDataTests
{
    private static readonly LookupGraph Graph = new();

    [Theory]
    [InlineData("weights.bin")]
    [InlineData("more/weights.bin")]
    public void Weights_inside_the_folder_are_used_and_listed(string location)
    {
        using var model = new TinyModel().Remove("model.onnx").Write("onnx/model.onnx", Graph with { ExternalLocation = location });
        WriteWeights(Path.Combine(model.Path, "onnx", location));
        using var embedder = model.Load();
        var vector = new float[2];

        embedder.Embed([[2]], vector);

        Assert.Equal([0.6f, 0.8f], vector);
        Assert.Equal(
            ["1_Pooling/config.json", "config.json", "modules.json", "onnx/model.onnx", $"onnx/{location}", "sentence_bert_config.json", "tokenizer.json"],
            SentenceEmbedder.FilesOf(model.Path, new SentenceEmbedderOptions()));
    }

    [Theory]
    [InlineData("../../weights.bin")]
    [InlineData("more/../../weights.bin")]
    [InlineData("./weights.bin")]
    [InlineData("")]
    [InlineData("more//weights.bin")]
    [InlineData("..\\weights.bin")]
    [InlineData("C:weights.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("*/_ORT_MEM_ADDR_/*")]
    public void A_location_outside_is_refused_before_the_graph_is_loaded(string location)
    {
        using var model = new TinyModel().Remove("model.onnx").Write("onnx/model.onnx", Graph with { ExternalLocation = location });
        // The place that the location would lead to exists, so that only the name can be the reason.
        WriteWeights(model.Outside("weights.bin"));

        Assert.Contains($"external data '{location}'", model.Refusal(), StringComparison.Ordinal);
        Assert.Throws<ModelFormatException>(() => SentenceEmbedder.FilesOf(model.Path, new SentenceEmbedderOptions()));
    }

    [Theory]
    [InlineData("the file")]
    [InlineData("its folder")]
    [InlineData("the graph")]
    public void A_link_on_the_way_is_refused(string linked)
    {
        using var elsewhere = new TextOps.Tests.TemporaryFolder();
        WriteWeights(elsewhere.File("data", "weights.bin"));
        using var model = new TinyModel().Remove("model.onnx").Write("onnx/model.onnx", Graph with { ExternalLocation = "data/weights.bin" });
        WriteWeights(Path.Combine(model.Path, "onnx/data/weights.bin"));
        model.Load().Dispose();
        switch (linked)
        {
            case "the file":
                File.Delete(Path.Combine(model.Path, "onnx/data/weights.bin"));
                File.CreateSymbolicLink(Path.Combine(model.Path, "onnx/data/weights.bin"), elsewhere.File("data", "weights.bin"));
                break;
            case "its folder":
                Directory.Delete(Path.Combine(model.Path, "onnx/data"), recursive: true);
                Directory.CreateSymbolicLink(Path.Combine(model.Path, "onnx/data"), elsewhere.File("data"));
                break;
            default:
                File.Move(Path.Combine(model.Path, "onnx/model.onnx"), elsewhere.File("model.onnx"));
                File.CreateSymbolicLink(Path.Combine(model.Path, "onnx/model.onnx"), elsewhere.File("model.onnx"));
                break;
        }

        Assert.Contains("is reached by the link onnx/", model.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_weights_are_named()
    {
        using var model = new TinyModel().Write("model.onnx", Graph with { ExternalLocation = "weights.bin" });

        Assert.Contains("external data 'weights.bin' is missing", model.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_too_short_are_refused()
    {
        using var model = new TinyModel().Write("model.onnx", Graph with { ExternalLocation = "weights.bin" });
        File.WriteAllBytes(Path.Combine(model.Path, "weights.bin"), new byte[8]);

        Assert.Contains("model.onnx", model.Refusal(), StringComparison.Ordinal);
    }

    private static void WriteWeights(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, MemoryMarshal.AsBytes<float>(Graph.Table.SelectMany(row => row).ToArray()).ToArray());
    }
}
