using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Local.Commands.Models;
using TextOps.Local.Commands.Pull;
using TextOps.Local.Tests.EndToEnd;
using TextOps.Tests;

namespace TextOps.Local.Tests.Commands.Models;

public sealed class PullTests : IDisposable
{
    private readonly Registry registry = new();

    private string Target => registry.Place.File("copies", "reviews");

    public void Dispose() => registry.Dispose();

    [Fact]
    public async Task A_model_is_copied_whole_and_let_go()
    {
        await registry.RegisterAsync("run-1");
        var version = await registry.RegisterAsync("run-2");
        Assert.Matches(
            $"^pulled model default.book-reviews v000001 into {Target}: 4 files, \\d+ B, each with its digest\n$",
            registry.TextOps("pull", "model", "book-reviews@1", "copies/reviews").Exits(0).Output);
        Assert.Equal("model.onnx of run-1", await File.ReadAllTextAsync(System.IO.Path.Combine(Target, "model.onnx")));
        Assert.Equal(["encoders/words/tokenizer.json", "featurizer.json", "model.json", "model.onnx"], FilesOf(Target));
        Assert.Empty(await registry.Models.Pins.ListAsync(Registry.Name, CancellationToken.None));
        Assert.Equal([Target], Directory.EnumerateFileSystemEntries(registry.Place.File("copies")));

        Assert.Equal($"{Target} holds model default.book-reviews v000001 already: every file has its digest\n", registry.TextOps("pull", "model", "book-reviews@1", "copies/reviews").Exits(0).Output);
        Assert.Contains(
            $"DIR {Target} is not empty, and not model default.book-reviews v000002; name another folder",
            registry.TextOps("pull", "model", "book-reviews", "copies/reviews").Exits(2).Error,
            StringComparison.Ordinal);
        Assert.Equal("sha256:" + Digest(System.IO.Path.Combine(Target, "model.json")), (await registry.Models.ReadAsync(Registry.Name, 1, CancellationToken.None))!.Digest);
        Assert.NotEqual(version.Digest, "sha256:" + Digest(System.IO.Path.Combine(Target, "model.json")));
    }

    [Fact]
    public async Task An_empty_folder_and_a_link_to_one_are_filled_and_a_file_is_refused()
    {
        await registry.RegisterAsync("run-1");
        Directory.CreateDirectory(Target);
        registry.TextOps("pull", "model", "book-reviews", "copies/reviews").Exits(0);
        Assert.Equal(4, FilesOf(Target).Count);

        Directory.CreateDirectory(registry.Place.File("elsewhere"));
        Directory.CreateSymbolicLink(registry.Place.File("link"), registry.Place.File("elsewhere"));
        registry.TextOps("pull", "model", "book-reviews", "link").Exits(0);
        Assert.Equal(4, FilesOf(registry.Place.File("elsewhere")).Count);
        Assert.NotNull(new DirectoryInfo(registry.Place.File("link")).LinkTarget);

        Assert.Contains("is the folder that you are in, and a copy takes the place of DIR", registry.TextOps("pull", "model", "book-reviews", ".").Exits(2).Error, StringComparison.Ordinal);

        registry.Place.Write("file", "x");
        Assert.Contains("/file is a file; name a folder", registry.TextOps("pull", "model", "book-reviews", "file").Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("must be one of", registry.TextOps("pull", "picture", "book-reviews", "x").Exits(2).Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_damaged_version_leaves_nothing()
    {
        await registry.RegisterAsync("run-1");
        await File.WriteAllTextAsync(registry.Place.File("store", "models", Registry.Name, "v000001", "model.onnx"), "model.onnx of run-7");
        Assert.Contains("v000001/model.onnx is damaged: its SHA-256 is ", registry.TextOps("pull", "model", "book-reviews", "copies/reviews").Exits(2).Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(registry.Place.File("copies")));
        Assert.Empty(await registry.Models.Pins.ListAsync(Registry.Name, CancellationToken.None));
    }

    [Fact]
    public async Task A_version_is_pinned_while_it_is_copied()
    {
        await registry.RegisterAsync("run-1");
        await registry.RegisterAsync("run-2");
        await using (var source = await ModelSource.OpenAsync(registry.Models, ModelReference.Parse("book-reviews@1"), "default", CancellationToken.None))
        {
            Assert.Empty(await registry.Models.PruneAsync(Registry.Name, 1, DateTimeOffset.UtcNow, CancellationToken.None));
            Assert.True(await new PullFolder(Target).FillAsync(source, CancellationToken.None));
        }

        Assert.Equal([1], await registry.Models.PruneAsync(Registry.Name, 1, DateTimeOffset.UtcNow, CancellationToken.None));
    }

    [Fact]
    public async Task A_version_that_is_removed_while_it_is_copied_is_an_error_that_says_so()
    {
        await registry.RegisterAsync("run-1");
        await using var source = await ModelSource.OpenAsync(registry.Models, ModelReference.Parse("book-reviews"), "default", CancellationToken.None);
        Directory.Delete(registry.Place.File("store", "models", Registry.Name, "v000001"), recursive: true);
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => new PullFolder(Target).FillAsync(source, CancellationToken.None));
        Assert.Equal("model default.book-reviews v000001 was removed while it was copied: pruned, or deleted by hand; pull a version that is there", refused.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(registry.Place.File("copies")));
    }

    [Fact]
    public async Task A_cancelled_copy_leaves_nothing()
    {
        await registry.RegisterAsync("run-1");
        using var cancel = new CancellationTokenSource();
        await using var source = await ModelSource.OpenAsync(registry.Models, ModelReference.Parse("book-reviews"), "default", CancellationToken.None);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new PullFolder(Target).FillAsync(source, cancel.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(registry.Place.File("copies")));
    }

    [Fact]
    public void Embeddings_are_copied_by_object_or_output_and_searchable_there()
    {
        var place = registry.Place;
        place.WriteLines("tickets.txt", Workplace.Lines(40));
        place.Run(Workplace.Job()).Exits(0);
        Assert.Contains("pulled embeddings default.tickets v000001 into ", registry.TextOps("pull", "embeddings", "tickets", "copy/embeddings/tickets/v000001").Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal(
            File.ReadAllText(place.Version(1, "manifest.json")), File.ReadAllText(place.File("copy", "embeddings", "tickets", "v000001", "manifest.json")));
        Assert.Contains("already", registry.TextOps("pull", "embeddings", "default.tickets@v1", "copy/embeddings/tickets/v000001").Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("v000002 is not a committed version", registry.TextOps("pull", "embeddings", "tickets@2", "x").Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("'best' is not a version of embeddings, which have no aliases", registry.TextOps("pull", "embeddings", "tickets@best", "x").Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("has no EmbeddingJob default/absent", registry.TextOps("pull", "embeddings", "absent", "x").Exits(2).Error, StringComparison.Ordinal);

        var part = Directory.GetFiles(System.IO.Path.GetDirectoryName(place.Version(1, "manifest.json"))!, "part-*").First();
        File.AppendAllText(part, "\n");
        Assert.Contains($"{System.IO.Path.GetFileName(part)} is damaged: it has ", registry.TextOps("pull", "embeddings", "tickets", "x").Exits(2).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place.File("x")));
    }

    private static IReadOnlyList<string> FilesOf(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => System.IO.Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal)];

    private static string Digest(string file) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)));
}
