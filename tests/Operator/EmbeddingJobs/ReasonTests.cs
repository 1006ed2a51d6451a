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

/// <summary>Every reason of the conditions, brought about in a cluster: what Ready, Reconciling and Stalled say, and what users are told.</summary>
public sealed class ReasonTests
{
    [Fact]
    public async Task Running_while_a_run_is_under_way()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec);

        Expect(await plane.SettleAsync(), ready: (ConditionStatus.False, RunReasons.Running), reconciling: true);
        Assert.Single(plane.Events.Of(RunEvents.RunStarted));
    }

    [Fact]
    public async Task Committed_when_the_run_made_a_version()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await CommitAsync(plane);

        Expect(await plane.ObjectAsync(), ready: (ConditionStatus.True, EmbeddingJobReasons.Committed));
        Assert.Equal(["v000003: 24 chunks of 18 rows, 2 rejected"], plane.Events.Of(EmbeddingJobReasons.Committed));
    }

    [Fact]
    public async Task UpToDate_when_the_plan_finds_the_content_in_the_last_version()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();

        Expect(await plane.EndAsync("plan", Planned(upToDate: true)), ready: (ConditionStatus.True, RunReasons.UpToDate));
        Assert.Single(plane.Events.Of(RunReasons.UpToDate));
    }

    [Fact]
    public async Task Suspended_while_the_spec_says_so()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec with { Suspend = true });

        Expect(await plane.SettleAsync(), ready: (ConditionStatus.False, RunReasons.Suspended));
        Assert.Empty(await plane.JobsAsync());
        Assert.Single(plane.Events.Of(RunEvents.Suspended));
    }

    [Fact]
    public async Task InvalidSpec_when_a_rule_is_broken_that_no_server_can_judge()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec with { Schedule = new RunSchedule { Cron = "0 2 31 2 *", TimeZone = "Europe/Berln" } });

        var job = await plane.SettleAsync();

        Expect(job, ready: (ConditionStatus.False, RunReasons.Failed), stalled: RunReasons.InvalidSpec);
        Assert.Equal(
            "spec.schedule.cron (0 2 31 2 *) cannot be used: day of month (field 3 of 5), position 5: no month of \"2\" has a day \"31\", so the time never comes; "
            + "spec.schedule.timeZone (Europe/Berln) cannot be used: there is no such time zone; did you mean Europe/Berlin?",
            Condition(job, RunConditions.Stalled).Message);
        Assert.Empty(await plane.JobsAsync());
        Assert.Null(plane.Wake);

        await plane.EditAsync(spec => spec with { Schedule = new RunSchedule { Cron = "0 2 * * *", TimeZone = "Europe/Berlin" } });
        Expect(await plane.SettleAsync(), ready: (ConditionStatus.False, RunReasons.Running), reconciling: true);
        Assert.Equal(["plan 0"], await plane.JobsAsync());
    }

    [Fact]
    public async Task InvalidSpec_when_the_operator_does_not_allow_the_image()
    {
        await using var plane = await SteppedOperator.StartAsync(Options with { AllowedImages = ["registry.example/team"] });
        await plane.ApplyAsync(Spec with { Runner = Spec.Runner with { Image = "registry.example/team-evil/runner:1" } });

        var job = await plane.SettleAsync();

        Expect(job, ready: (ConditionStatus.False, RunReasons.Failed), stalled: RunReasons.InvalidSpec);
        Assert.StartsWith(
            "spec.runner.image (registry.example/team-evil/runner:1) is not below an allowed prefix (registry.example/team)",
            Condition(job, RunConditions.Stalled).Message,
            StringComparison.Ordinal);
        Assert.Empty(await plane.JobsAsync());
    }

    [Fact]
    public async Task InvalidSpec_though_the_run_before_is_committed()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await CommitAsync(plane);

        await plane.EditAsync(spec => spec with { Schedule = new RunSchedule { Cron = "at noon" } });
        Expect(await plane.SettleAsync(), ready: (ConditionStatus.False, RunReasons.Failed), stalled: RunReasons.InvalidSpec);
        Assert.Equal("v000003", (await plane.ObjectAsync()).Status!.Version);

        await plane.EditAsync(spec => spec with { Schedule = null });
        Expect(await plane.SettleAsync(), ready: (ConditionStatus.True, EmbeddingJobReasons.Committed));
    }

    [Theory]
    [InlineData(TaskErrorReasons.InputRejected)]
    [InlineData(TaskErrorReasons.StoreRefused)]
    [InlineData(TaskErrorReasons.InvalidSpec)]
    public async Task A_refusal_has_the_reason_that_the_task_gives(string reason)
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();

        var job = await plane.ExitAsync("plan", TaskExitCodes.Refused, Refused("plan", reason).Result);

        Expect(job, ready: (ConditionStatus.False, RunReasons.Failed), stalled: reason);
        Assert.Single(plane.Events.Of(reason));
        Assert.Equal(reason, Assert.Single(job.Status!.Runs!).Result);
    }

    [Fact]
    public async Task RetriesExhausted_when_a_task_failed_too_often()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec with { MaxRetriesPerShard = 1 });
        await plane.SettleAsync();

        await plane.ExitAsync("plan", TaskExitCodes.Retry);
        Assert.Equal(TimeSpan.FromSeconds(10), plane.Wake);
        await plane.AdvanceAsync(TimeSpan.FromSeconds(10));
        var job = await plane.ExitAsync("plan", TaskExitCodes.Retry, attempt: 1);

        Expect(job, ready: (ConditionStatus.False, RunReasons.Failed), stalled: RunReasons.RetriesExhausted);
        Assert.Equal(2, plane.Events.Of(RunEvents.TaskFailed).Count());
    }

    [Fact]
    public async Task RetriesExhausted_when_results_are_lost_again_and_again()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();

        for (var attempt = 0; attempt < 3; attempt++)
        {
            await plane.ExitAsync("plan", TaskExitCodes.Succeeded, attempt: attempt);
            await plane.AdvanceAsync(TimeSpan.FromMinutes(1));
        }

        var job = await plane.ObjectAsync();
        Expect(job, ready: (ConditionStatus.False, RunReasons.Failed), stalled: RunReasons.RetriesExhausted);
        Assert.Contains("completed 3 times in a row and its result was lost each time", Condition(job, RunConditions.Stalled).Message, StringComparison.Ordinal);
        Assert.Equal(3, plane.Events.Of(RunEvents.TaskResultLost).Count());
    }

    [Fact]
    public async Task DeadlineExceeded_when_the_run_takes_too_long()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec with { ActiveDeadlineSeconds = 60 });
        await plane.SettleAsync();
        await plane.Node.RunAsync(await plane.JobAsync("plan"));
        await plane.SettleAsync();
        Assert.Equal(TimeSpan.FromSeconds(60), plane.Wake);

        Expect(await plane.AdvanceAsync(TimeSpan.FromSeconds(60)), ready: (ConditionStatus.False, RunReasons.Failed), stalled: RunReasons.DeadlineExceeded);
        Assert.Empty(await plane.JobsAsync());
    }

    [Theory]
    [InlineData("ErrImagePull")]
    [InlineData("ImagePullBackOff")]
    [InlineData("InvalidImageName")]
    [InlineData("ErrImageNeverPull")]
    [InlineData("CreateContainerConfigError")]
    [InlineData("CreateContainerError")]
    [InlineData("RunContainerError")]
    public async Task PodStartTimeout_when_image_or_configuration_keep_a_pod_from_starting(string reason)
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec with { PodStartTimeoutSeconds = 120 });
        await plane.SettleAsync();
        await plane.AdvanceAsync(TimeSpan.FromHours(1));
        await plane.Node.HoldAsync(await plane.JobAsync("plan"), reason, "as the kubelet says");

        var job = await plane.SettleAsync();
        Expect(job, ready: (ConditionStatus.False, RunReasons.Running), reconciling: true);
        Assert.EndsWith($"a pod does not start: {reason}: as the kubelet says", Condition(job, RunConditions.Ready).Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(120), plane.Wake);

        job = await plane.AdvanceAsync(TimeSpan.FromSeconds(120));
        Expect(job, ready: (ConditionStatus.False, RunReasons.Failed), stalled: RunReasons.PodStartTimeout);
        Assert.Contains($"did not start within spec.podStartTimeoutSeconds (120): {reason}", Condition(job, RunConditions.Stalled).Message, StringComparison.Ordinal);
        Assert.Empty(await plane.JobsAsync());
    }

    [Fact]
    public async Task A_pod_that_finds_no_node_is_shown_and_never_failed()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec with { PodStartTimeoutSeconds = 1 });
        await plane.SettleAsync();
        var pod = await plane.Node.CreatePodAsync(await plane.JobAsync("plan"));
        await plane.Node.StatusAsync(pod, new V1PodStatus
        {
            Phase = "Pending",
            Conditions = [new V1PodCondition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = "0/3 nodes are available: 3 Insufficient cpu." }],
        });

        await plane.SettleAsync();
        var job = await plane.AdvanceAsync(TimeSpan.FromDays(3));

        Expect(job, ready: (ConditionStatus.False, RunReasons.Running), reconciling: true);
        var name = (await plane.JobAsync("plan")).Metadata.Name;
        var message = $"a pod does not start: Unschedulable: 0/3 nodes are available: 3 Insufficient cpu. (after an edit of spec.runner delete Job {name}: it is made again)";
        Assert.EndsWith(message, Condition(job, RunConditions.Ready).Message, StringComparison.Ordinal);
        Assert.Equal([message], plane.Events.Of(RunEvents.PodNotStarting));
        Assert.Null(plane.Wake);
    }

    [Theory]
    [InlineData(null, "the cluster has not made a pod for Job {0} yet; see kubectl describe job {0}")]
    [InlineData("batch", "Job {0} waits in queue batch")]
    public async Task A_Job_without_a_pod_is_shown_after_half_a_minute(string? queue, string message)
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec with { QueueName = queue });
        await plane.SettleAsync();
        var name = (await plane.JobAsync("plan")).Metadata.Name!;
        Assert.Equal(TimeSpan.FromSeconds(30), plane.Wake);

        var job = await plane.AdvanceAsync(TimeSpan.FromSeconds(30));

        Assert.EndsWith(message.Replace("{0}", name, StringComparison.Ordinal), Condition(job, RunConditions.Ready).Message, StringComparison.Ordinal);
        Assert.Equal(["plan 0"], await plane.JobsAsync());
        Assert.Null(plane.Wake);
    }

    [Fact]
    public async Task ChildRejected_while_the_server_refuses_a_child()
    {
        await using var plane = await SteppedOperator.StartAsync();
        plane.Client.RefuseCreate = child => child is V1Job ? new KubernetesException(403, "Forbidden", "jobs.batch \"x\" is forbidden: exceeded quota: small") : null;
        await plane.ApplyAsync(Spec);

        var job = await plane.PassAsync();
        Expect(job, ready: (ConditionStatus.False, RunReasons.Failed), stalled: RunReasons.ChildRejected);
        Assert.Equal(TimeSpan.FromMinutes(1), plane.Wake);
        await plane.PassAsync();
        Assert.Single(plane.Events.Of(RunReasons.ChildRejected));

        plane.Client.RefuseCreate = _ => null;
        Expect(await plane.SettleAsync(), ready: (ConditionStatus.False, RunReasons.Running), reconciling: true);
    }

    [Fact]
    public async Task ChildRejected_after_a_part_of_the_shards_counts_those_that_were_started()
    {
        await using var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();
        plane.Client.RefuseCreate = child => child is V1Job && child.Metadata.Name!.Contains("-s00001-", StringComparison.Ordinal) ? new KubernetesException(403, "Forbidden", "exceeded quota") : null;
        await plane.Node.EndAsync(await plane.JobAsync("plan"), Planned().Result);

        var job = await plane.PassAsync();

        Expect(job, ready: (ConditionStatus.False, RunReasons.Failed), stalled: RunReasons.ChildRejected);
        Assert.Equal((2, 1), (job.Status!.Shards!.Total, job.Status.Shards.Active));
        plane.Client.RefuseCreate = _ => null;
        Assert.Equal(2, (await plane.SettleAsync()).Status!.Shards!.Active);
    }

    internal static async Task CommitAsync(SteppedOperator plane)
    {
        if ((await plane.ListAsync<EmbeddingJob>()).Count == 0)
        {
            await plane.ApplyAsync(Spec);
        }

        await plane.SettleAsync();
        await plane.EndAsync("plan", Planned());
        await plane.EndAsync("s00000", Embedded(0));
        await plane.EndAsync("s00001", Embedded(1));
        await plane.EndAsync("commit", Committed());
    }

    private static void Expect(EmbeddingJob job, (ConditionStatus Status, string Reason) ready, bool reconciling = false, string? stalled = null)
    {
        Assert.Equal(ready, (Condition(job, RunConditions.Ready).Status, Condition(job, RunConditions.Ready).Reason));
        Assert.Equal(reconciling ? ConditionStatus.True : ConditionStatus.False, Condition(job, RunConditions.Reconciling).Status);
        Assert.Equal(
            (stalled is null ? ConditionStatus.False : ConditionStatus.True, stalled ?? RunReasons.NotStalled),
            (Condition(job, RunConditions.Stalled).Status, Condition(job, RunConditions.Stalled).Reason));
        Assert.All(job.Status!.Conditions!, condition => Assert.Equal(job.Metadata.Generation, condition.ObservedGeneration));
    }

    private static V1Condition Condition(EmbeddingJob job, string type) => job.Status!.Conditions!.Single(condition => condition.Type == type);
}
