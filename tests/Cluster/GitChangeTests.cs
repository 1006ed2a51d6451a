using TextOps.Cluster.Tests.Support;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;

namespace TextOps.Cluster.Tests;

/// <summary>What a change in Git means for an EmbeddingJob: the table of design.md, a test each row, on a real API server.</summary>
public sealed class GitChangeTests(SharedNode node, SharedInstallation shared) : IClassFixture<SharedInstallation>
{
    private const int Few = 200;
    private const int Many = 120_000;

    [Fact]
    public async Task A_run_defining_edit_while_it_runs_ends_its_pods_with_grace_and_makes_the_next_version()
    {
        var installation = await shared.StartAsync(node);
        var job = Long("edited-while-running");
        var pod = await installation.ApplyAndCatchAsync(job);
        await using var journal = new PodJournal(installation.Api, installation.Space.Name);

        var done = await installation.ApplyToEndAsync(job.With(spec => spec with { Source = spec.Source with { Uri = $"file://{node.Corpus(Few)}" } }));

        Assert.Equal(("Committed", "v000002", Few), (done.Reason(), done.Status!.Version, done.Status.Rows));
        Assert.Equal(["Committed", "Superseded"], done.Status.Runs!.Select(run => run.Result));
        Assert.Contains(done.Status.Run!.Id, done.Status.Runs![1].Message, StringComparison.Ordinal);
        var mine = journal.Entries.Where(entry => entry.Object!.Metadata.Labels![ApiGroup.NameLabel] == "edited-while-running").ToList();
        var ended = mine.First(entry => entry.Object is { Metadata.DeletionTimestamp: not null, Status.Phase: "Running" });
        Assert.Equal((pod.Metadata.Labels![ApiGroup.RunLabel], 30L), (ended.Object!.Metadata.Labels![ApiGroup.RunLabel], ended.Object.Metadata.DeletionGracePeriodSeconds));

        // No two runs write at once.
        var gone = mine.FindIndex(entry => entry.Type == WatchEventType.Deleted && entry.Object!.Metadata.Uid == ended.Object.Metadata.Uid);
        var next = mine.FindIndex(entry => entry.Object!.Metadata.Labels![ApiGroup.RunLabel] != pod.Metadata.Labels[ApiGroup.RunLabel]);
        Assert.InRange(gone, 0, next);
    }

    [Fact]
    public async Task The_same_edit_after_the_end_makes_a_new_run_and_a_new_version()
    {
        var installation = await shared.StartAsync(node);
        var job = EmbeddingJobs.Over(node.Corpus(Few), "edited-after-the-end");
        var first = await installation.ApplyToEndAsync(job);

        var second = await installation.ApplyToEndAsync(job.With(spec => spec with { Chunking = spec.Chunking with { Size = 60, Overlap = 10 } }));

        Assert.Equal(("Committed", "v000001", "Committed", "v000002"), (first.Reason(), first.Status!.Version, second.Reason(), second.Status!.Version));
        Assert.Equal(["v000002", "v000001"], second.Status.Runs!.Select(run => run.Version));
        Assert.True(second.Status.Chunks > first.Status.Chunks);
    }

    [Fact]
    public async Task Another_edit_while_it_runs_is_applied_and_starts_no_run()
    {
        var installation = await shared.StartAsync(node);
        var job = Long("steered");
        await installation.ApplyAndCatchAsync(job);

        installation.Apply(job.With(spec => spec with { Parallelism = 3 }));
        await installation.WaitForAsync<V1Job>("steered", "all shards have Jobs though the first is not done", jobs =>
            jobs.Count(child => child.Metadata.Labels![ApiGroup.PartLabel].StartsWith('s')) == 3 && jobs.Count(child => child.Status?.CompletionTime is null) >= 2);
        var done = await installation.WaitForRestAsync<EmbeddingJob>("steered");
        Assert.Equal(("Committed", "v000001", 2L), (done.Reason(), done.Status!.Version, done.Metadata.Generation));
        Assert.Equal(done.Status.Run!.Id, Assert.Single(done.Status.Runs!).Id);

        installation.Apply(job.With(spec => spec with { Parallelism = 3, TtlSecondsAfterFinished = 0 }));
        await installation.WaitForAsync<V1Job>("steered", "finished Jobs are removed", jobs => jobs.Count == 0);
        await installation.WaitForAsync<V1ConfigMap>("steered", "their ConfigMaps are removed", maps => maps.Count == 0);
        var shortened = await installation.WaitAsync<EmbeddingJob>("steered", "the edit was looked at", RunObjects.IsAtRest);
        Assert.Equal((done.Status.Run, "v000001"), (shortened.Status!.Run, shortened.Status.Version));
    }

    [Fact]
    public async Task Suspend_ends_the_pods_with_grace_and_resumes_the_same_run_later()
    {
        var installation = await shared.StartAsync(node);
        var job = Long("suspended");
        await installation.ApplyAndCatchAsync(job);
        await using var journal = new PodJournal(installation.Api, installation.Space.Name);

        installation.Apply(job.With(spec => spec with { Suspend = true }));
        await installation.WaitForAsync<V1Pod>("suspended", "no pod runs", pods => pods.All(pod => pod.Status?.Phase is "Succeeded" or "Failed"));
        var held = await installation.WaitForRestAsync<EmbeddingJob>("suspended");
        Assert.Equal(("Suspended", null), (held.Reason(), held.Stalled()));
        Assert.Null(held.Status!.Run!.CompletionTime);
        Assert.Contains("plan-a0", await installation.AttemptsAsync("suspended"));
        Assert.Contains(journal.Entries, entry => entry.Object is { Status.Phase: "Running", Metadata: { DeletionTimestamp: not null, DeletionGracePeriodSeconds: 30 } });

        var done = await installation.ApplyToEndAsync(job);
        Assert.Equal(("Committed", "v000001", Many), (done.Reason(), done.Status!.Version, done.Status.Rows));
        Assert.Equal((held.Status.Run.Id, held.Status.Run.StartTime), (done.Status.Run!.Id, done.Status.Run.StartTime));
        Assert.Single(done.Status.Runs!);
        Assert.Contains("plan-a0", await installation.AttemptsAsync("suspended"));
        Assert.DoesNotContain("plan-a1", await installation.AttemptsAsync("suspended"));
    }

