using System.Diagnostics;
using System.Text.Json;
using TextOps.Artifacts.Training;
using TextOps.Cluster.Tests.Support;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Core;

namespace TextOps.Cluster.Tests;

/// <summary>A search that loses its operator, its runners and its pods does every trial once, and learns what an undisturbed one does.</summary>
public sealed class TrainingSearchTests(SharedNode node)
{
    private const int Trials = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Killed_in_the_middle_again_and_again_it_ends_as_an_undisturbed_search_does()
    {
        await using var installation = await Installation.StartAsync(node);
        var dataset = node.Reviews(400);
        var quiet = await installation.ApplyToEndAsync(
            TrainingRuns.Searching(dataset, "undisturbed", Trials).With(spec => spec with { Search = spec.Search with { ParallelTrials = 1, TrialsPerJob = 20 } }));
        Assert.Equal("Registered", quiet.Reason());

        await using var journal = new PodJournal(installation.Api, installation.Space.Name);
        installation.Apply(TrainingRuns.Searching(dataset, "disturbed", Trials));
        await WaitForJobsAsync(installation, 3);
        await installation.RestartOperatorAsync();
        var killed = await CatchAsync(installation, PodRunner.Kill);
        var deleted = await CatchAsync(installation, pod =>
        {
            installation.Kubectl.Run("delete", "pod", pod.Metadata.Name!, "--wait=false");
            return true;
        });
        await WaitForJobsAsync(installation, 10);
        await installation.RestartOperatorAsync();
        var killedToo = await CatchAsync(installation, PodRunner.Kill);
        var done = await installation.WaitForRestAsync<TrainingRun>("disturbed");

        Assert.Equal(("Registered", "40/40", "v000001", 0), (done.Reason(), done.Status!.Trials, done.Status.Version, done.Status.TrialCounts!.Failed));
        Assert.Single(done.Status.Runs!);
        Assert.Equal(
            (quiet.Status!.Best, quiet.Status.BestTrial!.Value, quiet.Status.Metric), (done.Status.Best, done.Status.BestTrial!.Value, done.Status.Metric));
        foreach (var file in (string[])["model.onnx", "featurizer.json"])
        {
            Assert.Equal(await BytesAsync(quiet, file), await BytesAsync(done, file));
        }

        // Each trial has one result in the Jobs and one record, whose value is the undisturbed one's.
        var jobs = await installation.ChildrenAsync<V1Job>("disturbed");
        var results = jobs.Where(IsTrialJob).Select(ResultOf).OfType<TrainResult>().SelectMany(result => result.Trials).OrderBy(trial => trial.Number).ToList();
        Assert.Equal(Enumerable.Range(0, Trials), results.Select(trial => trial.Number));
        var records = await RecordsAsync(installation, "disturbed");
        Assert.Equal(await RecordsAsync(installation, "undisturbed"), records);
        Assert.Equal(records.Select(record => record.Value), results.Select(trial => trial.Value));

        // And it was disturbed: the parts that lost their runner were attempted again.
        var attempts = await installation.AttemptsAsync("disturbed");
        Assert.All([killed, killedToo], pod => Assert.Contains($"{pod.Metadata.Labels![ApiGroup.PartLabel]}-a1", attempts));
        Assert.Contains(journal.Entries, entry => entry.Object!.Metadata.Uid == deleted.Metadata.Uid && entry.Object.Metadata.DeletionTimestamp is not null);
        Assert.True(jobs.Count > 23, $"{jobs.Count} Jobs: one for each part and no more");
    }

    /// <summary>Waits until so many Jobs with trials are done.</summary>
    private static Task WaitForJobsAsync(Installation installation, int count) =>
        installation.WaitForAsync<V1Job>("disturbed", $"{count} Jobs with trials are done", jobs => jobs.Count(job => IsTrialJob(job) && ResultOf(job) is not null) >= count);

    /// <summary>Does something to a pod that runs trials; tries another one where it was over before.</summary>
    private static async Task<V1Pod> CatchAsync(Installation installation, Func<V1Pod, bool> strike)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            foreach (var pod in (await installation.ChildrenAsync<V1Pod>("disturbed")).Where(Installation.IsRunningShare))
            {
                if (strike(pod))
                {
                    return pod;
                }
            }
        }

        throw new TimeoutException($"no pod with trials was caught in {Patience}");
    }

    private static bool IsTrialJob(V1Job job) => job.Metadata.Labels![ApiGroup.PartLabel][0] == 't';

    private static TrainResult? ResultOf(V1Job job) =>
        job.Metadata.Annotations?.TryGetValue(ApiGroup.ResultAnnotation, out var result) == true ? JsonSerializer.Deserialize<TaskResult>(result, Json.Objects)!.Train : null;

    private static Task<byte[]> BytesAsync(TrainingRun training, string file) =>
        File.ReadAllBytesAsync(Path.Combine(training.Status!.Output!["file://".Length..], file), TestContext.Current.CancellationToken);

    /// <summary>Number, parameters and value of each trial, as its workspace keeps them.</summary>
    private static async Task<IReadOnlyList<(int Number, string C, double? Value)>> RecordsAsync(Installation installation, string name)
    {
        var workspace = Assert.Single(Directory.GetDirectories(Path.Combine(installation.Store, "training", $"{installation.Space.Name}.{name}")));
        var records = new List<(int Number, string C, double? Value)>();

        // A runner that was killed may have left a file of the store's own.
        foreach (var file in Directory.GetFiles(Path.Combine(workspace, "trials"), "*.json").Order(StringComparer.Ordinal))
        {
            var record = JsonSerializer.Deserialize<TrialRecord>(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), Json.Readable)!;
            records.Add((record.Number, record.Parameters["c"], record.Value));
        }

        return records;
    }
}
