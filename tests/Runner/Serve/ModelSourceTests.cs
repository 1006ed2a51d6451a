using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Runner.Serve;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Serve;

/// <summary>A model that lies in a folder, served alone.</summary>
public sealed class ModelSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("minilm", "minilm")]
    [InlineData("modèle ß 1", "mod-le---1")]
    [InlineData("模型", "--")]
    public async Task A_folder_of_any_name_is_a_version_that_a_header_can_carry(string name, string version)
    {
        Directory.CreateDirectory(folder.File(name));
        var source = await ModelSource.OpenAsync(folder.File(name), name: null, Cancel);
        Assert.Equal((name, version), (source.Name, source.Version));
    }

    [Theory]
    [InlineData("files", "[null]", "files has an item that is null")]
    [InlineData("files", """[{"path": "../model.onnx", "bytes": 1, "sha256": "00"}]""", "files has '../model.onnx', which is not the path of a model's file")]
    [InlineData("version", "0", "version (0) must be 1 or more")]
    [InlineData("name", "\"../x\"", "'../x' is no name of a model")]
    [InlineData("evaluation.metrics", """{"f1_macro": 1e999}""", "evaluation.metrics[f1_macro] is not a finite number")]
    public async Task A_card_that_no_registry_would_have_is_refused(string path, string value, string expected)
    {
        var card = (JsonObject)JsonSerializer.SerializeToNode(Pages.ServedModels.Card("negative", "positive"), Json.Strict)!;
        var names = path.Split('.');
        var parent = names.Length == 1 ? card : (JsonObject)card[names[0]]!;
        parent[names[^1]] = JsonNode.Parse(value);
        await File.WriteAllTextAsync(folder.File("model.json"), card.ToJsonString(), Cancel);

        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => ModelSource.OpenAsync(folder.Path, name: null, Cancel));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }
}
