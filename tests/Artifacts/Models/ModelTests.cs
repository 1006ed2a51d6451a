using System.Security.Cryptography;
using TextOps.Artifacts.Models;
using TextOps.Artifacts.Stores;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Models;

public sealed class ModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ModelTests()
    {
        Directory.CreateDirectory(folder.File("model", "1_Pooling"));
        File.WriteAllText(folder.File("model", "model.onnx"), "weights");
        File.WriteAllText(folder.File("model", "1_Pooling", "config.json"), "{}");
        File.WriteAllText(folder.File("secret"), "outside");
    }

    private string Model => folder.File("model");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_file_uri_opens_the_folder() => Assert.Equal(Model, await ModelFolder.OpenAsync(FileUri.FromPath(Model) + "/", CancellationToken.None));

    [Theory]
    [InlineData("missing", "there is no folder")]
    [InlineData("model/model.onnx", "is a file, and a model is the folder that holds its files; use file://")]
    public async Task What_is_no_folder_is_refused(string path, string message)
    {
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => ModelFolder.OpenAsync(FileUri.FromPath(folder.File(path)), CancellationToken.None));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Contains(folder.File(path), refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hf://sentence-transformers/all-MiniLM-L6-v2", "hf:// is not supported")]
    [InlineData("models/minilm", "is not a URI")]
    public async Task Other_schemes_are_refused(string uri, string message)
    {
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => ModelFolder.OpenAsync(uri, CancellationToken.None));
        Assert.Contains($"'{uri}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Contains("file:///", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_pinned_by_their_sha256()
    {
        var pinned = await ModelFiles.DigestAsync(Model, ["model.onnx", "1_Pooling/config.json"], CancellationToken.None);
        Assert.Equal(["1_Pooling/config.json", "model.onnx"], pinned.Keys);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("weights"u8)), pinned["model.onnx"]);
        await ModelFiles.VerifyAsync(Model, pinned, CancellationToken.None);
    }

    [Fact]
    public async Task A_file_that_differs_or_is_gone_is_named()
    {
        var pinned = await ModelFiles.DigestAsync(Model, ["model.onnx", "1_Pooling/config.json"], CancellationToken.None);
        await File.WriteAllTextAsync(folder.File("model", "model.onnx"), "weightz");
        var differs = await Assert.ThrowsAsync<StoreRefusedException>(() => ModelFiles.VerifyAsync(Model, pinned, CancellationToken.None));
        Assert.Contains($"model file model.onnx in {Model} has SHA-256 ", differs.Message, StringComparison.Ordinal);
        Assert.Contains($"{pinned["model.onnx"]} is pinned", differs.Message, StringComparison.Ordinal);

        File.Delete(folder.File("model", "model.onnx"));
        var gone = await Assert.ThrowsAsync<StoreRefusedException>(() => ModelFiles.VerifyAsync(Model, pinned, CancellationToken.None));
        Assert.Contains($"model file model.onnx is missing in {Model}", gone.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("1_Pooling/../../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    [InlineData("link")]
    [InlineData("linked-folder/secret")]
    public async Task Paths_out_of_the_folder_are_refused(string path)
    {
        File.CreateSymbolicLink(folder.File("model", "link"), folder.File("secret"));
        Directory.CreateSymbolicLink(folder.File("model", "linked-folder"), folder.Path);
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => ModelFiles.DigestAsync(Model, [path], CancellationToken.None));
        Assert.Contains(path.Split('/')[0], refused.Message, StringComparison.Ordinal);
    }
}
