using System.Security.Cryptography;
using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Tests.Stores;
using TextOps.Crds.Tasks;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Embeddings;

public sealed class EmbeddingVersionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WatchedStore _store;
    private readonly EmbeddingVersions _versions;

    public EmbeddingVersionsTests()
    {
        _store = new WatchedStore(new FileObjectStore(_folder.Path));
        _versions = new EmbeddingVersions(_store, "tickets", Documents.Owner);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_version_is_laid_out_as_documented()
    {
        Assert.True(await _versions.TryCreatePlanAsync(Documents.Plan(3), CancellationToken.None));
        var part = Documents.Part(3);
        foreach (var path in new[] { VersionLayout.ChunksFile(0, 3), VersionLayout.VectorsFile(0, 3), VersionLayout.RejectsFile(0, 3) })
        {
            await _versions.WritePartFileAsync(3, path, (stream, cancel) => stream.WriteAsync("x"u8.ToArray(), cancel).AsTask(), CancellationToken.None);
        }

        await _versions.WritePartAsync(3, part, CancellationToken.None);
        await _versions.WriteShardAsync(3, Shard(part), CancellationToken.None);
        await _versions.CommitAsync(Documents.Manifest(3), Documents.Run(3), CancellationToken.None);

        Assert.Equal(
            [
                "embeddings/tickets/latest.json",
                "embeddings/tickets/v000003/_plan.json",
                "embeddings/tickets/v000003/_shards/00000.json",
                "embeddings/tickets/v000003/_shards/00000/00003.json",
                "embeddings/tickets/v000003/manifest.json",
                "embeddings/tickets/v000003/part-00000-00003.jsonl",
                "embeddings/tickets/v000003/part-00000-00003.npy",
                "embeddings/tickets/v000003/rejects-00000-00003.jsonl",
                "metadata/tickets/v000003.json",
            ],
            await _store.KeysAsync(""));
        Assert.Equal($"{_store.Uri}/embeddings/tickets/v000003", _versions.UriOf(3));
    }

    [Fact]
    public async Task Documents_read_back_as_they_were_written()
    {
        var (plan, part, manifest, run) = (Documents.Plan(), Documents.Part(), Documents.Manifest(parts: Documents.Part()), Documents.Run());
        await _versions.TryCreatePlanAsync(plan, CancellationToken.None);
        await _versions.WritePartAsync(1, part, CancellationToken.None);
        await _versions.WriteShardAsync(1, Shard(part), CancellationToken.None);
        await _versions.CommitAsync(manifest, run, CancellationToken.None);

        Assert.Equivalent(plan, await _versions.ReadPlanAsync(1, CancellationToken.None), strict: true);
        Assert.Equivalent(part, await _versions.ReadPartAsync(1, 0, 0, CancellationToken.None), strict: true);
        Assert.Equivalent(Shard(part), await _versions.ReadShardAsync(1, 0, CancellationToken.None), strict: true);
        Assert.Equivalent(manifest, await _versions.ReadManifestAsync(1, CancellationToken.None), strict: true);
        Assert.Equivalent(run, await _versions.ReadRunRecordAsync(1, CancellationToken.None), strict: true);
        Assert.Equal(
            new LatestPointer { Version = 1, Manifest = "embeddings/tickets/v000001/manifest.json" },
            await _versions.ReadLatestAsync(CancellationToken.None));
    }

    [Fact]
    public async Task What_was_not_written_is_null()
    {
        Assert.Null(await _versions.ReadLatestAsync(CancellationToken.None));
        Assert.Null(await _versions.ReadPlanAsync(1, CancellationToken.None));
        Assert.Null(await _versions.ReadManifestAsync(1, CancellationToken.None));
        Assert.Null(await _versions.ReadShardAsync(1, 0, CancellationToken.None));
        Assert.Null(await _versions.ReadRunRecordAsync(1, CancellationToken.None));
        Assert.Empty(await _versions.ReadPartsAsync(1, 0, CancellationToken.None));
        Assert.Empty(await _versions.ListVersionsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Equal_documents_are_equal_bytes_whatever_the_order_of_their_dictionaries()
    {
        var part = Documents.Part();
        await _versions.WritePartAsync(1, part, CancellationToken.None);
        var reversed = part with { Rejected = part.Rejected.Reverse().ToDictionary() };
        await _versions.WritePartAsync(2, reversed, CancellationToken.None);

        var text = await _store.ReadTextAsync("embeddings/tickets/v000001/_shards/00000/00000.json");
        Assert.Equal(text, await _store.ReadTextAsync("embeddings/tickets/v000002/_shards/00000/00000.json"));
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        Assert.True(text.IndexOf("Empty", StringComparison.Ordinal) < text.IndexOf("TooShort", StringComparison.Ordinal), text);
    }

    [Fact]
    public async Task One_of_many_planners_gets_a_number()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(planner =>
            Task.Run(() => _versions.TryCreatePlanAsync(Documents.Plan(1, $"run-{planner}"), CancellationToken.None))));

        var winner = Assert.Single(outcomes.Index(), outcome => outcome.Item).Index;
        Assert.Equal($"run-{winner}", (await _versions.ReadPlanAsync(1, CancellationToken.None))!.RunId);
    }

    [Fact]
    public async Task A_file_is_described_by_what_was_written()
    {
        var bytes = new byte[200_000];
        new Random(1).NextBytes(bytes);
        var file = await _versions.WritePartFileAsync(1, "part-00000-00000.jsonl", (stream, cancel) => stream.WriteAsync(bytes, cancel).AsTask(), CancellationToken.None);
        Assert.Equal(new VersionFile { Path = "part-00000-00000.jsonl", Bytes = 200_000, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) }, file);
    }

    [Fact]
    public async Task Parts_are_whole_up_to_the_first_gap()
    {
        foreach (var sequence in new[] { 0, 1, 3 })
        {
            await _versions.WritePartAsync(1, Documents.Part(sequence), CancellationToken.None);
        }

        await _versions.WritePartAsync(1, Documents.Part(0, shard: 1), CancellationToken.None);
        Assert.Equal([0, 1], (await _versions.ReadPartsAsync(1, 0, CancellationToken.None)).Select(part => part.Sequence));
        Assert.Equal([1], (await _versions.ReadPartsAsync(1, 1, CancellationToken.None)).Select(part => part.Shard));
    }

    [Fact]
    public async Task Versions_list_by_number_with_their_state()
    {
        await _versions.CommitAsync(2);
        await _versions.TryCreatePlanAsync(Documents.Plan(10, "run-10"), CancellationToken.None);
        await _store.PutTextAsync("embeddings/tickets/v000001/part-00000-00000.jsonl", "left over");
        await _store.PutTextAsync("embeddings/tickets/v1/_plan.json", "a foreign folder");
        await _store.PutTextAsync("embeddings/tickets/v000000/_plan.json", "a foreign folder");
        await _versions.TryCreatePlanAsync(Documents.Plan(1_000_000, "run-1000000"), CancellationToken.None);

        Assert.Equal(
            [new(1, false, false), new(2, true, true), new(10, true, false), new VersionState(1_000_000, true, false)],
            await _versions.ListVersionsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Committing_again_changes_nothing()
    {
        await _versions.CommitAsync(1);
        var before = await _store.ReadTextAsync("metadata/tickets/v000001.json");
        var again = await _versions.CommitAsync(
            Documents.Manifest(1) with { Created = Documents.Time.AddHours(1) }, Documents.Run(1) with { CpuSeconds = 99 }, CancellationToken.None);

        Assert.Equal(Documents.Time, again.Created);
        Assert.Equal(before, await _store.ReadTextAsync("metadata/tickets/v000001.json"));
    }

    [Theory]
    [InlineData("metadata/tickets/v000001.json")]
    [InlineData("embeddings/tickets/v000001/manifest.json")]
    [InlineData("embeddings/tickets/latest.json")]
    public async Task A_commit_that_breaks_off_is_finished_by_the_next_one(string at)
    {
        await _versions.TryCreatePlanAsync(Documents.Plan(), CancellationToken.None);
        _store.BeforePut = key => key == at ? throw new TimeoutException() : Task.CompletedTask;
        await Assert.ThrowsAsync<TimeoutException>(() => _versions.CommitAsync(Documents.Manifest(), Documents.Run(), CancellationToken.None));
        Assert.Null(await _versions.ReadLatestAsync(CancellationToken.None));

        _store.BeforePut = _ => Task.CompletedTask;
        await _versions.CommitAsync(Documents.Manifest(), Documents.Run(), CancellationToken.None);
        Assert.Equal(1, (await _versions.ReadLatestAsync(CancellationToken.None))!.Version);
        Assert.NotNull(await _versions.ReadRunRecordAsync(1, CancellationToken.None));
    }

    [Fact]
    public async Task Two_attempts_that_commit_the_same_run_at_once_both_succeed()
    {
        await _versions.TryCreatePlanAsync(Documents.Plan(), CancellationToken.None);
        _store.BeforePut = async key =>
        {
            if (key.EndsWith("manifest.json", StringComparison.Ordinal))
            {
                _store.BeforePut = _ => Task.CompletedTask;
                await _versions.CommitAsync(Documents.Manifest() with { Created = Documents.Time.AddHours(1) }, Documents.Run(), CancellationToken.None);
            }
        };

        var committed = await _versions.CommitAsync(Documents.Manifest(), Documents.Run(), CancellationToken.None);
        Assert.Equal(Documents.Time.AddHours(1), committed.Created);
    }

    [Fact]
    public async Task Latest_never_moves_back_when_a_later_version_is_committed_first()
    {
        await _versions.TryCreatePlanAsync(Documents.Plan(1), CancellationToken.None);
        await _versions.CommitAsync(2);
        await _versions.CommitAsync(Documents.Manifest(1), Documents.Run(1), CancellationToken.None);
        Assert.Equal(2, (await _versions.ReadLatestAsync(CancellationToken.None))!.Version);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Latest_never_moves_back_when_a_later_version_is_committed_in_between(bool pointerExists)
    {
        if (pointerExists)
        {
            await _versions.CommitAsync(1);
        }

        await _versions.TryCreatePlanAsync(Documents.Plan(2), CancellationToken.None);
        await _versions.TryCreatePlanAsync(Documents.Plan(3), CancellationToken.None);
        _store.BeforePut = async key =>
        {
            if (key.EndsWith("latest.json", StringComparison.Ordinal))
            {
                _store.BeforePut = _ => Task.CompletedTask;
                await _versions.CommitAsync(Documents.Manifest(3), Documents.Run(3), CancellationToken.None);
            }
        };

        await _versions.CommitAsync(Documents.Manifest(2), Documents.Run(2), CancellationToken.None);
        Assert.Equal(3, (await _versions.ReadLatestAsync(CancellationToken.None))!.Version);
    }

    [Fact]
    public async Task Many_commits_at_once_leave_the_newest_as_latest()
    {
        for (var version = 1; version <= 8; version++)
        {
            await _versions.TryCreatePlanAsync(Documents.Plan(version), CancellationToken.None);
        }

        await Task.WhenAll(Enumerable.Range(1, 8).Select(version =>
            Task.Run(() => _versions.CommitAsync(Documents.Manifest(version), Documents.Run(version), CancellationToken.None))));
        Assert.Equal(8, (await _versions.ReadLatestAsync(CancellationToken.None))!.Version);
    }

    [Fact]
    public async Task A_version_of_another_run_or_without_a_plan_is_not_committed()
    {
        await RefusedAsync(() => _versions.CommitAsync(Documents.Manifest(), Documents.Run(), CancellationToken.None), "v000001 has no _plan.json");
        await _versions.TryCreatePlanAsync(Documents.Plan(), CancellationToken.None);
        await RefusedAsync(() => _versions.CommitAsync(Documents.Manifest(1, "run-2"), Documents.Run(1, "run-2"), CancellationToken.None), "belongs to run run-1, not to run run-2");
        Assert.Equal(["embeddings/tickets/v000001/_plan.json"], await _store.KeysAsync(""));
    }

    [Fact]
    public async Task Versions_of_another_owner_are_refused_with_both_names_and_the_fix()
    {
        await _versions.CommitAsync(1);
        var other = new TaskOwner { Namespace = "sales", Name = "mails" };
        var others = new EmbeddingVersions(_store, "tickets", other);

        foreach (var action in new Func<Task>[]
        {
            () => others.ReadPlanAsync(1, CancellationToken.None),
            () => others.ReadManifestAsync(1, CancellationToken.None),
            () => others.TryCreatePlanAsync(Documents.Plan(2) with { Owner = other }, CancellationToken.None),
            () => others.CommitAsync(Documents.Manifest() with { Owner = other }, Documents.Run(), CancellationToken.None),
        })
        {
            await RefusedAsync(action, "v000001 belongs to support/tickets, not to sales/mails; set spec.output.name of sales/mails");
        }

        Assert.NotNull(await new EmbeddingVersions(_store, "tickets").ReadManifestAsync(1, CancellationToken.None));
    }

    [Theory]
    [InlineData("", "an empty file")]
    [InlineData("{", "cut off")]
    [InlineData("null", "null")]
    [InlineData("[]", "another shape")]
    [InlineData("{}", "required fields are missing")]
    [InlineData("{\"version\": 1, \"manifest\": null}", "a null where there must be none")]
    [InlineData("{\"version\": \"1\", \"manifest\": \"x\"}", "another type")]
    public async Task Damaged_documents_are_refused_with_their_uri(string text, string why)
    {
        await _store.PutTextAsync("embeddings/tickets/latest.json", text);
        await RefusedAsync(() => _versions.ReadLatestAsync(CancellationToken.None), "embeddings/tickets/latest.json is damaged: ", why);
        await _store.PutTextAsync("embeddings/tickets/v000001/_plan.json", text);
        await RefusedAsync(() => _versions.ReadPlanAsync(1, CancellationToken.None), "embeddings/tickets/v000001/_plan.json is damaged: ", why);
    }

    [Fact]
    public async Task Documents_in_the_wrong_place_are_refused()
    {
        await _versions.CommitAsync(1);
        await CopyAsync("embeddings/tickets/v000001/_plan.json", "embeddings/tickets/v000002/_plan.json");
        await RefusedAsync(() => _versions.ReadPlanAsync(2, CancellationToken.None), "v000002/_plan.json is damaged: it describes version 1");

        await _versions.WritePartAsync(1, Documents.Part(), CancellationToken.None);
        await CopyAsync("embeddings/tickets/v000001/_shards/00000/00000.json", "embeddings/tickets/v000001/_shards/00000/00001.json");
        await RefusedAsync(() => _versions.ReadPartsAsync(1, 0, CancellationToken.None), "00001.json is damaged: it describes part 0 of shard 0");
    }

    [Fact]
    public async Task Documents_of_another_api_version_are_refused()
    {
        await _versions.TryCreatePlanAsync(Documents.Plan() with { ApiVersion = "textops.dev/v9" }, CancellationToken.None);
        await RefusedAsync(() => _versions.ReadPlanAsync(1, CancellationToken.None), "is of apiVersion 'textops.dev/v9', and this program reads textops.dev/v1alpha1");
    }

    [Fact]
    public async Task A_document_that_is_too_large_is_not_read()
    {
        Directory.CreateDirectory(_folder.File("embeddings", "tickets"));
        await using (var file = File.Create(_folder.File("embeddings", "tickets", "latest.json")))
        {
            file.Write("{\"version\": 1, \"manifest\": \"x\"}"u8);
            for (var spaces = new byte[1 << 20].AsSpan(); file.Length <= JsonDocuments.MaxBytes;)
            {
                spaces.Fill((byte)' ');
                file.Write(spaces);
            }
        }

        await RefusedAsync(() => _versions.ReadLatestAsync(CancellationToken.None), $"it is larger than {JsonDocuments.MaxBytes} bytes");
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("")]
    public void Names_of_outputs_are_one_segment(string name) => Assert.Throws<ArgumentException>(() => new EmbeddingVersions(_store, name));

    private static ShardRecord Shard(params IReadOnlyList<PartRecord> parts) => new()
    {
        Shard = 0,
        Parts = parts,
        Cost = new ShardCost { Started = Documents.Time, Finished = Documents.Time, CpuSeconds = 1, GpuSeconds = 0, PeakMemoryBytes = 1 },
    };

    private static async Task RefusedAsync(Func<Task> action, string message, string? why = null)
    {
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(action);
        Assert.True(refused.Message.Contains(message, StringComparison.Ordinal), $"{why}: {refused.Message}");
    }

    private async Task CopyAsync(string from, string to) => await _store.PutTextAsync(to, await _store.ReadTextAsync(from));
}