    [Fact]
    public async Task Deleted_and_created_again_with_equal_content_it_is_up_to_date_without_computing()
    {
        var installation = await shared.StartAsync(node);
        var job = EmbeddingJobs.Over(node.Corpus(Few), "created-again");
        var first = await installation.ApplyToEndAsync(job);
        Assert.Equal("Committed", first.Reason());

        installation.Kubectl.Run("delete", "embeddingjob", "created-again");
        await installation.WaitForAsync<V1Job>("created-again", "its Jobs are collected", jobs => jobs.Count == 0);
        await installation.WaitForAsync<V1Pod>("created-again", "its pods are collected", pods => pods.Count == 0);
        await installation.WaitForAsync<V1ConfigMap>("created-again", "its ConfigMaps are collected", maps => maps.Count == 0);

        var again = await installation.ApplyToEndAsync(job);
        Assert.NotEqual(first.Metadata.Uid, again.Metadata.Uid);
        Assert.Equal(("UpToDate", "v000001", first.Status!.Output), (again.Reason(), again.Status!.Version, again.Status.Output));
        Assert.Equal(["plan-a0"], await installation.AttemptsAsync("created-again"));
    }

    [Fact]
    public async Task A_sync_without_a_change_does_nothing_and_neither_does_an_operator_that_starts_again()
    {
        var installation = await shared.StartAsync(node);
        var job = EmbeddingJobs.Over(node.Corpus(Few), "synced");
        await installation.ApplyToEndAsync(job);
        var attempts = await installation.AttemptsAsync("synced");
        var before = await installation.GetAsync<EmbeddingJob>("synced");

        installation.Apply(job);
        Assert.Equal(before.Metadata.ResourceVersion, (await installation.GetAsync<EmbeddingJob>("synced")).Metadata.ResourceVersion);

        // The first one makes argocd an owner of the fields, and that is all it does.
        string[] sync = ["apply", "--server-side", "--force-conflicts", "--field-manager=argocd", "-f", "-"];
        installation.Kubectl.Run(sync, job.ToManifest());
        var synced = await installation.GetAsync<EmbeddingJob>("synced");
        Assert.Equal(before.Metadata.Generation, synced.Metadata.Generation);
        installation.Kubectl.Run(sync, job.ToManifest());
        Assert.Equal(synced.Metadata.ResourceVersion, (await installation.GetAsync<EmbeddingJob>("synced")).Metadata.ResourceVersion);

        await installation.RestartOperatorAsync();
        await installation.LookedAtAllAsync();
        var after = await installation.GetAsync<EmbeddingJob>("synced");
        Assert.Equal(synced.Metadata.ResourceVersion, after.Metadata.ResourceVersion);
        Assert.Equal(attempts, await installation.AttemptsAsync("synced"));
    }

    [Fact]
    public async Task An_upgraded_operator_leaves_a_running_run_its_image_and_gives_new_ones_the_new()
    {
        await using var installation = await Installation.StartAsync(node, "--runner-image", "registry.example/runner:1");
        await installation.ApplyAndCatchAsync(Long("upgraded"));

        await installation.RestartOperatorAsync("--runner-image", "registry.example/runner:2");
        var first = await installation.WaitForRestAsync<EmbeddingJob>("upgraded");
        Assert.Equal(("Committed", "registry.example/runner:1"), (first.Reason(), first.Status!.Run!.Image));
        Assert.Equal(["commit-a0", "plan-a0", "s00000-a0", "s00001-a0", "s00002-a0"], await installation.AttemptsAsync("upgraded"));
        Assert.All(await installation.ChildrenAsync<V1Job>("upgraded"), child => Assert.Equal("registry.example/runner:1", child.Spec.Template.Spec.Containers[0].Image));

        installation.Kubectl.Run("annotate", "embeddingjob", "upgraded", $"{ApiGroup.RerunAnnotation}=again");
        var second = await installation.WaitAsync<EmbeddingJob>("upgraded", "it ran again", job => job.IsAtRest() && job.Status!.Run!.Id != first.Status.Run.Id);
        Assert.Equal(("UpToDate", "registry.example/runner:2"), (second.Reason(), second.Status!.Run!.Image));
        var plan = Assert.Single(await installation.ChildrenAsync<V1Job>("upgraded"), child => child.Metadata.Labels![ApiGroup.RunLabel] == RunIdentity.RunKey(second.Metadata.Uid!, second.Status.Run.Id));
        Assert.Equal("registry.example/runner:2", plan.Spec.Template.Spec.Containers[0].Image);
    }

    /// <summary>Three shards, one after the other, that take long enough to be caught.</summary>
    private EmbeddingJob Long(string name) => EmbeddingJobs.Over(node.Corpus(Many), name).With(spec => spec with { Shards = 3, Parallelism = 1 });
}
