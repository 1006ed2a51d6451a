using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Runner.Tasks;
using TextOps.Runner.Tests.Gating;

namespace TextOps.Runner.Tests.Resolve;

public sealed class ResolveVerbTests : IDisposable
{
    private readonly StageFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Numbers_and_aliases_mean_versions_with_their_digests()
    {
        var (first, second) = (await folder.RegisterAsync(("f1_macro", 0.8)), await folder.RegisterAsync(("f1_macro", 0.9)));
        await SetAsync(second, "champion");

        var result = await folder.ResolveAsync("champion", "1", "v2");

        Assert.Equal(
            [
                new ResolvedVersion { Reference = "champion", Version = "v000002", Digest = second.Digest },
                new ResolvedVersion { Reference = "1", Version = "v000001", Digest = first.Digest },
                new ResolvedVersion { Reference = "v2", Version = "v000002", Digest = second.Digest },
            ],
            result.Versions);
    }

    [Fact]
    public async Task What_means_nothing_says_why_and_spoils_nothing_else()
    {
        var (first, second, third) = (await folder.RegisterAsync(), await folder.RegisterAsync(), await folder.RegisterAsync());
        await SetAsync(second, "changed");
        await SetAsync(third, "gone");
        File.AppendAllText(folder.VersionFile(2, "model.json"), " ");
        File.Delete(folder.VersionFile(3, "model.json"));
        var damaged = await folder.RegisterAsync();
        File.WriteAllText(folder.VersionFile(damaged.Card.Version, "model.json"), "{\"name\": \"\u001b[31m");

        var result = await folder.ResolveAsync("absent", "9", "changed", "gone", "4", "1");

        string[] expected = ["has no alias 'absent'", "v000009 is not a committed version", "one of them was changed", "names version 3, which is not there", "model.json is damaged"];
        Assert.All(result.Versions.Take(5).Zip(expected), pair => Assert.Contains(pair.Second, pair.First.Message, StringComparison.Ordinal));
        Assert.All(result.Versions.Take(5), version => Assert.Null(version.Version));
        Assert.DoesNotContain(result.Versions, version => version.Message?.Any(char.IsControl) == true);
        Assert.Equal(first.Digest, result.Versions[5].Digest);
    }

    [Fact]
    public async Task Sixteen_references_that_mean_nothing_fit_a_termination_message()
    {
        for (var version = 0; version < 20; version++)
        {
            await folder.RegisterAsync();
        }

        var references = Enumerable.Range(10, 16).Select(number => $"{new string('a', 61)}{number}").ToArray();
        var result = await folder.ResolveAsync(references);

        Assert.True(ResultDocument.Fits(new TaskResult { Resolve = result }));
        Assert.Equal(references, result.Versions.Select(version => version.Reference));
        Assert.All(result.Versions, version => Assert.NotEmpty(version.Message!));
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_is_tried_again()
    {
        folder.OpenStore = (uri, time) => new BrokenStore(ObjectStores.Open(uri, time)) { Fault = () => new IOException("the network is down") };
        var error = await Assert.ThrowsAsync<IOException>(() => folder.ResolveAsync("champion"));
        Assert.Equal(TaskExitCodes.Retry, TaskFailure.Of(error).ExitCode);
    }

    [Fact]
    public async Task A_store_that_refuses_to_be_read_is_no_missing_version()
    {
        folder.OpenStore = (uri, time) => new BrokenStore(ObjectStores.Open(uri, time)) { Fault = () => new StoreRefusedException("permission denied") };
        var error = await Assert.ThrowsAsync<StoreRefusedException>(() => folder.ResolveAsync("champion"));
        Assert.Equal(TaskExitCodes.Refused, TaskFailure.Of(error).ExitCode);
    }

    private Task SetAsync(RegisteredModel version, string alias) => folder.Registry.Aliases.TrySetAsync(version, alias, AliasExpectation.Any, DateTimeOffset.UtcNow, CancellationToken.None);
}
