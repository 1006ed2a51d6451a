using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Runs;
using TextOps.Operator.Tests.Support;
using static TextOps.Operator.Tests.EmbeddingJobs.Examples;

namespace TextOps.Operator.Tests.EmbeddingJobs;

/// <summary>What a change in Git means for an EmbeddingJob: the table of the design, row by row.</summary>
public sealed class GitChangeTests
{
    [Fact]
    public async Task A_run_defining_edit_while_running_cancels_the_run_with_grace_and_starts_a_new_one()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec);
        var first = (await plane.SettleAsync()).Status!.Run!;
        await plane.EndAsync("plan", Planned());
        await plane.Node.RunAsync(await plane.JobAsync("s00000"));
        await plane.SettleAsync();

        await plane.EditAsync(spec => spec with { Chunking = spec.Chunking with { Size = 999 } });
        var job = await plane.SettleAsync();

        // The pod has its grace; nothing of the new run writes beside it.
        Assert.NotEqual(first.Id, job.Status!.Run!.Id);
        Assert.Empty(await plane.JobsAsync());
        var pod = Assert.Single(await plane.ListAsync<V1Pod>());
        Assert.NotNull(pod.Metadata.DeletionTimestamp);
        Assert.Equal(RunReasons.Superseded, Assert.Single(job.Status.Runs!).Result);
        Assert.Single(plane.Events.Of(RunEvents.RunSuperseded));

        await plane.DeleteAsync<V1Pod>(pod.Metadata.Name!, grace: 0);
        await plane.SettleAsync();
        Assert.Equal(["plan 0"], await plane.JobsAsync());
    }

    [Fact]
    public async Task A_run_defining_edit_after_the_end_makes_a_new_run()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await ReasonTests.CommitAsync(plane);
        var first = (await plane.ObjectAsync()).Status!.Run!;

        await plane.EditAsync(spec => spec with { Model = spec.Model with { Revision = "2" } });
        await ReasonTests.CommitAsync(plane);

        var runs = (await plane.ObjectAsync()).Status!.Runs!;
        Assert.Equal([EmbeddingJobReasons.Committed, EmbeddingJobReasons.Committed], runs.Select(run => run.Result));
        Assert.Equal(first.Id, runs[1].Id);
        Assert.NotEqual(first.Id, runs[0].Id);
    }

    [Fact]
    public async Task Any_other_edit_applies_to_pods_created_from_now_on()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec with { Parallelism = 1 });
        var run = (await plane.SettleAsync()).Status!.Run!;
        await plane.EndAsync("plan", Planned());
        Assert.Equal(["plan 0", "s00000 0"], await plane.JobsAsync());

        await plane.EditAsync(spec => spec with
        {
            Parallelism = 2,
            Runner = new RunnerSpec { Image = "mine:2", Env = [new V1EnvVar { Name = "LEVEL", Value = "debug" }] },
        });
        var job = await plane.SettleAsync();

        Assert.Equal(run.Id, job.Status!.Run!.Id);
        Assert.Equal("runner:1", (await plane.JobAsync("s00000")).Spec.Template.Spec.Containers[0].Image);
        var next = (await plane.JobAsync("s00001")).Spec.Template.Spec.Containers[0];
        Assert.Equal("mine:2", next.Image);
        Assert.Contains(next.Env!, variable => variable is { Name: "LEVEL", Value: "debug" });
    }

    [Fact]
    public async Task Suspending_stops_the_pods_with_grace_and_the_same_run_resumes()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec with { ActiveDeadlineSeconds = 3600 });
        var run = (await plane.SettleAsync()).Status!.Run!;
        await plane.EndAsync("plan", Planned());
        await plane.EndAsync("s00000", Embedded(0));
        var pod = await plane.Node.RunAsync(await plane.JobAsync("s00001"));
        await plane.SettleAsync();

        await plane.EditAsync(spec => spec with { Suspend = true });
        await plane.SettleAsync();
        Assert.Equal(["plan 0", "s00000 0"], await plane.JobsAsync());
        Assert.NotNull(Assert.Single(await plane.ListAsync<V1Pod>(), one => one.Metadata.Name == pod).Metadata.DeletionTimestamp);
        await plane.DeleteAsync<V1Pod>(pod, grace: 0);

        // Time of suspension counts towards no deadline.
        await plane.AdvanceAsync(TimeSpan.FromDays(2));
        await plane.EditAsync(spec => spec with { Suspend = false });
        var job = await plane.SettleAsync();

        Assert.Equal((run.Id, run.StartTime), (job.Status!.Run!.Id, job.Status.Run.StartTime));
        Assert.Equal(["plan 0", "s00000 0", "s00001 1"], await plane.JobsAsync());
        Assert.Single(plane.Events.Of(RunEvents.Resumed));
        await plane.EndAsync("s00001", Embedded(1), attempt: 1);
        Assert.Equal(EmbeddingJobReasons.Committed, (await plane.EndAsync("commit", Committed())).Status!.Run!.Result);
    }

    [Fact]
    public async Task Deleted_and_created_again_with_equal_content_is_up_to_date_without_compute()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await ReasonTests.CommitAsync(plane);
        var id = (await plane.ObjectAsync()).Status!.Run!.Id;
        await plane.DeleteAsync<EmbeddingJob>("tickets");
        await Eventually("the children are collected", plane, 0);
        await plane.ForgetAsync();

        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();
        Assert.Equal(["plan 0"], await plane.JobsAsync());
        var job = await plane.EndAsync("plan", Planned(upToDate: true));

        Assert.Equal((RunReasons.UpToDate, "v000003", id), (job.Status!.Run!.Result, job.Status.Version, job.Status.Run.Id));
        Assert.Equal(["plan 0"], await plane.JobsAsync());
    }

    [Fact]
    public async Task A_sync_without_a_change_does_nothing()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await ReasonTests.CommitAsync(plane);
        plane.Client.Reset();

        await plane.EditAsync(spec => spec);
        await plane.AnnotateAsync("argocd.argoproj.io/tracking-id", "x");
        await plane.SettleAsync();

        Assert.Equal(0, plane.Client.Writes);
    }

    [Fact]
    public async Task An_upgraded_operator_keeps_the_image_of_a_run_under_way_and_gives_new_runs_its_own()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();
        await plane.EndAsync("plan", Planned());

        await plane.RestartAsync(Options with { RunnerImage = "runner:2" });
        await plane.SettleAsync();
        await plane.EndAsync("s00000", Embedded(0));
        await plane.EndAsync("s00001", Embedded(1));
        Assert.Equal("runner:1", (await plane.JobAsync("commit")).Spec.Template.Spec.Containers[0].Image);
        await plane.EndAsync("commit", Committed());

        await plane.AnnotateAsync(ApiGroup.RerunAnnotation, "again");
        await plane.SettleAsync();
        Assert.Equal("runner:2", (await plane.JobAsync("plan")).Spec.Template.Spec.Containers[0].Image);
    }

    [Fact]
    public async Task A_restarted_operator_starts_nothing_for_a_run_that_is_over()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await ReasonTests.CommitAsync(plane);
        plane.Client.Reset();

        await plane.RestartAsync();
        await plane.SettleAsync();

        Assert.Equal(0, plane.Client.Writes);
        Assert.Equal(TimeSpan.FromHours(1), plane.Wake);
    }

    [Fact]
    public async Task A_value_of_the_rerun_annotation_starts_one_run_however_long_it_is()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await ReasonTests.CommitAsync(plane);

        await plane.AnnotateAsync(ApiGroup.RerunAnnotation, new string('r', 1000));
        await plane.SettleAsync();
        var job = await plane.EndAsync("plan", Planned(upToDate: true));
        await plane.SettleAsync();

        Assert.Equal(2, job.Status!.Runs!.Count);
        Assert.StartsWith("rerun:rrr", job.Status.Run!.Trigger, StringComparison.Ordinal);
    }

    private static Task Eventually(string what, SteppedOperator plane, int jobs) =>
        Kubernetes.Tests.Support.Eventually.HoldsAsync(what, () => plane.ListAsync<V1Job>(), list => list.Count == jobs);
}
