using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Tests.Stores;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Registry;

public sealed class ModelPruningTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly WatchedStore store;
    private readonly ModelRegistry registry;

    public ModelPruningTests()
    {
        store = new WatchedStore(new FileObjectStore(folder.Path));
        registry = new ModelRegistry(store);
    }

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    private static DateTimeOffset Tomorrow => Now.AddHours(25);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_newest_committed_versions_are_kept()
    {
        await CommitAsync(5);
        Assert.Equal([1, 2, 3], await PruneAsync(2));
        Assert.Equal([4, 5], await registry.CommittedAsync());
        Assert.False(Directory.Exists(folder.File("models", Models.Name, "v000001")));
        Assert.Empty(await PruneAsync(2));
    }

    [Fact]
    public async Task All_committed_versions_are_kept_where_no_number_is_given()
    {
        await CommitAsync(3);
        Assert.Empty(await PruneAsync(keep: null, Tomorrow));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => PruneAsync(0));
    }

    [Fact]
    public async Task What_an_alias_or_a_fresh_pin_names_is_kept()
    {
        var versions = await CommitAsync(5);
        await registry.Aliases.TrySetAsync(versions[0], "champion", AliasExpectation.Any, Now, CancellationToken.None);
        await registry.Pins.PutAsync(Models.Name, 2, "gate", Now, CancellationToken.None);
        await registry.Pins.PutAsync(Models.Name, 3, "forgotten", Now.AddHours(-25), CancellationToken.None);
        Assert.Equal([3, 4], await PruneAsync(1));
        Assert.Equal(["gate"], (await registry.Pins.ListAsync(Models.Name, CancellationToken.None)).Select(pin => pin.Holder));

        await registry.Pins.RemoveAsync(Models.Name, "gate", CancellationToken.None);
        Assert.Equal([2], await PruneAsync(1));
        Assert.Equal([1, 5], await registry.CommittedAsync());
    }

    [Fact]
    public async Task A_version_that_is_named_after_the_last_look_is_put_back_as_it_was()
    {
        var versions = await CommitAsync(2);
        var deleted = new WatchedStore(store)
        {
            BeforeDelete = async key =>
            {
                if (key.EndsWith("model.json", StringComparison.Ordinal))
                {
                    await registry.Aliases.TrySetAsync(versions[0], "champion", AliasExpectation.Any, Now, CancellationToken.None);
                }
            },
        };
        Assert.Empty(await new ModelRegistry(deleted).PruneAsync(Models.Name, 1, Now, CancellationToken.None));
        var found = await registry.ResolveAsync(Models.Name, "champion", CancellationToken.None);
        Assert.Equal(versions[0].Digest, found.Digest);
        await registry.VerifyAsync(found, CancellationToken.None);
        Assert.DoesNotContain(await store.KeysAsync(""), key => key.EndsWith("_removal.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_version_that_is_named_while_another_one_is_removed_is_kept()
    {
        var versions = await CommitAsync(4);
        var deleted = new WatchedStore(store)
        {
            BeforeDelete = async key =>
            {
                if (key.Contains("v000001/", StringComparison.Ordinal))
                {
                    await registry.Pins.PutAsync(Models.Name, 3, "late", Now, CancellationToken.None);
                    await registry.Aliases.TrySetAsync(versions[1], "late", AliasExpectation.Any, Now, CancellationToken.None);
                }
            },
        };
        Assert.Equal([1], await new ModelRegistry(deleted).PruneAsync(Models.Name, 1, Now, CancellationToken.None));
        Assert.Equal([2, 3, 4], await registry.CommittedAsync());
    }

    [Fact]
    public async Task A_pruning_that_is_killed_anywhere_leaves_whole_versions_and_goes_on_later()
    {
        await CommitAsync(3);
        for (var steps = 0; ; steps++)
        {
            var left = steps;
            var killed = new WatchedStore(store) { BeforeDelete = _ => left-- > 0 ? Task.CompletedTask : throw new OperationCanceledException("killed") };
            try
            {
                await new ModelRegistry(killed).PruneAsync(Models.Name, 1, Now.AddDays(2 * steps), CancellationToken.None);
                Assert.InRange(steps, 4, 100);
                break;
            }
            catch (OperationCanceledException)
            {
                foreach (var version in await registry.CommittedAsync())
                {
                    await registry.VerifyAsync((await registry.ReadAsync(Models.Name, version, CancellationToken.None))!, CancellationToken.None);
                }
            }
        }

        await PruneAsync(1, Now.AddDays(1000));
        Assert.Equal([new ModelVersionState(3, Claimed: true, Committed: true)], await registry.ListVersionsAsync(Models.Name, CancellationToken.None));
        Assert.Equal(4, (await store.KeysAsync("")).Count);
    }

    [Fact]
    public async Task Many_prunings_and_registrations_at_once_leave_whole_versions()
    {
        await CommitAsync(6);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(index => Task.Run(async () =>
        {
            if (index % 2 == 0)
            {
                await PruneAsync(2);
            }
            else
            {
                await registry.CommitAsync($"later-{index}");
            }
        })));
        await PruneAsync(2);
        Assert.Equal([11, 12], await registry.CommittedAsync());
        foreach (var version in await registry.CommittedAsync())
        {
            await registry.VerifyAsync((await registry.ReadAsync(Models.Name, version, CancellationToken.None))!, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Claims_without_a_card_go_after_a_day_but_for_the_highest_number()
    {
        var abandoned = await registry.RegisterAsync("run-1");
        await abandoned.PutTextAsync("model.onnx", "x");
        await registry.CommitAsync("run-2");
        await registry.RegisterAsync("run-3");
        Assert.Empty(await PruneAsync(1, Now.AddHours(23)));
        Assert.Equal([1], await PruneAsync(1, Tomorrow));
        Assert.Equal([2, 3], (await registry.ListVersionsAsync(Models.Name, CancellationToken.None)).Select(version => version.Version));

        // Who comes back after all is told, and nothing half becomes visible.
        var file = await abandoned.PutTextAsync("model.onnx", "x");
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => abandoned.CommitAsync(Models.Card(abandoned, "run-1", file), CancellationToken.None));
        Assert.Contains("v000001 is no more claimed by run run-1", refused.Message, StringComparison.Ordinal);
        Assert.Equal([2], await registry.CommittedAsync());
    }

    [Fact]
    public async Task A_commit_whose_claim_goes_at_that_moment_is_undone()
    {
        var abandoned = await registry.RegisterAsync("run-1");
        var file = await abandoned.PutTextAsync("model.onnx", "x");
        await registry.CommitAsync("run-2");
        store.BeforePut = async key =>
        {
            if (key.EndsWith("model.json", StringComparison.Ordinal))
            {
                store.BeforePut = _ => Task.CompletedTask;
                Assert.Equal([1], await PruneAsync(1, Tomorrow));
            }
        };
        await Assert.ThrowsAsync<StoreRefusedException>(() => abandoned.CommitAsync(Models.Card(abandoned, "run-1", file), CancellationToken.None));
        Assert.Equal([2], await registry.CommittedAsync());
    }

    [Fact]
    public async Task Nothing_is_removed_while_it_is_not_known_what_an_alias_or_pin_names()
    {
        await CommitAsync(2);
        await store.PutTextAsync("models/default.book-reviews/pins/gate.json", "{");
        await Assert.ThrowsAsync<StoreRefusedException>(() => PruneAsync(1));
        Assert.Equal([1, 2], await registry.CommittedAsync());
    }

    [Fact]
    public async Task A_version_that_is_gone_cannot_be_pinned()
    {
        await CommitAsync(1);
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => registry.Pins.PutAsync(Models.Name, 2, "gate", Now, CancellationToken.None));
        Assert.Contains("v000002 was removed before it could be pinned", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await registry.Pins.ListAsync(Models.Name, CancellationToken.None));
        await Assert.ThrowsAsync<StoreRefusedException>(() => registry.Pins.PutAsync(Models.Name, 1, "a/b", Now, CancellationToken.None));
    }

    private async Task<List<RegisteredModel>> CommitAsync(int count)
    {
        var versions = new List<RegisteredModel>();
        for (var run = 1; run <= count; run++)
        {
            versions.Add(await registry.CommitAsync($"run-{run}"));
        }

        return versions;
    }

    private Task<IReadOnlyList<int>> PruneAsync(int? keep, DateTimeOffset? now = null) => registry.PruneAsync(Models.Name, keep, now ?? Now, CancellationToken.None);
}
