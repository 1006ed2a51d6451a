using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Tests.Stores;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Embeddings;

public sealed class VersionPruningTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileObjectStore _store;
    private readonly EmbeddingVersions _versions;

    public VersionPruningTests()
    {
        _store = new FileObjectStore(_folder.Path);
        _versions = new EmbeddingVersions(_store, "tickets");
    }

    private static DateTimeOffset Tomorrow => DateTimeOffset.UtcNow.AddHours(25);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_newest_committed_versions_are_kept()
    {
        for (var version = 1; version <= 5; version++)
        {
            await _versions.CommitAsync(version);
        }

        Assert.Equal([1, 2, 3], await _versions.PruneAsync(2, DateTimeOffset.UtcNow, CancellationToken.None));
        Assert.Equal([4, 5], await NumbersAsync());
        Assert.False(Directory.Exists(_folder.File("embeddings", "tickets", "v000001")));
        Assert.NotNull(await _versions.ReadRunRecordAsync(1, CancellationToken.None));
        Assert.Empty(await _versions.PruneAsync(2, DateTimeOffset.UtcNow, CancellationToken.None));
    }

    [Fact]
    public async Task All_committed_versions_are_kept_where_no_number_is_given()
    {
        await _versions.CommitAsync(1);
        await _versions.CommitAsync(2);
        Assert.Empty(await _versions.PruneAsync(keep: null, Tomorrow, CancellationToken.None));
    }

    [Fact]
    public async Task The_latest_version_is_kept_even_if_newer_ones_are_committed()
    {
        await _versions.CommitAsync(1);
        await _versions.CommitAsync(2);
        await _versions.CommitAsync(3);
        await _store.PutTextAsync("embeddings/tickets/latest.json", """{"version": 1, "manifest": "embeddings/tickets/v000001/manifest.json"}""");
        Assert.Equal([2], await _versions.PruneAsync(1, DateTimeOffset.UtcNow, CancellationToken.None));
        Assert.Equal([1, 3], await NumbersAsync());
    }

    [Fact]
    public async Task Abandoned_versions_go_after_a_day_but_for_the_newest()
    {
        await _versions.TryCreatePlanAsync(Documents.Plan(1), CancellationToken.None);
        await _versions.CommitAsync(2);
        await _versions.TryCreatePlanAsync(Documents.Plan(3), CancellationToken.None);
        await _store.PutTextAsync("embeddings/tickets/v000003/part-00000-00000.jsonl", "x");
        await _store.PutTextAsync("embeddings/tickets/v000003/_shards/00000/00000.json", "x");
        await _versions.TryCreatePlanAsync(Documents.Plan(4), CancellationToken.None);

        Assert.Empty(await _versions.PruneAsync(1, DateTimeOffset.UtcNow.AddHours(23), CancellationToken.None));
        Assert.Equal([1, 3], await _versions.PruneAsync(1, Tomorrow, CancellationToken.None));
        Assert.Equal([2, 4], await NumbersAsync());
    }

    [Fact]
    public async Task A_version_is_abandoned_when_nothing_in_it_was_written_for_a_day()
    {
        await _versions.TryCreatePlanAsync(Documents.Plan(1), CancellationToken.None);
        await _store.PutTextAsync("embeddings/tickets/v000001/part-00000-00000.jsonl", "x");
        File.SetLastWriteTimeUtc(_folder.File("embeddings", "tickets", "v000001", "_plan.json"), DateTime.UtcNow.AddDays(-3));
        await _versions.TryCreatePlanAsync(Documents.Plan(2), CancellationToken.None);

        Assert.Empty(await _versions.PruneAsync(1, DateTimeOffset.UtcNow, CancellationToken.None));
    }

    [Fact]
    public async Task What_a_broken_off_removal_left_goes_later()
    {
        await _versions.CommitAsync(1);
        await _versions.CommitAsync(2);
        await _store.PutTextAsync("embeddings/tickets/v000001/part-00000-00000.jsonl", "x");
        await _store.DeleteAsync("embeddings/tickets/v000001/manifest.json", CancellationToken.None);
        await _store.DeleteAsync("embeddings/tickets/v000001/_plan.json", CancellationToken.None);

        Assert.Equal([1], await _versions.PruneAsync(5, Tomorrow, CancellationToken.None));
        Assert.Equal([2], await NumbersAsync());
    }

    [Fact]
    public async Task Other_outputs_are_left_alone()
    {
        var other = new EmbeddingVersions(_store, "tickets.other");
        await other.CommitAsync(1);
        await _versions.CommitAsync(1);
        await _versions.CommitAsync(2);
        await _versions.PruneAsync(1, Tomorrow, CancellationToken.None);
        Assert.Single(await other.ListVersionsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task At_least_one_version_is_kept() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _versions.PruneAsync(0, Tomorrow, CancellationToken.None));

    private async Task<IEnumerable<int>> NumbersAsync() => (await _versions.ListVersionsAsync(CancellationToken.None)).Select(state => state.Version);
}
