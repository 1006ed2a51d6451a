using System.Security.Cryptography;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Tests.Stores;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Registry;

public sealed class ModelRegistryTests : IDisposable
{
    private const string Card1 = "models/default.book-reviews/v000001/model.json";

    private readonly TemporaryFolder folder = new();
    private readonly WatchedStore store;
    private readonly ModelRegistry registry;

    public ModelRegistryTests()
    {
        store = new WatchedStore(new FileObjectStore(folder.Path));
        registry = new ModelRegistry(store);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_version_is_laid_out_as_documented_and_pinned_by_the_digest_of_its_card()
    {
        var version = await registry.CommitAsync("run-1");
        Assert.Equal(
            [
                "models/default.book-reviews/v000001/_claim.json",
                "models/default.book-reviews/v000001/encoders/words/tokenizer.json",
                Card1,
                "models/default.book-reviews/v000001/model.onnx",
            ],
            await store.KeysAsync(""));
        Assert.Equal($"{store.Uri}/models/default.book-reviews/v000001", version.Uri);
        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(folder.File(Card1)))), version.Digest);
        Assert.Equal(
            new ModelFile { Path = "model.onnx", Bytes = 14, Sha256 = Convert.ToHexStringLower(SHA256.HashData("model of run-1"u8)) },
            version.Card.Files[0]);
    }

    [Fact]
    public async Task A_card_reads_back_as_it_was_written_and_equal_cards_are_equal_bytes()
    {
        var version = await registry.CommitAsync("run-1");
        var read = await registry.ReadAsync(Models.Name, 1, CancellationToken.None);
        Assert.Equivalent(version, read, strict: true);
        Assert.Equal(1.0 / 3, read!.Card.Evaluation.Metrics["accuracy"]);

        var text = await store.ReadTextAsync(Card1);
        await store.DeleteAsync(Card1, CancellationToken.None);
        var again = await (await registry.RegisterAsync("run-1")).CommitAsync(
            version.Card with { Lineage = version.Card.Lineage! with { Labels = new Dictionary<string, long> { ["negative"] = 30, ["positive"] = 50 } } }, CancellationToken.None);
        Assert.Equal(text, await store.ReadTextAsync(Card1));
        Assert.Equal(version.Digest, again.Digest);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public async Task Concurrent_registrations_get_different_numbers_and_each_is_whole(int count)
    {
        var versions = await Task.WhenAll(Enumerable.Range(1, count).Select(run => Task.Run(() => new ModelRegistry(store).CommitAsync($"run-{run}"))));
        Assert.Equal(Enumerable.Range(1, count), versions.Select(version => version.Card.Version).Order());
        Assert.Equal(Enumerable.Range(1, count), await registry.CommittedAsync());
        foreach (var version in versions)
        {
            await registry.VerifyAsync(version, CancellationToken.None);
            var read = await registry.ReadAsync(Models.Name, version.Card.Version, CancellationToken.None);
            Assert.Equal(version.Card.RunId, read!.Card.RunId);
            Assert.Equal($"model of {version.Card.RunId}", await store.ReadTextAsync($"models/{Models.Name}/v{version.Card.Version:D6}/model.onnx"));
        }
    }

    [Fact]
    public async Task Attempts_of_one_run_at_once_end_with_one_version()
    {
        var versions = await Task.WhenAll(Enumerable.Range(0, 12).Select(index => Task.Run(() => new ModelRegistry(store).CommitAsync($"run-{index % 3}"))));
        Assert.Equal([1, 2, 3], await registry.CommittedAsync());
        Assert.Equal(3, versions.Select(version => version.Digest).Distinct().Count());
    }

    [Fact]
    public async Task A_registration_that_is_killed_before_any_write_leaves_nothing_visible_and_can_go_on()
    {
        for (var writes = 0; writes < 4; writes++)
        {
            var (run, left) = ($"run-{writes + 1}", writes);
            store.BeforePut = _ => left-- > 0 ? Task.CompletedTask : throw new OperationCanceledException("killed");
            await Assert.ThrowsAsync<OperationCanceledException>(() => registry.CommitAsync(run));
            Assert.Equal(Enumerable.Range(1, writes), await registry.CommittedAsync());
            Assert.Null(await registry.ReadAsync(Models.Name, writes + 1, CancellationToken.None));
            Assert.Equal(writes == 0 ? [] : [Models.Name], await registry.ListModelsAsync(CancellationToken.None));

            store.BeforePut = _ => Task.CompletedTask;
            var version = await registry.CommitAsync(run);
            Assert.Equal(writes + 1, version.Card.Version);
            await registry.VerifyAsync(version, CancellationToken.None);
        }

        store.BeforePut = _ => throw new InvalidOperationException("a registered run writes nothing");
        Assert.Equal(1, (await registry.CommitAsync("run-1")).Card.Version);
    }

    [Fact]
    public async Task A_number_belongs_to_owner_run_and_fingerprint()
    {
        Assert.Equal(1, (await registry.RegisterAsync("run-1")).Version);
        Assert.Equal(1, (await registry.RegisterAsync("run-1")).Version);
        Assert.Equal(2, (await registry.RegisterAsync(Models.Name, Models.Owner, "run-1", "changed data", DateTimeOffset.UtcNow, CancellationToken.None)).Version);
        var other = new Crds.Tasks.TaskOwner { Namespace = "sales", Name = "book-reviews" };
        Assert.Equal(3, (await registry.RegisterAsync(Models.Name, other, "run-1", Models.Fingerprint("run-1"), DateTimeOffset.UtcNow, CancellationToken.None)).Version);
        Assert.Equal(4, (await registry.RegisterAsync("run-1", DateTimeOffset.UtcNow.AddHours(13))).Version);
        Assert.Equal(4, (await registry.CommitAsync("run-1")).Card.Version);
        Assert.NotNull((await registry.RegisterAsync("run-1", DateTimeOffset.UtcNow.AddDays(13))).Registered);
    }

    [Fact]
    public async Task Files_that_a_broken_off_attempt_left_are_replaced_before_the_commit_and_never_after()
    {
        var registration = await registry.RegisterAsync("run-1");
        await registration.PutTextAsync("report.html", "first");
        var file = await registration.PutTextAsync("report.html", "second");
        Assert.Equal("second", await store.ReadTextAsync("models/default.book-reviews/v000001/report.html"));
        await registration.CommitAsync(Models.Card(registration, "run-1", file), CancellationToken.None);

        Assert.Equal(file, await registration.PutTextAsync("report.html", "second"));
        await RefusedAsync(() => registration.PutTextAsync("report.html", "third"), "v000001/report.html belongs to a committed version and has another content; start the run again");
        Assert.Equal("second", await store.ReadTextAsync("models/default.book-reviews/v000001/report.html"));
    }

    [Fact]
    public async Task Files_come_from_folders_and_from_other_keys_of_the_store()
    {
        await store.PutTextAsync("training/x/model/model.onnx", "model");
        await store.PutTextAsync("training/x/model/encoders/a/config.json", "{}");
        using var local = new TemporaryFolder();
        Directory.CreateDirectory(local.File("charts"));
        await File.WriteAllTextAsync(local.File("charts", "roc.svg"), "<svg/>");
        File.CreateSymbolicLink(local.File("passwd"), "/etc/passwd");

        var registration = await registry.RegisterAsync("run-1");
        List<ModelFile> files =
        [
            .. await registration.CopyFolderAsync("training/x/model/", CancellationToken.None),
            .. await registration.PutFolderAsync(local.Path, CancellationToken.None),
            await registration.CopyFileAsync("copy.onnx", "training/x/model/model.onnx", CancellationToken.None),
        ];
        Assert.Equal(["encoders/a/config.json", "model.onnx", "charts/roc.svg", "copy.onnx"], files.Select(file => file.Path));
        await registry.VerifyAsync(await registration.CommitAsync(Models.Card(registration, "run-1", files), CancellationToken.None), CancellationToken.None);

        await RefusedAsync(() => registration.CopyFolderAsync("training/y/", CancellationToken.None), "training/y has no files");
        await RefusedAsync(() => registration.PutFolderAsync(local.File("none"), CancellationToken.None), "has no files");
    }

    [Theory]
    [InlineData("model.json")]
    [InlineData("_claim.json")]
    [InlineData("evidence/staging.json")]
    [InlineData("../v000002/model.onnx")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a\nb")]
    [InlineData("")]
    public async Task Paths_that_are_the_registrys_own_or_lead_out_are_refused(string path)
    {
        var registration = await registry.RegisterAsync("run-1");
        await RefusedAsync(() => registration.PutTextAsync(path, "x"), $"v000001: '{path}' is not the path of a model's file");
        await RefusedAsync(
            () => registration.CommitAsync(Models.Card(registration, "run-1", new ModelFile { Path = path, Bytes = 1, Sha256 = new('a', 64) }), CancellationToken.None),
            "v000001 cannot be committed: files has");
        Assert.Empty(await registry.CommittedAsync());
    }

    [Fact]
    public async Task What_is_not_there_in_full_is_not_committed()
    {
        var registration = await registry.RegisterAsync("run-1");
        var file = await registration.PutTextAsync("model.onnx", "model");
        await RefusedAsync(() => registration.CommitAsync(Models.Card(registration, "run-1"), CancellationToken.None), "files is empty");
        await RefusedAsync(() => registration.CommitAsync(Models.Card(registration, "run-1", file, file), CancellationToken.None), "files has 'model.onnx' twice");
        await RefusedAsync(() => registration.CommitAsync(Models.Card(registration, "run-1", file with { Bytes = 6 }), CancellationToken.None), "v000001/model.onnx is not there with 6 bytes");
        await RefusedAsync(() => registration.CommitAsync(Models.Card(registration, "run-1", file, file with { Path = "x" }), CancellationToken.None), "v000001/x is not there with 5 bytes");
        var card = Models.Card(registration, "run-1", file);
        var metrics = new Dictionary<string, double> { ["f1_macro"] = double.NaN };
        await RefusedAsync(() => registration.CommitAsync(card with { Evaluation = card.Evaluation with { Metrics = metrics } }, CancellationToken.None), "evaluation.metrics[f1_macro] is not a finite number");
        await Assert.ThrowsAsync<ArgumentException>(() => registration.CommitAsync(card with { RunId = "run-2" }, CancellationToken.None));
        Assert.Empty(await registry.CommittedAsync());
    }

    [Theory]
    [InlineData("", "an empty file")]
    [InlineData("{", "cut off")]
    [InlineData("null", "null")]
    [InlineData("{}", "required fields are missing")]
    public async Task A_damaged_card_is_refused_with_its_uri_and_what_to_do(string text, string why)
    {
        await registry.CommitAsync("run-1");
        await store.PutTextAsync(Card1, text);
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => registry.ReadAsync(Models.Name, 1, CancellationToken.None));
        Assert.True(refused.Message.StartsWith($"{store.Uri}/{Card1} is damaged: ", StringComparison.Ordinal), $"{why}: {refused.Message}");
        Assert.EndsWith("; restore it from a copy of the store, or remove the version's folder", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"version\": 1,", "\"version\": 2,", "it describes version 2 of 'default.book-reviews'")]
    [InlineData("textops.dev/v1alpha1", "textops.dev/v9", "is of apiVersion 'textops.dev/v9', and this program reads textops.dev/v1alpha1")]
    [InlineData("encoders/words/tokenizer.json", "../../../outside", "files has '../../../outside', which is not the path")]
    [InlineData("encoders/words/tokenizer.json", "model.onnx", "files has 'model.onnx' twice")]
    [InlineData("\"bytes\": 14", "\"bytes\": -1", "has no size and SHA-256")]
    [InlineData("0.85", "1e999", "is damaged: ")]
    [InlineData("\"f1_macro\":", "\"\\ud800\":", "is damaged: ")]
    [InlineData("\"reviewText\"", "\"\\ud800\"", "is damaged: ")]
    [InlineData("\"textField\"", "\"\\ud800\": 1, \"textField\"", "is damaged: ")]
    [InlineData("\"files\": [", "\"files\": [null,", "files has an item that is null")]
    [InlineData("\"gates\": [", "\"gates\": [null,", "gates has an item that is null")]
    [InlineData("\"labels\": [", "\"labels\": [null,", "signature.labels has an item that is null")]
    [InlineData("\"features\": [", "\"features\": [null,", "features has an item that is null")]
    [InlineData("\"fields\": [", "\"fields\": [null", "signature.fields has an item that is null")]
    [InlineData("\"file:///data/reviews.jsonl\": ", "\"x\": null, \"file:///data/reviews.jsonl\": ", "lineage.inputs has an item that is null")]
    [InlineData("\"confusionMatrix\": [", "\"confusionMatrix\": [[9223372036854775807, 1],", "evaluation.confusionMatrix has a number that is not from 0 to 1000000000000")]
    [InlineData("\"confusionMatrix\": [", "\"confusionMatrix\": [null,", "evaluation.confusionMatrix has an item that is null")]
    public async Task A_card_that_says_what_cannot_be_is_refused(string old, string text, string message)
    {
        await registry.CommitAsync("run-1");
        await store.PutTextAsync(Card1, (await store.ReadTextAsync(Card1)).Replace(old, text, StringComparison.Ordinal));
        await RefusedAsync(() => registry.ReadAsync(Models.Name, 1, CancellationToken.None), message, Card1);
    }

    [Fact]
    public async Task A_changed_shortened_or_missing_file_is_named()
    {
        var version = await registry.CommitAsync("run-1");
        const string Model = "models/default.book-reviews/v000001/model.onnx";
        await store.PutTextAsync(Model, "model of run-2");
        await RefusedAsync(() => registry.VerifyAsync(version, CancellationToken.None), $"{Model} is damaged: its SHA-256 is ");
        await store.PutTextAsync(Model, "model");
        await RefusedAsync(() => registry.VerifyAsync(version, CancellationToken.None), $"{Model} is damaged: it has 5 bytes, and 14 are listed");
        await store.DeleteAsync(Model, CancellationToken.None);
        await RefusedAsync(() => registry.VerifyAsync(version, CancellationToken.None), $"{Model} is missing");
    }

    [Fact]
    public async Task A_download_is_the_whole_version_with_its_card_and_nothing_else()
    {
        var version = await registry.CommitAsync("run-1");
        await store.PutTextAsync("models/default.book-reviews/v000001/evidence/staging.json", "{}");
        using var local = new TemporaryFolder();
        await registry.DownloadAsync(version, local.File("copy"), CancellationToken.None);
        Assert.Equal(["encoders/words/tokenizer.json", "model.json", "model.onnx"], await new FileObjectStore(local.File("copy")).KeysAsync(""));
        Assert.True(await registry.VersionContent(version).IsInAsync(local.File("copy"), CancellationToken.None));

        await File.WriteAllTextAsync(local.File("copy", "model.onnx"), "model of run-9");
        Assert.False(await registry.VersionContent(version).IsInAsync(local.File("copy"), CancellationToken.None));
        await store.PutTextAsync("models/default.book-reviews/v000001/model.onnx", "model of run-9");
        await RefusedAsync(() => registry.DownloadAsync(version, local.File("damaged"), CancellationToken.None), "model.onnx is damaged: its SHA-256 is ");
        Assert.False(File.Exists(local.File("damaged", "model.json")));
    }

    [Fact]
    public async Task Foreign_files_and_folders_are_ignored()
    {
        await registry.CommitAsync("run-1");
        foreach (var key in new[]
        {
            "models/README.md", "models/minilm/model.onnx", "models/Not A Model/v000001/model.json", "models/default.book-reviews/notes.txt",
            "models/default.book-reviews/v2/model.json", "models/default.book-reviews/v000000/model.json", "models/default.book-reviews/draft/model.json",
            "models/default.book-reviews/aliases/README.md", "models/default.book-reviews/aliases/Not An Alias.json", "models/default.book-reviews/aliases/deep/x.json",
            "models/default.book-reviews/pins/..x.json", "models/empty/v000001/model.onnx",
        })
        {
            await store.PutTextAsync(key, "foreign");
        }

        Assert.Equal([Models.Name], await registry.ListModelsAsync(CancellationToken.None));
        Assert.Equal([new ModelVersionState(1, Claimed: true, Committed: true)], await registry.ListVersionsAsync(Models.Name, CancellationToken.None));
        Assert.Empty(await registry.Aliases.ListAsync(Models.Name, CancellationToken.None));
        Assert.Empty(await registry.Pins.ListAsync(Models.Name, CancellationToken.None));
        Assert.Equal(2, (await registry.CommitAsync("run-2")).Card.Version);
        Assert.Empty(await registry.PruneAsync(Models.Name, 2, DateTimeOffset.UtcNow.AddDays(2), CancellationToken.None));
    }

    [Theory]
    [InlineData(null, 3)]
    [InlineData("2", 2)]
    [InlineData("v2", 2)]
    [InlineData("v000002", 2)]
    [InlineData("champion", 1)]
    public async Task A_reference_is_a_number_an_alias_or_the_newest(string? reference, int version)
    {
        var first = await registry.CommitAsync("run-1");
        await registry.CommitAsync("run-2");
        await registry.CommitAsync("run-3");
        await registry.RegisterAsync("run-4");
        await registry.Aliases.TrySetAsync(first, "champion", AliasExpectation.Any, Models.Time, CancellationToken.None);
        Assert.Equal(version, (await registry.ResolveAsync(Models.Name, reference, CancellationToken.None)).Card.Version);
    }

    [Fact]
    public async Task A_reference_to_nothing_is_refused_with_what_there_is()
    {
        var version = await registry.CommitAsync("run-1");
        await registry.RegisterAsync("run-2");
        await registry.Aliases.TrySetAsync(version, "champion", AliasExpectation.Any, Models.Time, CancellationToken.None);
        await RefusedAsync(() => registry.ResolveAsync(Models.Name, "2", CancellationToken.None), "v000002 is not a committed version; choose one of these: v000001");
        await RefusedAsync(() => registry.ResolveAsync(Models.Name, "best", CancellationToken.None), "has no alias 'best'; choose one of these: champion, or a version: v000001");
        await RefusedAsync(() => registry.ResolveAsync("other", null, CancellationToken.None), "models/other has no committed version", "use one of these names: default.book-reviews");
        await RefusedAsync(() => registry.ResolveAsync("../x", null, CancellationToken.None), "'../x' is no name of a model; use at most 128 lower-case letters");

        await store.PutTextAsync(Card1, (await store.ReadTextAsync(Card1)).Replace("0123abc", "0123abd", StringComparison.Ordinal));
        await RefusedAsync(() => registry.ResolveAsync(Models.Name, "champion", CancellationToken.None), "model.json has digest sha256:", "alias 'champion' names sha256:");
        await store.DeleteAsync(Card1, CancellationToken.None);
        await RefusedAsync(() => registry.ResolveAsync(Models.Name, "champion", CancellationToken.None), "alias 'champion' of", "names version 1, which is not there");
    }

    [Fact]
    public async Task The_newest_version_of_an_owner_is_found_among_those_of_others()
    {
        await registry.CommitAsync("run-1");
        var other = new Crds.Tasks.TaskOwner { Namespace = "sales", Name = "x" };
        var registration = await registry.RegisterAsync(Models.Name, other, "run-1", Models.Fingerprint("run-1"), Models.Time, CancellationToken.None);
        var file = await registration.PutTextAsync("model.onnx", "x");
        await registration.CommitAsync(Models.Card(registration, "run-1", file) with { Owner = other }, CancellationToken.None);
        Assert.Equal(2, (await registry.ReadNewestAsync(Models.Name, owner: null, CancellationToken.None))!.Card.Version);
        Assert.Equal(1, (await registry.ReadNewestAsync(Models.Name, Models.Owner, CancellationToken.None))!.Card.Version);
        Assert.Null(await registry.ReadNewestAsync(Models.Name, other with { Name = "y" }, CancellationToken.None));
    }

    private static async Task RefusedAsync(Func<Task> action, params string[] messages)
    {
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(action);
        Assert.All(messages, message => Assert.Contains(message, refused.Message, StringComparison.Ordinal));
    }
}
