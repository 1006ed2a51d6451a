using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Runs;
using TextOps.Operator.Tests.Support;
using static TextOps.Operator.Tests.EmbeddingJobs.Examples;

namespace TextOps.Operator.Tests.EmbeddingJobs;

/// <summary>The controller in a cluster: what it creates, reports and removes while Jobs come and go.</summary>
public sealed class EmbeddingJobControllerTests
{
    [Fact]
    public async Task A_run_goes_from_plan_over_shards_to_commit_and_tells_so_in_events()
    {
        await using var fixture = await OperatorFixture.StartAsync();
        await fixture.ApplyAsync(Spec);

        await fixture.EndAsync("plan", Planned().Result);
        await fixture.EndAsync("s00001", Embedded(1).Result);
        await fixture.EndAsync("s00000", Embedded(0).Result);
        await fixture.EndAsync("commit", Committed().Result);

        var status = (await fixture.ReadyAsync(EmbeddingJobReasons.Committed)).Status!;
        Assert.Equal(("v000003", "file:///store/v3", 24L, "100%", 2L), (status.Version, status.Output, status.Chunks, status.Progress, status.Rejected));
        Assert.Equal((2, 2, 0), (status.Shards!.Total, status.Shards.Succeeded, status.Shards.Active));
        Assert.Equal(4, (await fixture.JobsAsync()).Count);
        Assert.InRange(fixture.Client.StatusWrites, 4, 12);
        var events = await OperatorFixture.EventuallyAsync("events", fixture.ListAsync<V1Event>, list => list.Any(news => news.Reason == EmbeddingJobReasons.Committed));
        Assert.Contains(events, news => news is { Reason: RunEvents.RunStarted, Type: "Normal" });
        Assert.All(events, news => Assert.Equal(("tickets", "EmbeddingJob"), (news.InvolvedObject!.Name, news.InvolvedObject.Kind)));
    }

