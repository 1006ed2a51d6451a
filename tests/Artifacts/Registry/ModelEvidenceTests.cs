using System.Text;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Tests.Stores;
using TextOps.Crds;
using TextOps.Crds.TrainingRuns;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Registry;

public sealed class ModelEvidenceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly WatchedStore store;
    private readonly ModelRegistry registry;

    public ModelEvidenceTests()
    {
        store = new WatchedStore(new FileObjectStore(folder.Path));
        registry = new ModelRegistry(store);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Evidence_lies_beside_the_version_and_leaves_its_digest_as_it_is()
    {
        var version = await registry.CommitAsync("run-1");
        Assert.Null(await ReadAsync(version));
        await WriteAsync(Evidence(version));
        Assert.True(File.Exists(folder.File("models", Models.Name, "v000001", "evidence", $"staging-{version.Digest[7..]}.json")));
        var (expected, found) = (Evidence(version), (await ReadAsync(version))!);
        Assert.Equal(expected.Gates, found.Gates);
        Assert.Equal(expected, found with { Gates = expected.Gates });
        Assert.Equal(version.Digest, (await registry.ReadAsync(Models.Name, 1, CancellationToken.None))!.Digest);
        await registry.VerifyAsync(version, CancellationToken.None);
    }

    [Fact]
    public async Task The_first_of_two_that_judged_by_the_same_counts_and_another_judgement_replaces_it()
    {
        var version = await registry.CommitAsync("run-1");
        await WriteAsync(Evidence(version));
        Assert.Equal(Models.Time, (await WriteAsync(Evidence(version) with { Time = Models.Time.AddDays(1) })).Time);
        Assert.Equal(Models.Time.AddDays(1), (await WriteAsync(Evidence(version) with { Judged = "other", Time = Models.Time.AddDays(1) })).Time);
        Assert.Equal("other", (await ReadAsync(version))!.Judged);
    }

    [Fact]
    public async Task Many_writers_at_once_leave_one_whole_document()
    {
        var version = await registry.CommitAsync("run-1");
        var written = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(() => WriteAsync(Evidence(version) with { Judged = $"{number % 2}", Time = Models.Time.AddSeconds(number) }))));
        Assert.Contains(await ReadAsync(version) is { } found ? (found.Judged, found.Time) : default, written.Select(evidence => (evidence.Judged, evidence.Time)));
    }

    [Fact]
    public async Task It_is_taken_back_where_the_version_is_removed_while_it_is_written()
    {
        var version = await registry.CommitAsync("run-1");
        store.BeforePut = _ => store.DeleteAsync("models/default.book-reviews/v000001/model.json", CancellationToken.None);
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => WriteAsync(Evidence(version)));
        Assert.Contains("v000001 was removed while evidence of it was written", refused.Message, StringComparison.Ordinal);
        Assert.Null(await ReadAsync(version));
    }

    [Fact]
    public async Task It_goes_with_its_version()
    {
        var version = await registry.CommitAsync("run-1");
        await WriteAsync(Evidence(version));
        await registry.CommitAsync("run-2");
        Assert.Equal([1], await registry.PruneAsync(Models.Name, keep: 1, DateTimeOffset.UtcNow, CancellationToken.None));
        Assert.False(Directory.Exists(folder.File("models", Models.Name, "v000001")));
    }

    [Theory]
    [InlineData("\"passed\": true", "\"passed\": false", "its gate 'good' does not hold")]
    [InlineData("\"version\": 1", "\"version\": 2", "it is about stage 'staging', version 2")]
    [InlineData("\"stage\": \"staging\"", "\"stage\": \"other\"", "it is about stage 'other', version 1")]
    [InlineData("\"kind\": \"Evidence\"", "\"kind\": \"Card\"", "and kind 'Card', not textops.dev/v1alpha1 and Evidence")]
    [InlineData("\"judged\"", "\"jugded\"", "is damaged: ")]
    public async Task What_says_something_else_than_its_name_is_damaged(string old, string changed, string expected)
    {
        var version = await registry.CommitAsync("run-1");
        await WriteAsync(Evidence(version));
        var path = folder.File("models", Models.Name, "v000001", "evidence", $"staging-{version.Digest[7..]}.json");
        var text = await File.ReadAllTextAsync(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, text.Replace(old, changed, StringComparison.Ordinal), Encoding.UTF8);
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => ReadAsync(version));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("remove the file: the stage judges the version again", refused.Message, StringComparison.Ordinal);
        Assert.Equal(refused.Message, (await Assert.ThrowsAsync<StoreRefusedException>(() => WriteAsync(Evidence(version)))).Message);
    }

    [Theory]
    [InlineData("../x", "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "'../x' is no name of a stage")]
    [InlineData("staging", "sha256:../../aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "is no digest")]
    [InlineData("staging", "", "'' is no digest")]
    public async Task Names_are_checked(string stage, string digest, string expected)
    {
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => registry.Evidence.ReadAsync(Models.Name, 1, stage, digest, CancellationToken.None));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    private static StageEvidence Evidence(RegisteredModel model) => new()
    {
        ApiVersion = ApiGroup.GroupVersion,
        Kind = StageEvidence.DocumentKind,
        Stage = "staging",
        Version = model.Card.Version,
        Digest = model.Digest,
        Judged = "judged",
        JudgedGates = "gates",
        Gates = [new GateStatus { Name = "good", Metric = MetricNames.F1Macro, Value = "0.8731", Bound = "at least 0.8", Passed = true }],
        Owner = Models.Owner,
        Time = Models.Time,
    };

    private Task<StageEvidence> WriteAsync(StageEvidence evidence) => registry.Evidence.WriteAsync(Models.Name, evidence, CancellationToken.None);

    private Task<StageEvidence?> ReadAsync(RegisteredModel model) => registry.Evidence.ReadAsync(Models.Name, model.Card.Version, "staging", model.Digest, CancellationToken.None);
}
