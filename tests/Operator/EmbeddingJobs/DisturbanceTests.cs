using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Runs;
using TextOps.Operator.Tests.Support;
using static TextOps.Operator.Tests.EmbeddingJobs.Examples;

namespace TextOps.Operator.Tests.EmbeddingJobs;

/// <summary>What others do to a run's Jobs and pods, and what a slow informer does to a pass.</summary>
public sealed class DisturbanceTests
{
    [Fact]
    public async Task A_Job_that_somebody_deletes_is_followed_by_the_next_attempt_when_its_pod_is_gone()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();
        await plane.EndAsync("plan", Planned());
        var job = await plane.JobAsync("s00000");
        var pod = await plane.Node.RunAsync(job);
        await plane.SettleAsync();

        await plane.DeleteAsync<V1Job>(job.Metadata.Name!);
        await plane.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(["plan 0", "s00001 0"], await plane.JobsAsync());
        await plane.DeleteAsync<V1Pod>(pod, grace: 0);
        await plane.SettleAsync();
        await plane.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(["plan 0", "s00000 1", "s00001 0"], await plane.JobsAsync());
    }

    [Fact]
    public async Task A_plan_whose_Job_somebody_deletes_is_planned_again_while_its_shards_go_on()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();
        await plane.EndAsync("plan", Planned());

        await plane.DeleteAsync<V1Job>((await plane.JobAsync("plan")).Metadata.Name!);
        await plane.SettleAsync();
        await plane.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(["plan 1", "s00000 0", "s00001 0"], await plane.JobsAsync());

        await plane.EndAsync("plan", Planned(), attempt: 1);
        await plane.EndAsync("s00000", Embedded(0));
        await plane.EndAsync("s00001", Embedded(1));
        Assert.Equal(EmbeddingJobReasons.Committed, (await plane.EndAsync("commit", Committed())).Status!.Run!.Result);
    }

    [Fact]
    public async Task A_pod_on_a_node_that_is_lost_is_not_waited_for_longer_than_its_grace()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();
        var job = await plane.JobAsync("plan");
        var pod = await plane.Node.RunAsync(job);
        await plane.SettleAsync();
        await plane.DeleteAsync<V1Pod>(pod);
        await plane.Node.StatusAsync(pod, new V1PodStatus { Phase = "Unknown" });
        await plane.Node.EndJobAsync(job, "Failed", "BackoffLimitExceeded");

        await plane.SettleAsync();
        Assert.Equal(["plan 0"], await plane.JobsAsync());
        Assert.Equal(TimeSpan.FromSeconds(60), plane.Wake);

        await plane.AdvanceAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(["plan 0", "plan 1"], await plane.JobsAsync());
        Assert.Single(plane.Events.Of(RunEvents.TaskDisrupted));
    }

    [Fact]
    public async Task A_drained_node_is_one_event_for_all_its_pods()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec with { MaxRetriesPerShard = 0 });
        await plane.SettleAsync();
        await plane.EndAsync("plan", Planned());
        foreach (var part in new[] { "s00000", "s00001" })
        {
            var pod = await plane.Node.CreatePodAsync(await plane.JobAsync(part));
            await plane.Node.StatusAsync(pod, new V1PodStatus { Phase = "Failed", Reason = "Evicted", Message = "The node was low on resource: memory." });
        }

        await plane.SettleAsync();
        Assert.EndsWith("s00000-a0 (and 1 more): The node was low on resource: memory.", Assert.Single(plane.Events.Of(RunEvents.TaskDisrupted)), StringComparison.Ordinal);
        await plane.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(["plan 0", "s00000 0", "s00000 1", "s00001 0", "s00001 1"], await plane.JobsAsync());
    }

    [Fact]
    public async Task A_pass_that_does_not_yet_see_what_the_last_one_wrote_does_not_write_it_again()
    {
        await using var plane = await SteppedOperator.StartAsync();
        var news = new TaskCompletionSource();
        plane.Client.Delay = entity => entity is V1Job ? news.Task : Task.CompletedTask;
        await plane.ApplyAsync(Spec);
        await plane.PassWithOldNewsAsync();
        plane.Client.Reset();

        await plane.PassWithOldNewsAsync();
        await plane.PassWithOldNewsAsync();
        Assert.Empty(plane.Client.Calls);

        // The Job's end comes, and the annotation that keeps it does not.
        news.SetResult();
        await plane.SettleAsync();
        await plane.Node.EndAsync(await plane.JobAsync("plan"), null, TaskExitCodes.Retry);
        await Kubernetes.Tests.Support.Eventually.HoldsAsync("the end is known", async () => (await plane.PassAsync()).Status!.Conditions![0].Message, message => message.Contains("exit code 3", StringComparison.Ordinal));
        await plane.PassAsync();
        Assert.Equal(1, plane.Client.Calls["patch Job"]);
        Assert.Single(plane.Events.Of(RunEvents.TaskFailed));
    }

    [Fact]
    public async Task A_Job_that_was_created_and_never_shows_up_is_created_again()
    {
        await using var plane = await SteppedOperator.StartAsync();
        var never = new TaskCompletionSource();
        plane.Client.Delay = entity => entity is V1Job ? never.Task : Task.CompletedTask;
        await plane.ApplyAsync(Spec);
        await plane.PassWithOldNewsAsync();
        await plane.PassWithOldNewsAsync();
        Assert.Equal((1, TimeSpan.FromSeconds(30)), (plane.Client.Calls["create Job"], plane.Wake));

        plane.Time.Advance(TimeSpan.FromSeconds(30));
        await plane.PassWithOldNewsAsync();

        Assert.Equal(2, plane.Client.Calls["create Job"]);
        Assert.Equal(["plan 0"], await plane.JobsAsync());
    }

    [Fact]
    public async Task The_pods_of_a_failed_run_end_when_the_status_holds_the_failure()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();
        await plane.EndAsync("plan", Planned());
        await plane.Node.EndAsync(await plane.JobAsync("s00000"), Refused("s00000", "InputRejected").Result, TaskExitCodes.Refused);

        var job = await plane.PassAsync();
        Assert.Equal("InputRejected", job.Status!.Run!.Result);
        Assert.Equal(["plan 0", "s00000 0", "s00001 0"], await plane.JobsAsync());

        await plane.SettleAsync();
        Assert.Equal(["plan 0", "s00000 0"], await plane.JobsAsync());
    }

    [Fact]
    public async Task Children_outlive_their_time_as_long_as_the_end_is_not_in_the_status()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec with { TtlSecondsAfterFinished = 0 });
        await plane.SettleAsync();
        await plane.Node.EndAsync(await plane.JobAsync("plan"), Planned(upToDate: true).Result);

        var job = await plane.PassAsync();
        Assert.Equal((RunReasons.UpToDate, TimeSpan.Zero), (job.Status!.Run!.Result, plane.Wake));
        Assert.Equal(["plan 0"], await plane.JobsAsync());

        await plane.SettleAsync();
        Assert.Empty(await plane.JobsAsync());
        Assert.Null(plane.Wake);
    }
}