    [Fact]
    public async Task An_operator_that_starts_anew_at_each_step_goes_on_where_the_last_one_was()
    {
        await using var fixture = await OperatorFixture.StartAsync();
        await fixture.ApplyAsync(Spec);
        foreach (var (part, result) in new[] { ("plan", Planned()), ("s00000", Embedded(0)), ("s00001", Embedded(1)), ("commit", Committed()) })
        {
            await fixture.JobAsync(part);
            await fixture.RestartOperatorAsync();
            await fixture.JobAsync(part);
            await fixture.StopOperatorAsync();
            await fixture.EndAsync(part, result.Result);
            await fixture.StartOperatorAsync();
        }

        var job = await fixture.ReadyAsync(EmbeddingJobReasons.Committed);
        Assert.Single(job.Status!.Runs!);
        Assert.Equal(["commit 0", "plan 0", "s00000 0", "s00001 0"],
            (await fixture.JobsAsync()).Select(child => $"{child.Metadata.Labels![ApiGroup.PartLabel]} {child.Metadata.Labels[ApiGroup.AttemptLabel]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_result_is_kept_in_the_Job_so_that_the_pod_may_go()
    {
        await using var fixture = await OperatorFixture.StartAsync();
        await fixture.ApplyAsync(Spec);

        var pod = await fixture.EndAsync("plan", Planned().Result);
        await OperatorFixture.EventuallyAsync("the result", () => fixture.JobAsync("plan"), job => job.Metadata.Annotations?.ContainsKey(ApiGroup.ResultAnnotation) == true);
        await fixture.StopOperatorAsync();
        await fixture.DeletePodAsync(pod);
        await fixture.StartOperatorAsync();

        await fixture.JobAsync("s00000");
        Assert.Equal("Succeeded", (await fixture.JobAsync("plan")).Metadata.Annotations![ApiGroup.OutcomeAnnotation]);
        Assert.Single(await fixture.JobsAsync(), job => job.Metadata.Labels![ApiGroup.PartLabel] == "plan");
    }

    [Theory]
    [InlineData(TaskExitCodes.Succeeded)]
    [InlineData(TaskExitCodes.Refused)]
    public async Task A_Job_whose_end_is_known_before_its_pod_s_is_judged_by_its_pod(int exitCode)
    {
        await using var fixture = await OperatorFixture.StartAsync();
        var never = new TaskCompletionSource().Task;
        fixture.Client.Delay = entity => entity is V1Pod ? never : Task.CompletedTask;
        await fixture.ApplyAsync(Spec);

        await fixture.EndAsync("plan", (exitCode == 0 ? Planned(upToDate: true) : Refused("plan", "InputRejected")).Result, exitCode);

        var job = await fixture.ReadyAsync(exitCode == 0 ? RunReasons.UpToDate : RunReasons.Failed);
        Assert.Equal(exitCode == 0 ? RunReasons.NotStalled : "InputRejected", Condition(job, RunConditions.Stalled).Reason);
        Assert.Single(await fixture.JobsAsync());
    }

    [Fact]
    public async Task A_task_whose_result_was_lost_with_its_pod_is_done_again()
    {
        await using var fixture = await OperatorFixture.StartAsync();
        await fixture.ApplyAsync(Spec with { MaxRetriesPerShard = 0 });
        await fixture.JobAsync("plan");

        await fixture.StopOperatorAsync();
        await fixture.DeletePodAsync(await fixture.EndAsync("plan", Planned().Result));
        await fixture.StartOperatorAsync();

        await fixture.EndAsync("plan", Planned(upToDate: true).Result, attempt: 1);
        await fixture.ReadyAsync(RunReasons.UpToDate);
    }

    [Fact]
    public async Task Failures_are_retried_with_an_event_each_until_the_limit()
    {
        await using var fixture = await OperatorFixture.StartAsync();
        await fixture.ApplyAsync(Spec with { MaxRetriesPerShard = 1 });

        await fixture.EndAsync("plan", null, TaskExitCodes.Retry);
        await fixture.EndAsync("plan", null, TaskExitCodes.Retry, attempt: 1);

        var stalled = Condition(await fixture.ReadyAsync(RunReasons.Failed), RunConditions.Stalled);
        Assert.Equal((ConditionStatus.True, RunReasons.RetriesExhausted), (stalled.Status, stalled.Reason));
        Assert.Contains("exit code 3", stalled.Message, StringComparison.Ordinal);
        await OperatorFixture.EventuallyAsync("events", fixture.ListAsync<V1Event>, list => list.Count(news => news is { Reason: "TaskFailed", Type: "Warning" }) == 2);
    }

    [Fact]
    public async Task A_child_that_the_server_refuses_stalls_the_object_until_it_is_taken()
    {
        await using var fixture = await OperatorFixture.StartAsync();
        fixture.Client.RefuseCreate = child => child is V1Job ? new KubernetesException(422, "Invalid", "Job.batch \"x\" is invalid: spec.template: no") : null;
        await fixture.ApplyAsync(Spec);

        var stalled = Condition(await fixture.ReadyAsync(RunReasons.Failed), RunConditions.Stalled);
        Assert.Equal((ConditionStatus.True, RunReasons.ChildRejected), (stalled.Status, stalled.Reason));
        Assert.Equal("the API server refused a child: Job.batch \"x\" is invalid: spec.template: no", stalled.Message);

        fixture.Client.RefuseCreate = _ => null;
        await fixture.TouchAsync("again");
        var running = await fixture.ReadyAsync(RunReasons.Running);
        Assert.Equal(ConditionStatus.False, Condition(running, RunConditions.Stalled).Status);
        await fixture.JobAsync("plan");
    }

    [Fact]
    public async Task A_pass_that_finds_nothing_new_writes_nothing()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();
        var job = await plane.EndAsync("plan", Planned(upToDate: true));
        Assert.Equal(RunReasons.UpToDate, Condition(job, RunConditions.Ready).Reason);
        var writes = plane.Client.Writes;

        for (var pass = 0; pass < 3; pass++)
        {
            await plane.PassAsync();
        }

        Assert.Equal(writes, plane.Client.Writes);
        Assert.Equal(job.Metadata.ResourceVersion, (await plane.ObjectAsync()).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Deleting_the_object_takes_all_its_children_along()
    {
        await using var fixture = await OperatorFixture.StartAsync();
        await fixture.ApplyAsync(Spec);
        await fixture.EndAsync("plan", Planned().Result);
        await fixture.JobAsync("s00000");
        Assert.NotEmpty(await fixture.ListAsync<V1ConfigMap>());

        await fixture.DeleteAsync();

        await GoneAsync<V1Job>(fixture);
        await GoneAsync<V1Pod>(fixture);
        await GoneAsync<V1ConfigMap>(fixture);
    }

    [Fact]
    public async Task Children_go_when_they_have_lived_their_time_and_the_object_stays()
    {
        await using var fixture = await OperatorFixture.StartAsync();
        await fixture.ApplyAsync(Spec with { TtlSecondsAfterFinished = 2 });
        await fixture.EndAsync("plan", Planned(upToDate: true).Result);
        await fixture.ReadyAsync(RunReasons.UpToDate);
        Assert.Single(await fixture.JobsAsync());

        await GoneAsync<V1Job>(fixture);
        await GoneAsync<V1Pod>(fixture);
        await GoneAsync<V1ConfigMap>(fixture);
        Assert.Equal("v000003", (await fixture.ReadyAsync(RunReasons.UpToDate)).Status!.Version);
        Assert.Empty(await fixture.JobsAsync());
    }

    [Fact]
    public async Task Suspending_ends_the_running_Jobs_and_resuming_starts_them_again()
    {
        await using var fixture = await OperatorFixture.StartAsync();
        await fixture.ApplyAsync(Spec);
        await fixture.EndAsync("plan", Planned().Result);
        await fixture.RunAsync("s00000");
        var first = await fixture.JobAsync("s00001");

        await fixture.SuspendAsync(true);
        await fixture.ReadyAsync(RunReasons.Suspended);
        await OperatorFixture.EventuallyAsync("only the plan is left", fixture.JobsAsync, jobs => jobs.Count == 1);
        var pods = await OperatorFixture.EventuallyAsync("the pod ends", fixture.ListAsync<V1Pod>, list => list.Any(pod => pod.Metadata.DeletionTimestamp is not null));
        await fixture.DeletePodAsync(pods.Single(pod => pod.Metadata.DeletionTimestamp is not null).Metadata.Name!);

        await fixture.SuspendAsync(false);
        var again = await fixture.JobAsync("s00001", attempt: 1);
        Assert.Equal(first.Metadata.Labels![ApiGroup.RunLabel], again.Metadata.Labels![ApiGroup.RunLabel]);
    }

    private static Task GoneAsync<T>(OperatorFixture fixture) where T : class, IKubernetesObject =>
        OperatorFixture.EventuallyAsync($"no {typeof(T).Name} is left", fixture.ListAsync<T>, list => list.Count == 0);

    private static V1Condition Condition(EmbeddingJob job, string type) => job.Status!.Conditions!.Single(condition => condition.Type == type);
}
