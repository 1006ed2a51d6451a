using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Tests.Stores;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Registry;

public sealed class ModelAliasesTests : IDisposable
{
    private const string Champion = "models/default.book-reviews/aliases/champion.json";

    private readonly TemporaryFolder folder = new();
    private readonly WatchedStore store;
    private readonly ModelRegistry registry;

    public ModelAliasesTests()
    {
        store = new WatchedStore(new FileObjectStore(folder.Path));
        registry = new ModelRegistry(store);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_alias_names_a_version_by_number_and_digest()
    {
        var version = await registry.CommitAsync("run-1");
        Assert.Null(await registry.Aliases.ReadAsync(Models.Name, "champion", CancellationToken.None));
        Assert.True(await SetAsync(version, AliasExpectation.Any));
        Assert.Equal(new ModelAlias { Version = 1, Digest = version.Digest, Updated = Models.Time }, await registry.Aliases.ReadAsync(Models.Name, "champion", CancellationToken.None));
        Assert.Equal(["champion"], (await registry.Aliases.ListAsync(Models.Name, CancellationToken.None)).Keys);
    }

    [Fact]
    public async Task It_moves_only_from_where_it_is_expected_to_be()
    {
        var (first, second) = (await registry.CommitAsync("run-1"), await registry.CommitAsync("run-2"));
        Assert.False(await SetAsync(first, AliasExpectation.Of(2)));
        Assert.True(await SetAsync(first, AliasExpectation.None));
        Assert.False(await SetAsync(second, AliasExpectation.None));
        Assert.False(await SetAsync(second, AliasExpectation.Of(3)));
        Assert.Equal(1, await NamedAsync());
        Assert.True(await SetAsync(second, AliasExpectation.Of(1)));
        Assert.True(await SetAsync(first, AliasExpectation.Any));
        Assert.Equal(1, await NamedAsync());
    }

    [Fact]
    public async Task What_it_names_already_is_as_good_as_set_and_not_written_again()
    {
        var version = await registry.CommitAsync("run-1");
        await SetAsync(version, AliasExpectation.None);
        store.BeforePut = _ => throw new InvalidOperationException("nothing is written");
        Assert.True(await SetAsync(version, AliasExpectation.None));
        Assert.True(await SetAsync(version, AliasExpectation.Of(7)));
    }

    [Fact]
    public async Task Of_two_that_expect_the_same_one_wins()
    {
        var versions = new List<RegisteredModel>();
        for (var run = 1; run <= 9; run++)
        {
            versions.Add(await registry.CommitAsync($"run-{run}"));
        }

        await SetAsync(versions[0], AliasExpectation.None);
        var moved = await Task.WhenAll(versions.Skip(1).Select(version => Task.Run(() => SetAsync(version, AliasExpectation.Of(1)))));
        Assert.Single(moved, success => success);
        Assert.Equal(Array.IndexOf(moved, true) + 2, await NamedAsync());
    }

    [Fact]
    public async Task It_looks_again_where_somebody_moves_it_in_between()
    {
        var (first, second, third) = (await registry.CommitAsync("run-1"), await registry.CommitAsync("run-2"), await registry.CommitAsync("run-3"));
        await SetAsync(first, AliasExpectation.None);
        store.BeforePut = async _ =>
        {
            store.BeforePut = _ => Task.CompletedTask;
            await SetAsync(second, AliasExpectation.Any);
        };
        Assert.False(await SetAsync(third, AliasExpectation.Of(1)));
        Assert.Equal(2, await NamedAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_stays_as_it_was_where_the_version_is_removed_while_it_is_set(bool namedAnother)
    {
        var (first, second) = (await registry.CommitAsync("run-1"), await registry.CommitAsync("run-2"));
        if (namedAnother)
        {
            await SetAsync(second, AliasExpectation.Any);
        }

        store.BeforePut = _ => store.DeleteAsync("models/default.book-reviews/v000001/model.json", CancellationToken.None);
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => SetAsync(first, AliasExpectation.Any));
        Assert.Contains("v000001 was removed while alias 'champion' was set to it", refused.Message, StringComparison.Ordinal);
        Assert.Equal(namedAnother ? 2 : null, await NamedAsync());
    }

    [Fact]
    public async Task It_is_removed_only_where_it_names_what_is_expected()
    {
        await SetAsync(await registry.CommitAsync("run-1"), AliasExpectation.Any);
        Assert.False(await registry.Aliases.TryRemoveAsync(Models.Name, "champion", AliasExpectation.Of(2), CancellationToken.None));
        Assert.False(await registry.Aliases.TryRemoveAsync(Models.Name, "champion", AliasExpectation.None, CancellationToken.None));
        Assert.True(await registry.Aliases.TryRemoveAsync(Models.Name, "champion", AliasExpectation.Of(1), CancellationToken.None));
        Assert.Null(await NamedAsync());
    }

    [Fact]
    public async Task A_damaged_one_is_refused_with_its_uri_and_can_be_removed()
    {
        await store.PutTextAsync(Champion, "{\"version\": 1}");
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => registry.Aliases.ListAsync(Models.Name, CancellationToken.None));
        Assert.Contains($"{store.Uri}/{Champion} is damaged: ", refused.Message, StringComparison.Ordinal);
        Assert.True(await registry.Aliases.TryRemoveAsync(Models.Name, "champion", AliasExpectation.Any, CancellationToken.None));
        Assert.Empty(await registry.Aliases.ListAsync(Models.Name, CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../champion")]
    [InlineData("Champion")]
    [InlineData("-x")]
    [InlineData("x\n")]
    public async Task Names_of_aliases_are_checked(string alias)
    {
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => registry.Aliases.ReadAsync(Models.Name, alias, CancellationToken.None));
        Assert.Contains($"models/default.book-reviews/aliases: '{alias}' is no name of an alias; use at most 63 lower-case letters", refused.Message, StringComparison.Ordinal);
    }

    private Task<bool> SetAsync(RegisteredModel version, AliasExpectation expected) =>
        registry.Aliases.TrySetAsync(version, "champion", expected, Models.Time, CancellationToken.None);

    private async Task<int?> NamedAsync() => (await registry.Aliases.ReadAsync(Models.Name, "champion", CancellationToken.None))?.Version;
}
