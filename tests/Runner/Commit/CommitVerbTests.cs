using System.Text.Json;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Runner.Hosting;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Commit;

public sealed class CommitVerbTests : IDisposable
{
    private readonly JobFolder _job = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _job.Dispose();

    [Fact]
    public async Task A_commit_makes_the_version_visible_with_a_record_of_the_run()
    {
        _job.WriteCorpus(JobFolder.MixedTexts(60));
        var result = await _job.RunAsync();
        Assert.Equal((1, 60), (result.Version, result.Rows));
        Assert.Equal(1, (await _job.Versions.ReadLatestAsync(Cancel))?.Version);

        var run = await _job.Versions.ReadRunRecordAsync(1, Cancel);
        Assert.NotNull(run);
        Assert.Equal(run.LinesRead, run.LinesEmbedded + run.LinesRejected);
        Assert.Equal((60, result.Rejected, result.Chunks), (run.LinesRead, run.RejectedByReason.Values.Sum(), run.Chunks));
        Assert.Equal([_job.Task.Source.Uri], run.Inputs);
        Assert.Equal(CodeVersion.Commit, run.CodeVersion);
        Assert.Matches("^[0-9a-f]{40}$|^unknown$", run.CodeVersion);
        Assert.Equal(["executionProvider", "onnxRuntime", "os", "processors", "runtime"], run.Environment.Keys);
        Assert.True(run.Tokens > run.Chunks && run.CpuSeconds > 0 && run.PeakMemoryBytes > 1 << 20 && run.Finished >= run.Started);
    }

    [Fact]
    public async Task A_version_whose_shards_are_not_all_done_is_tried_again_later()
    {
        _job.WriteCorpus(JobFolder.MixedTexts(60));
        _job.Task = _job.Task with { Shards = 3 };
        await _job.PlanAsync();
        await _job.EmbedAsync(shard: 1);
        var error = await Assert.ThrowsAsync<IOException>(() => _job.CommitAsync());
        Assert.Contains("2 of 3 shards are not done (0, 2)", error.Message, StringComparison.Ordinal);
        Assert.Null(await _job.Versions.ReadManifestAsync(1, Cancel));
    }

    [Fact]
    public async Task A_second_commit_answers_as_the_first()
    {
        _job.WriteCorpus(JobFolder.MixedTexts(60));
        var first = await _job.RunAsync();
        var manifest = _job.ReadVersionFile("manifest.json");
        Assert.Equal(first, await _job.CommitAsync());
        Assert.Equal(manifest, _job.ReadVersionFile("manifest.json"));
    }

    [Theory]
    [InlineData("exactly as many as allowed", "0.5", 5, true)]
    [InlineData("one more than allowed", "0.5", 6, false)]
    [InlineData("none allowed", "0", 1, false)]
    [InlineData("all allowed, some embedded", "1", 9, true)]
    [InlineData("all allowed, but nothing was embedded", "1", 10, false)]
    public async Task Too_many_rejects_commit_nothing(string narrative, string fraction, int empty, bool commits)
    {
        _job.Task = _job.Task with { Validation = new RowValidation { MaxRejectedFraction = fraction } };
        _job.WriteCorpus(Enumerable.Range(0, 10).Select(row => row < empty ? "" : $"Ticket {row}"));
        await _job.PlanAsync();
        await _job.EmbedAsync();
        if (commits)
        {
            Assert.True((await _job.CommitAsync()).Rejected == empty, narrative);
            return;
        }

        var refused = await Assert.ThrowsAsync<InputException>(() => _job.CommitAsync());
        Assert.Contains($"{empty} of 10 rows were rejected (Empty {empty})", refused.Message, StringComparison.Ordinal);
        Assert.Contains("v000001/rejects-*.jsonl", refused.Message, StringComparison.Ordinal);
        Assert.Null(await _job.Versions.ReadManifestAsync(1, Cancel));
        Assert.Null(await _job.Versions.ReadLatestAsync(Cancel));
        Assert.Null(await _job.Versions.ReadRunRecordAsync(1, Cancel));
    }

    [Fact]
    public async Task Old_versions_are_removed_as_far_as_asked()
    {
        for (var run = 1; run <= 3; run++)
        {
            _job.WriteCorpus($"Ticket of run {run}", "Another ticket");
            _job.Task = _job.Task with { RunId = $"00000000000000a{run}" };
            Assert.Equal(run, (await _job.RunAsync(keepVersions: 2)).Version);
        }

        Assert.Equal([2, 3], (await _job.Versions.ListVersionsAsync(Cancel)).Select(version => version.Version));
        Assert.Equal(3, (await _job.Versions.ReadLatestAsync(Cancel))?.Version);
        using var pointer = JsonDocument.Parse(File.ReadAllText(_job.File("store", "embeddings", JobFolder.OutputName, "latest.json")));
        Assert.Equal("embeddings/default.tickets/v000003/manifest.json", pointer.RootElement.GetProperty("manifest").GetString());
    }
}
