using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Runner.Embed;
using TextOps.Runner.Hosting;

namespace TextOps.Runner.Tests.Processes;

/// <summary>Whatever ends a runner in the middle of a shard, the shard goes on after its last whole part and equals an undisturbed one.</summary>
public sealed class InterruptedRunTests : IDisposable
{
    private const int Rows = 40_000;

    private readonly JobFolder job = new() { Limits = PartLimits.Default };

    public InterruptedRunTests() => job.WriteCorpus(JobFolder.MixedTexts(Rows));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => job.Dispose();

    [Fact]
    public async Task Kill_9_in_the_middle_leaves_nothing_but_time_behind()
    {
        var undisturbed = await UndisturbedAsync();
        RunnerProcess.Run(job, job.Task);
        for (var part = 0; part < 5; part += 2)
        {
            using var runner = StartEmbed();
            WaitForPart(runner, part);
            runner.Signal("KILL");
            runner.Wait();
            Assert.False(File.Exists(job.VersionFile(1, "_shards", "00000.json")), "the shard was finished before it was killed; give it more rows");
        }

        var result = RunnerProcess.Run(job, job.EmbedTask()).Embed!;
        Assert.Equal(Rows, result.Rows);
        RunnerProcess.Run(job, job.CommitTask());
        var content = job.Content();
        Assert.Equal(undisturbed.Keys, content.Keys.Where(name => !name.Contains(".tmp-", StringComparison.Ordinal)));
        Assert.All(undisturbed, file => Assert.True(file.Value == content[file.Key], $"{file.Key} differs"));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_it_soon_with_whole_parts_and_without_a_result(string signal)
    {
        var undisturbed = await UndisturbedAsync();
        RunnerProcess.Run(job, job.Task);
        var resultFile = job.File("result.json");
        using (var runner = StartEmbed("--result", resultFile))
        {
            WaitForPart(runner, 1);
            runner.Signal(signal);
            var watch = Stopwatch.StartNew();
            Assert.Equal(TaskExitCodes.Terminated, runner.Wait());
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"it took {watch.Elapsed} to stop");
            Assert.Contains("\"event\":\"TaskStopped\"", runner.Output, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(resultFile));
        Assert.False(File.Exists(job.VersionFile(1, "_shards", "00000.json")));
        RunnerProcess.Run(job, job.EmbedTask());
        RunnerProcess.Run(job, job.CommitTask());
        Assert.Equal(undisturbed, job.Content());
    }

    [Fact]
    public void The_end_of_standard_input_ends_it_where_the_parent_asked_for_that()
    {
        RunnerProcess.Run(job, job.Task);
        using var runner = RunnerProcess.StartWith(StopSignals.ParentVariable, "1", "embed", "--task", RunnerProcess.WriteTask(job, job.EmbedTask()), "--listen", "127.0.0.1:0");
        WaitForPart(runner, 0);
        runner.CloseInput();
        Assert.Equal(TaskExitCodes.Terminated, runner.Wait());
    }

    [Fact]
    public void Standard_input_means_nothing_otherwise()
    {
        job.WriteCorpus(JobFolder.MixedTexts(1000));
        RunnerProcess.Run(job, job.Task);
        using var runner = RunnerProcess.StartWith("UNRELATED", "1", "embed", "--task", RunnerProcess.WriteTask(job, job.EmbedTask()), "--listen", "127.0.0.1:0");
        runner.CloseInput();
        Assert.Equal(TaskExitCodes.Succeeded, runner.Wait());
    }

    [Fact]
    public async Task Progress_is_served_while_it_runs()
    {
        RunnerProcess.Run(job, job.Task);
        using var runner = StartEmbed();
        WaitForPart(runner, 1);
        var address = Regex.Match(runner.Output, "\"address\":\"(?<address>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["address"].Value;
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        Assert.Equal("ok", await http.GetStringAsync("/healthz", Cancel));
        var progress = await http.GetFromJsonAsync<TaskProgress>("/progress", Json.Strict, Cancel);
        Assert.NotNull(progress);
        Assert.Equal(("Embedding", new FileInfo(job.Corpus).Length), (progress.Phase, progress.Total));
        Assert.InRange(progress.Done, 1, progress.Total);
        Assert.True(progress.Rows > 0 && progress.Rejected > 0 && progress.Chunks > 0 && progress.Tokens > progress.Chunks && progress.ChunksPerSecond > 0);
        Assert.Equal(TaskExitCodes.Succeeded, runner.Wait());
        Assert.All(
            runner.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[..^1],
            line =>
            {
                using var json = JsonDocument.Parse(line);
                Assert.Equal("tickets", json.RootElement.GetProperty("job").GetString());
                Assert.Equal("default", json.RootElement.GetProperty("namespace").GetString());
                Assert.Equal(1, json.RootElement.GetProperty("version").GetInt32());
            });
        Assert.Single(runner.Output.Split('\n'), line => line.Contains("rows rejected: UnknownTokens", StringComparison.Ordinal));
    }

    /// <summary>What the same corpus gives in one go, made with other threads and in this process.</summary>
    private async Task<SortedDictionary<string, string>> UndisturbedAsync()
    {
        await job.RunAsync();
        var content = job.Content();
        Directory.Delete(job.Store, recursive: true);
        return content;
    }

    private RunnerProcess StartEmbed(params string[] more) =>
        RunnerProcess.Start(["embed", "--task", RunnerProcess.WriteTask(job, job.EmbedTask()), "--listen", "127.0.0.1:0", .. more]);

    private void WaitForPart(RunnerProcess runner, int sequence) =>
        runner.WaitUntil(() => File.Exists(job.VersionFile(1, "_shards", "00000", $"{sequence:D5}.json")), $"part {sequence}");
}
