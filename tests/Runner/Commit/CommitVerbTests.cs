using System.Text.Json;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Runner.Hosting;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Commit;

public sealed class CommitVerbTests : IDisposable
{
    private readonly JobFolder job = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => job.Dispose();

    [Fact]
    public async Task A_commit_makes_the_version_visible_with_a_record_of_the_run()
    {
        job.WriteCorpus(JobFolder.MixedTexts(60));
        var result = await job.RunAsync();
        Assert.Equal((1, 60), (result.Version, result.Rows));
        Assert.Equal(1, (await job.Versions.ReadLatestAsync(Cancel))?.Version);

        var run = await job.Versions.ReadRunRecordAsync(1, Cancel);
        Assert.NotNull(run);
        Assert.Equal(run.LinesRead, run.LinesEmbedded + run.LinesRejected);
        Assert.Equal((60, result.Rejected, result.Chunks), (run.LinesRead, run.RejectedByReason.Values.Sum(), run.Chunks));
        Assert.Equal([job.Task.Source.Uri], run.Inputs);
        Assert.Equal(CodeVersion.Commit, run.CodeVersion);
        Assert.Matches("^[0-9a-f]{40}$|^unknown$", run.CodeVersion);
        Assert.Equal(["executionProvider", "onnxRuntime", "os", "processors", "runtime"], run.Environment.Keys);
        Assert.True(run.Tokens > run.Chunks && run.CpuSeconds > 0 && run.PeakMemoryBytes > 1 << 20 && run.Finished >= run.Started);
    }

    [Fact]
    public async Task A_version_whose_shards_are_not_all_done_is_tried_again_later()
    {
        job.WriteCorpus(JobFolder.MixedTexts(60));
        job.Task = job.Task with { Shards = 3 };
        await job.PlanAsync();
        await job.EmbedAsync(shard: 1);
        var error = await Assert.ThrowsAsync<IOException>(() => job.CommitAsync());
        Assert.Contains("2 of 3 shards are not done (0, 2)", error.Message, StringComparison.Ordinal);
        Assert.Null(await job.Versions.ReadManifestAsync(1, Cancel));
    }

    [Theory]
    [InlineData("part-00001-*")]
    [InlineData("rejects-00001-*")]
    public async Task A_version_that_lost_a_file_is_committed_after_its_shard_was_embedded_again(string files)
    {
        job.WriteCorpus(JobFolder.MixedTexts(60));
        job.Task = job.Task with { Shards = 2 };
        await job.PlanAsync();
        await job.EmbedAsync(shard: 0);
        var first = await job.EmbedAsync(shard: 1);
        var content = job.Content();
        File.Delete(Directory.EnumerateFiles(job.VersionFile(1), files).First());
        var error = await Assert.ThrowsAsync<IOException>(() => job.CommitAsync());
        Assert.Contains("1 of ", error.Message, StringComparison.Ordinal);
        Assert.Contains("run the embed tasks of these shards again: 1", error.Message, StringComparison.Ordinal);
        Assert.Null(await job.Versions.ReadManifestAsync(1, Cancel));

        Assert.Equal(first with { ChunksPerSecond = null }, await job.EmbedAsync(shard: 1) with { ChunksPerSecond = null });
        Assert.Equal(content, job.Content());
        Assert.Equal(60, (await job.CommitAsync()).Rows);
    }

    [Fact]
    public async Task A_second_commit_answers_as_the_first()
    {
        job.WriteCorpus(JobFolder.MixedTexts(60));
        var first = await job.RunAsync();
        var manifest = job.ReadVersionFile("manifest.json");
        Assert.Equal(first, await job.CommitAsync());
        Assert.Equal(manifest, job.ReadVersionFile("manifest.json"));
    }

    [Theory]
    [InlineData("exactly as many as allowed", "0.5", 5, true)]
    [InlineData("one more than allowed", "0.5", 6, false)]
    [InlineData("none allowed", "0", 1, false)]
    [InlineData("all allowed, some embedded", "1", 9, true)]
    [InlineData("all allowed, but nothing was embedded", "1", 10, false)]
    public async Task Too_many_rejects_commit_nothing(string narrative, string fraction, int empty, bool commits)
    {
        job.Task = job.Task with { Validation = new RowValidation { MaxRejectedFraction = fraction } };
        job.WriteCorpus(Enumerable.Range(0, 10).Select(row => row < empty ? "" : $"Ticket {row}"));
        await job.PlanAsync();
        await job.EmbedAsync();
        if (commits)
        {
            Assert.True((await job.CommitAsync()).Rejected == empty, narrative);
            return;
        }

        var refused = await Assert.ThrowsAsync<InputException>(() => job.CommitAsync());
        Assert.Contains($"{empty} of 10 rows were rejected (Empty {empty})", refused.Message, StringComparison.Ordinal);
        Assert.Contains("v000001/rejects-*.jsonl", refused.Message, StringComparison.Ordinal);
        Assert.Null(await job.Versions.ReadManifestAsync(1, Cancel));
        Assert.Null(await job.Versions.ReadLatestAsync(Cancel));
        Assert.Null(await job.Versions.ReadRunRecordAsync(1, Cancel));
    }

    [Fact]
    public async Task Old_versions_are_removed_as_far_as_asked()
    {
        for (var run = 1; run <= 3; run++)
        {
            job.WriteCorpus($"Ticket of run {run}", "Another ticket");
            job.Task = job.Task with { RunId = $"00000000000000a{run}" };
            Assert.Equal(run, (await job.RunAsync(keepVersions: 2)).Version);
        }

        Assert.Equal([2, 3], (await job.Versions.ListVersionsAsync(Cancel)).Select(version => version.Version));
        Assert.Equal(3, (await job.Versions.ReadLatestAsync(Cancel))?.Version);
        using var pointer = JsonDocument.Parse(File.ReadAllText(job.File("store", "embeddings", JobFolder.OutputName, "latest.json")));
        Assert.Equal("embeddings/default.tickets/v000003/manifest.json", pointer.RootElement.GetProperty("manifest").GetString());
    }
}
