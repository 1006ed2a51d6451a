using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Tests.Stores;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Embeddings;

public sealed class VersionPruningTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FileObjectStore store;
    private readonly EmbeddingVersions versions;

    public VersionPruningTests()
    {
        store = new FileObjectStore(folder.Path);
        versions = new EmbeddingVersions(store, "tickets");
    }

    private static DateTimeOffset Tomorrow => DateTimeOffset.UtcNow.AddHours(25);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_newest_committed_versions_are_kept()
    {
        for (var version = 1; version <= 5; version++)
        {
            await versions.CommitAsync(version);
        }

        Assert.Equal([1, 2, 3], await versions.PruneAsync(2, DateTimeOffset.UtcNow, CancellationToken.None));
        Assert.Equal([4, 5], await NumbersAsync());
        Assert.False(Directory.Exists(folder.File("embeddings", "tickets", "v000001")));
        Assert.NotNull(await versions.ReadRunRecordAsync(1, CancellationToken.None));
        Assert.Empty(await versions.PruneAsync(2, DateTimeOffset.UtcNow, CancellationToken.None));
    }

    [Fact]
    public async Task All_committed_versions_are_kept_where_no_number_is_given()
    {
        await versions.CommitAsync(1);
        await versions.CommitAsync(2);
        Assert.Empty(await versions.PruneAsync(keep: null, Tomorrow, CancellationToken.None));
    }

    [Fact]
    public async Task The_latest_version_is_kept_even_if_newer_ones_are_committed()
    {
        await versions.CommitAsync(1);
        await versions.CommitAsync(2);
        await versions.CommitAsync(3);
        await store.PutTextAsync("embeddings/tickets/latest.json", """{"version": 1, "manifest": "embeddings/tickets/v000001/manifest.json"}""");
        Assert.Equal([2], await versions.PruneAsync(1, DateTimeOffset.UtcNow, CancellationToken.None));
        Assert.Equal([1, 3], await NumbersAsync());
    }

    [Fact]
    public async Task Abandoned_versions_go_after_a_day_but_for_the_newest()
    {
        await versions.TryCreatePlanAsync(Documents.Plan(1), CancellationToken.None);
        await versions.CommitAsync(2);
        await versions.TryCreatePlanAsync(Documents.Plan(3), CancellationToken.None);
        await store.PutTextAsync("embeddings/tickets/v000003/part-00000-00000.jsonl", "x");
        await store.PutTextAsync("embeddings/tickets/v000003/_shards/00000/00000.json", "x");
        await versions.TryCreatePlanAsync(Documents.Plan(4), CancellationToken.None);

        Assert.Empty(await versions.PruneAsync(1, DateTimeOffset.UtcNow.AddHours(23), CancellationToken.None));
        Assert.Equal([1, 3], await versions.PruneAsync(1, Tomorrow, CancellationToken.None));
        Assert.Equal([2, 4], await NumbersAsync());
    }

    [Fact]
    public async Task A_version_is_abandoned_when_nothing_in_it_was_written_for_a_day()
    {
        await versions.TryCreatePlanAsync(Documents.Plan(1), CancellationToken.None);
        await store.PutTextAsync("embeddings/tickets/v000001/part-00000-00000.jsonl", "x");
        File.SetLastWriteTimeUtc(folder.File("embeddings", "tickets", "v000001", "_plan.json"), DateTime.UtcNow.AddDays(-3));
        await versions.TryCreatePlanAsync(Documents.Plan(2), CancellationToken.None);

        Assert.Empty(await versions.PruneAsync(1, DateTimeOffset.UtcNow, CancellationToken.None));
    }

    [Fact]
    public async Task What_a_broken_off_removal_left_goes_later()
    {
        await versions.CommitAsync(1);
        await versions.CommitAsync(2);
        await store.PutTextAsync("embeddings/tickets/v000001/part-00000-00000.jsonl", "x");
        await store.DeleteAsync("embeddings/tickets/v000001/manifest.json", CancellationToken.None);
        await store.DeleteAsync("embeddings/tickets/v000001/_plan.json", CancellationToken.None);

        Assert.Equal([1], await versions.PruneAsync(5, Tomorrow, CancellationToken.None));
        Assert.Equal([2], await NumbersAsync());
    }

    [Fact]
    public async Task Other_outputs_are_left_alone()
    {
        var other = new EmbeddingVersions(store, "tickets.other");
        await other.CommitAsync(1);
        await versions.CommitAsync(1);
        await versions.CommitAsync(2);
        await versions.PruneAsync(1, Tomorrow, CancellationToken.None);
        Assert.Single(await other.ListVersionsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task At_least_one_version_is_kept() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => versions.PruneAsync(0, Tomorrow, CancellationToken.None));

    private async Task<IEnumerable<int>> NumbersAsync() => (await versions.ListVersionsAsync(CancellationToken.None)).Select(state => state.Version);
}
