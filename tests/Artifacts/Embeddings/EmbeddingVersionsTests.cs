using System.Security.Cryptography;
using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Tests.Stores;
using TextOps.Crds.Tasks;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Embeddings;

public sealed class EmbeddingVersionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly WatchedStore store;
    private readonly EmbeddingVersions versions;

    public EmbeddingVersionsTests()
    {
        store = new WatchedStore(new FileObjectStore(folder.Path));
        versions = new EmbeddingVersions(store, "tickets", Documents.Owner);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_version_is_laid_out_as_documented()
    {
        Assert.True(await versions.TryCreatePlanAsync(Documents.Plan(3), CancellationToken.None));
        var part = Documents.Part(3);
        foreach (var path in new[] { VersionLayout.ChunksFile(0, 3), VersionLayout.VectorsFile(0, 3), VersionLayout.RejectsFile(0, 3) })
        {
            await versions.WritePartFileAsync(3, path, (stream, cancel) => stream.WriteAsync("x"u8.ToArray(), cancel).AsTask(), CancellationToken.None);
        }

        await versions.WritePartAsync(3, part, CancellationToken.None);
        await versions.WriteShardAsync(3, Shard(part), CancellationToken.None);
        await versions.CommitAsync(Documents.Manifest(3), Documents.Run(3), CancellationToken.None);

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
            await store.KeysAsync(""));
        Assert.Equal($"{store.Uri}/embeddings/tickets/v000003", versions.UriOf(3));
    }

    [Fact]
    public async Task Documents_read_back_as_they_were_written()
    {
        var (plan, part, manifest, run) = (Documents.Plan(), Documents.Part(), Documents.Manifest(parts: Documents.Part()), Documents.Run());
        await versions.TryCreatePlanAsync(plan, CancellationToken.None);
        await versions.WritePartAsync(1, part, CancellationToken.None);
        await versions.WriteShardAsync(1, Shard(part), CancellationToken.None);
        await versions.CommitAsync(manifest, run, CancellationToken.None);

        Assert.Equivalent(plan, await versions.ReadPlanAsync(1, CancellationToken.None), strict: true);
        Assert.Equivalent(part, await versions.ReadPartAsync(1, 0, 0, CancellationToken.None), strict: true);
        Assert.Equivalent(Shard(part), await versions.ReadShardAsync(1, 0, CancellationToken.None), strict: true);
        Assert.Equivalent(manifest, await versions.ReadManifestAsync(1, CancellationToken.None), strict: true);
        Assert.Equivalent(run, await versions.ReadRunRecordAsync(1, CancellationToken.None), strict: true);
        Assert.Equal(
            new LatestPointer { Version = 1, Manifest = "embeddings/tickets/v000001/manifest.json" },
            await versions.ReadLatestAsync(CancellationToken.None));
    }

    [Fact]
    public async Task What_was_not_written_is_null()
    {
        Assert.Null(await versions.ReadLatestAsync(CancellationToken.None));
        Assert.Null(await versions.ReadPlanAsync(1, CancellationToken.None));
        Assert.Null(await versions.ReadManifestAsync(1, CancellationToken.None));
        Assert.Null(await versions.ReadShardAsync(1, 0, CancellationToken.None));
        Assert.Null(await versions.ReadRunRecordAsync(1, CancellationToken.None));
        Assert.Empty(await versions.ReadPartsAsync(1, 0, CancellationToken.None));
        Assert.Empty(await versions.ListVersionsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Equal_documents_are_equal_bytes_whatever_the_order_of_their_dictionaries()
    {
        var part = Documents.Part();
        await versions.WritePartAsync(1, part, CancellationToken.None);
        var reversed = part with { Rejected = part.Rejected.Reverse().ToDictionary() };
        await versions.WritePartAsync(2, reversed, CancellationToken.None);

        var text = await store.ReadTextAsync("embeddings/tickets/v000001/_shards/00000/00000.json");
        Assert.Equal(text, await store.ReadTextAsync("embeddings/tickets/v000002/_shards/00000/00000.json"));
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        Assert.True(text.IndexOf("Empty", StringComparison.Ordinal) < text.IndexOf("TooShort", StringComparison.Ordinal), text);
    }

    [Fact]
    public async Task One_of_many_planners_gets_a_number()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(planner =>
            Task.Run(() => versions.TryCreatePlanAsync(Documents.Plan(1, $"run-{planner}"), CancellationToken.None))));

        var winner = Assert.Single(outcomes.Index(), outcome => outcome.Item).Index;
        Assert.Equal($"run-{winner}", (await versions.ReadPlanAsync(1, CancellationToken.None))!.RunId);
    }

    [Fact]
    public async Task A_file_is_described_by_what_was_written()
    {
        var bytes = new byte[200_000];
        new Random(1).NextBytes(bytes);
        var file = await versions.WritePartFileAsync(1, "part-00000-00000.jsonl", (stream, cancel) => stream.WriteAsync(bytes, cancel).AsTask(), CancellationToken.None);
        Assert.Equal(new VersionFile { Path = "part-00000-00000.jsonl", Bytes = 200_000, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) }, file);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Parts_that_lost_a_file_are_found(int otherShard)
    {
        var parts = new List<PartRecord>();
        foreach (var (shard, sequence) in new[] { (0, 0), (0, 1), (0, 2), (otherShard, 3) })
        {
            var written = new List<VersionFile>();
            foreach (var path in new[] { VersionLayout.ChunksFile(shard, sequence), VersionLayout.VectorsFile(shard, sequence), VersionLayout.RejectsFile(shard, sequence) })
            {
                written.Add(await versions.WritePartFileAsync(1, path, (stream, cancel) => stream.WriteAsync(new byte[10], cancel).AsTask(), CancellationToken.None));
            }

            parts.Add(Documents.Part(sequence, shard, written));
        }

        Assert.Empty(await versions.FindDamagedAsync(1, parts, CancellationToken.None));
        await store.DeleteAsync(versions.Layout.File(1, VersionLayout.RejectsFile(0, 1)), CancellationToken.None);
        await store.PutTextAsync(versions.Layout.File(1, VersionLayout.VectorsFile(otherShard, 3)), "short");
        Assert.Equal([1, 3], (await versions.FindDamagedAsync(1, parts, CancellationToken.None)).Select(part => part.Sequence));
    }

    [Fact]
    public async Task Parts_are_whole_up_to_the_first_gap()
    {
        foreach (var sequence in new[] { 0, 1, 3 })
        {
            await versions.WritePartAsync(1, Documents.Part(sequence), CancellationToken.None);
        }

        await versions.WritePartAsync(1, Documents.Part(0, shard: 1), CancellationToken.None);
        Assert.Equal([0, 1], (await versions.ReadPartsAsync(1, 0, CancellationToken.None)).Select(part => part.Sequence));
        Assert.Equal([1], (await versions.ReadPartsAsync(1, 1, CancellationToken.None)).Select(part => part.Shard));
    }

    [Fact]
    public async Task Versions_list_by_number_with_their_state()
    {
        await versions.CommitAsync(2);
        await versions.TryCreatePlanAsync(Documents.Plan(10, "run-10"), CancellationToken.None);
        await store.PutTextAsync("embeddings/tickets/v000001/part-00000-00000.jsonl", "left over");
        await store.PutTextAsync("embeddings/tickets/v1/_plan.json", "a foreign folder");
        await store.PutTextAsync("embeddings/tickets/v000000/_plan.json", "a foreign folder");
        await versions.TryCreatePlanAsync(Documents.Plan(1_000_000, "run-1000000"), CancellationToken.None);

        Assert.Equal(
            [new(1, false, false), new(2, true, true), new(10, true, false), new VersionState(1_000_000, true, false)],
            await versions.ListVersionsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Committing_again_changes_nothing()
    {
        await versions.CommitAsync(1);
        var before = await store.ReadTextAsync("metadata/tickets/v000001.json");
        var again = await versions.CommitAsync(
            Documents.Manifest(1) with { Created = Documents.Time.AddHours(1) }, Documents.Run(1) with { CpuSeconds = 99 }, CancellationToken.None);

        Assert.Equal(Documents.Time, again.Created);
        Assert.Equal(before, await store.ReadTextAsync("metadata/tickets/v000001.json"));
    }

    [Theory]
    [InlineData("metadata/tickets/v000001.json")]
    [InlineData("embeddings/tickets/v000001/manifest.json")]
    [InlineData("embeddings/tickets/latest.json")]
    public async Task A_commit_that_breaks_off_is_finished_by_the_next_one(string at)
    {
        await versions.TryCreatePlanAsync(Documents.Plan(), CancellationToken.None);
        store.BeforePut = key => key == at ? throw new TimeoutException() : Task.CompletedTask;
        await Assert.ThrowsAsync<TimeoutException>(() => versions.CommitAsync(Documents.Manifest(), Documents.Run(), CancellationToken.None));
        Assert.Null(await versions.ReadLatestAsync(CancellationToken.None));

        store.BeforePut = _ => Task.CompletedTask;
        await versions.CommitAsync(Documents.Manifest(), Documents.Run(), CancellationToken.None);
        Assert.Equal(1, (await versions.ReadLatestAsync(CancellationToken.None))!.Version);
        Assert.NotNull(await versions.ReadRunRecordAsync(1, CancellationToken.None));
    }

    [Fact]
    public async Task Two_attempts_that_commit_the_same_run_at_once_both_succeed()
    {
        await versions.TryCreatePlanAsync(Documents.Plan(), CancellationToken.None);
        store.BeforePut = async key =>
        {
            if (key.EndsWith("manifest.json", StringComparison.Ordinal))
            {
                store.BeforePut = _ => Task.CompletedTask;
                await versions.CommitAsync(Documents.Manifest() with { Created = Documents.Time.AddHours(1) }, Documents.Run(), CancellationToken.None);
            }
        };

        var committed = await versions.CommitAsync(Documents.Manifest(), Documents.Run(), CancellationToken.None);
        Assert.Equal(Documents.Time.AddHours(1), committed.Created);
    }

    [Fact]
    public async Task Latest_never_moves_back_when_a_later_version_is_committed_first()
    {
        await versions.TryCreatePlanAsync(Documents.Plan(1), CancellationToken.None);
        await versions.CommitAsync(2);
        await versions.CommitAsync(Documents.Manifest(1), Documents.Run(1), CancellationToken.None);
        Assert.Equal(2, (await versions.ReadLatestAsync(CancellationToken.None))!.Version);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Latest_never_moves_back_when_a_later_version_is_committed_in_between(bool pointerExists)
    {
        if (pointerExists)
        {
            await versions.CommitAsync(1);
        }

        await versions.TryCreatePlanAsync(Documents.Plan(2), CancellationToken.None);
        await versions.TryCreatePlanAsync(Documents.Plan(3), CancellationToken.None);
        store.BeforePut = async key =>
        {
            if (key.EndsWith("latest.json", StringComparison.Ordinal))
            {
                store.BeforePut = _ => Task.CompletedTask;
                await versions.CommitAsync(Documents.Manifest(3), Documents.Run(3), CancellationToken.None);
            }
        };

        await versions.CommitAsync(Documents.Manifest(2), Documents.Run(2), CancellationToken.None);
        Assert.Equal(3, (await versions.ReadLatestAsync(CancellationToken.None))!.Version);
    }

    [Fact]
    public async Task Many_commits_at_once_leave_the_newest_as_latest()
    {
        for (var version = 1; version <= 8; version++)
        {
            await versions.TryCreatePlanAsync(Documents.Plan(version), CancellationToken.None);
        }

        await Task.WhenAll(Enumerable.Range(1, 8).Select(version =>
            Task.Run(() => versions.CommitAsync(Documents.Manifest(version), Documents.Run(version), CancellationToken.None))));
        Assert.Equal(8, (await versions.ReadLatestAsync(CancellationToken.None))!.Version);
    }

    [Fact]
    public async Task A_version_of_another_run_or_without_a_plan_is_not_committed()
    {
        await RefusedAsync(() => versions.CommitAsync(Documents.Manifest(), Documents.Run(), CancellationToken.None), "v000001 has no _plan.json");
        await versions.TryCreatePlanAsync(Documents.Plan(), CancellationToken.None);
        await RefusedAsync(() => versions.CommitAsync(Documents.Manifest(1, "run-2"), Documents.Run(1, "run-2"), CancellationToken.None), "belongs to run run-1, not to run run-2");
        Assert.Equal(["embeddings/tickets/v000001/_plan.json"], await store.KeysAsync(""));
    }

    [Fact]
    public async Task Versions_of_another_owner_are_refused_with_both_names_and_the_fix()
    {
        await versions.CommitAsync(1);
        var other = new TaskOwner { Namespace = "sales", Name = "mails" };
        var others = new EmbeddingVersions(store, "tickets", other);

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

        Assert.NotNull(await new EmbeddingVersions(store, "tickets").ReadManifestAsync(1, CancellationToken.None));
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
        await store.PutTextAsync("embeddings/tickets/latest.json", text);
        await RefusedAsync(() => versions.ReadLatestAsync(CancellationToken.None), "embeddings/tickets/latest.json is damaged: ", why);
        await store.PutTextAsync("embeddings/tickets/v000001/_plan.json", text);
        await RefusedAsync(() => versions.ReadPlanAsync(1, CancellationToken.None), "embeddings/tickets/v000001/_plan.json is damaged: ", why);
    }

    [Fact]
    public async Task Documents_in_the_wrong_place_are_refused()
    {
        await versions.CommitAsync(1);
        await CopyAsync("embeddings/tickets/v000001/_plan.json", "embeddings/tickets/v000002/_plan.json");
        await RefusedAsync(() => versions.ReadPlanAsync(2, CancellationToken.None), "v000002/_plan.json is damaged: it describes version 1");

        await versions.WritePartAsync(1, Documents.Part(), CancellationToken.None);
        await CopyAsync("embeddings/tickets/v000001/_shards/00000/00000.json", "embeddings/tickets/v000001/_shards/00000/00001.json");
        await RefusedAsync(() => versions.ReadPartsAsync(1, 0, CancellationToken.None), "00001.json is damaged: it describes part 0 of shard 0");
    }

    [Fact]
    public async Task Documents_of_another_api_version_are_refused()
    {
        await versions.TryCreatePlanAsync(Documents.Plan() with { ApiVersion = "textops.dev/v9" }, CancellationToken.None);
        await RefusedAsync(() => versions.ReadPlanAsync(1, CancellationToken.None), "is of apiVersion 'textops.dev/v9', and this program reads textops.dev/v1alpha1");
    }

    [Fact]
    public async Task A_document_that_is_too_large_is_not_read()
    {
        Directory.CreateDirectory(folder.File("embeddings", "tickets"));
        await using (var file = File.Create(folder.File("embeddings", "tickets", "latest.json")))
        {
            file.Write("{\"version\": 1, \"manifest\": \"x\"}"u8);
            for (var spaces = new byte[1 << 20].AsSpan(); file.Length <= JsonDocuments.MaxBytes;)
            {
                spaces.Fill((byte)' ');
                file.Write(spaces);
            }
        }

        await RefusedAsync(() => versions.ReadLatestAsync(CancellationToken.None), $"it is larger than {JsonDocuments.MaxBytes} bytes");
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("")]
    public void Names_of_outputs_are_one_segment(string name) => Assert.Throws<ArgumentException>(() => new EmbeddingVersions(store, name));

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

    private async Task CopyAsync(string from, string to) => await store.PutTextAsync(to, await store.ReadTextAsync(from));
}
