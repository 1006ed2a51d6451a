using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Operator.EmbeddingJobs;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;
using static TextOps.Operator.Tests.EmbeddingJobs.Examples;

namespace TextOps.Operator.Tests.EmbeddingJobs;

public sealed class EmbeddingJobDecisionTests
{
    [Fact]
    public void A_new_object_starts_a_run_by_planning()
    {
        var plan = Decide(Snapshot());

        var task = Assert.Single(plan.Start);
        Assert.Equal(("plan", 0), (task.Part, task.Attempt));
        Assert.Equal("default.tickets", task.Document.Output.Name);
        Assert.Equal("file:///store", task.Document.Output.Uri);
        Assert.Equal((RunReasons.Running, true), (plan.Reason, plan.Reconciling));
        Assert.Equal("spec", plan.Run!.Trigger);
        Assert.Equal("runner:1", plan.Run.Image);
    }

    [Fact]
    public void While_planning_nothing_else_is_started()
    {
        Assert.Empty(Decide(Snapshot(Running(), Attempt("plan", TaskState.Active))).Start);
    }

    [Fact]
    public void A_plan_that_finds_the_version_current_ends_the_run_without_shards()
    {
        var seen = Snapshot(Running(), Planned(upToDate: true));
        var plan = Decide(seen);

        Assert.Equal(RunReasons.UpToDate, plan.Reason);
        Assert.Empty(plan.Start);
        Assert.Equal("v000003", plan.Version);
        Assert.Equal(9, EmbeddingJobTally.Of(seen, plan, Now).Counts.Chunks);
        Assert.NotNull(plan.Run!.CompletionTime);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 3)]
    public void Shards_start_within_the_parallelism(int parallelism, int started)
    {
        var job = Running() with { Spec = Spec with { Parallelism = parallelism } };

        var plan = Decide(Snapshot(job, Planned(shards: 3)));

        Assert.Equal(started, plan.Start.Count);
        Assert.All(plan.Start, task => Assert.Equal("embed", task.Verb));
    }

    [Fact]
    public void A_finished_shard_makes_room_for_the_next()
    {
        var job = Running() with { Spec = Spec with { Parallelism = 2 } };

        var seen = Snapshot(job, Planned(shards: 3), Embedded(0), Attempt("s00001", TaskState.Active));
        var plan = Decide(seen);

        Assert.Equal("s00002", Assert.Single(plan.Start).Part);
        var shards = EmbeddingJobTally.Of(seen, plan, Now).Shards!;
        Assert.Equal((3, 2, 1), (shards.Total, shards.Active, shards.Succeeded));
    }

    [Fact]
    public void The_commit_starts_when_all_shards_are_done_and_ends_the_run()
    {
        var commit = Decide(Snapshot(Running(), Planned(), Embedded(0), Embedded(1)));
        Assert.Equal("commit", Assert.Single(commit.Start).Part);

        var seen = Snapshot(Running(), Planned(), Embedded(0), Embedded(1), Committed());
        var end = Decide(seen);
        Assert.Equal((EmbeddingJobReasons.Committed, "v000003", false), (end.Reason, end.Version, end.Reconciling));
        var counts = EmbeddingJobTally.Of(seen, end, Now).Counts;
        Assert.Equal((20L, 24L, 2L), (counts.Rows, counts.Chunks, counts.Rejected));
    }

    [Fact]
    public void A_refused_task_stalls_with_its_own_reason_and_ends_its_siblings()
    {
        var seen = Snapshot(Running(), Planned(), Refused("s00000", "InputRejected"), Attempt("s00001", TaskState.Active));
        var plan = Decide(seen);

        Assert.Equal(("Failed", "InputRejected"), (plan.Reason, plan.Stalled));
        Assert.Contains("does not exist", plan.Message, StringComparison.Ordinal);
        Assert.NotNull(plan.Run!.CompletionTime);
        Assert.Empty(plan.Delete);
        Assert.Equal(TimeSpan.Zero, plan.WakeAfter);
        Assert.Equal(["tickets-s00001-a0"], Decide(seen with { Job = After(seen, plan) }).Delete);
    }

    [Fact]
    public void A_failed_task_is_tried_again_after_a_back_off_that_doubles()
    {
        var first = Decide(Snapshot(Running(), Attempt("plan", TaskState.Failed)));
        Assert.Empty(first.Start);
        Assert.Equal(TimeSpan.FromSeconds(10), first.WakeAfter);

        var due = Decide(Snapshot(Running(), Attempt("plan", TaskState.Failed)), Now.AddSeconds(10));
        Assert.Equal(1, Assert.Single(due.Start).Attempt);

        var second = Decide(Snapshot(Running(), Attempt("plan", TaskState.Failed), Attempt("plan", TaskState.Failed, 1)));
        Assert.Equal(TimeSpan.FromSeconds(20), second.WakeAfter);
    }

    [Fact]
    public void Failures_beyond_the_limit_stall_as_RetriesExhausted()
    {
        var job = Running() with { Spec = Spec with { MaxRetriesPerShard = 1 } };

        var plan = Decide(Snapshot(job, Attempt("plan", TaskState.Failed), Attempt("plan", TaskState.Failed, 1)));

        Assert.Equal(RunReasons.RetriesExhausted, plan.Stalled);
        Assert.Contains("exit code 3", plan.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Disruptions_do_not_count_as_failures()
    {
        var job = Running() with { Spec = Spec with { MaxRetriesPerShard = 0 } };
        var disrupted = Enumerable.Range(0, 5).Select(number => Attempt("plan", TaskState.Disrupted, number)).ToArray();

        Assert.Equal(5, Assert.Single(Decide(Snapshot(job, disrupted), Now.AddMinutes(1)).Start).Attempt);
    }

    [Fact]
    public void Suspending_ends_what_runs_and_resuming_goes_on_with_the_same_run()
    {
        var suspended = Running() with { Spec = Spec with { Suspend = true } };

        var stop = Decide(Snapshot(suspended, Planned(), Embedded(0), Attempt("s00001", TaskState.Active)));
        Assert.Equal((RunReasons.Suspended, false), (stop.Reason, stop.Reconciling));
        Assert.Equal(["tickets-s00001-a0"], stop.Delete);
        Assert.Null(stop.Run!.CompletionTime);

        var waiting = Decide(Snapshot(Running(), Planned(), Embedded(0), Attempt("s00001", TaskState.Terminating)));
        Assert.Empty(waiting.Start);

        var resumed = Decide(Snapshot(Running(), Planned(), Embedded(0)));
        Assert.Equal(("s00001", 0), (Assert.Single(resumed.Start).Part, resumed.Start[0].Attempt));
        Assert.Equal(stop.Run.Id, resumed.Run!.Id);
    }

    [Fact]
    public void A_run_defining_edit_supersedes_the_run_and_waits_for_its_pods()
    {
        var edited = Running() with { Spec = Spec with { Shards = 3 } };

        var plan = Decide(Snapshot(edited, Planned(), Attempt("s00000", TaskState.Active)));

        Assert.Equal(RunReasons.Superseded, Assert.Single(plan.Ended).Result);
        Assert.Equal(2, plan.Delete.Count);
        Assert.Empty(plan.Start);
        Assert.NotEqual(Running().Status!.Run!.Id, plan.Run!.Id);

        var after = After(Snapshot(edited), plan);
        Assert.Empty(Decide(Snapshot(after, Attempt("s00000", TaskState.Terminating, runId: RunId()))).Start);
        Assert.Equal("plan", Assert.Single(Decide(Snapshot(after)).Start).Part);
        Assert.Equal(RunReasons.Superseded, Assert.Single(after.Status!.Runs!).Result);
    }

    [Fact]
    public void An_edit_that_only_steers_does_not_make_a_new_run()
    {
        var edited = Running() with { Spec = Spec with { Parallelism = 7, TtlSecondsAfterFinished = 5 } };

        Assert.Equal(Running().Status!.Run!.Id, Decide(Snapshot(edited, Attempt("plan", TaskState.Active))).Run!.Id);
    }

    [Fact]
    public void A_finished_run_rests_until_its_children_have_lived_their_time()
    {
        var job = Finished();

        var rest = Decide(Snapshot(job, Planned(), Committed()));
        Assert.Equal(EmbeddingJobReasons.Committed, rest.Reason);
        Assert.Empty(rest.Delete);
        Assert.Equal(TimeSpan.FromHours(1), rest.WakeAfter);

        Assert.Equal(2, Decide(Snapshot(job, Planned(), Committed()), Now.AddHours(1)).Delete.Count);
        Assert.Null(Decide(Snapshot(job)).WakeAfter);
    }

    [Fact]
    public void A_rerun_annotation_starts_one_run_and_is_remembered()
    {
        var job = WithRerun(Finished(), "monday");

        var plan = Decide(Snapshot(job));
        Assert.Equal("rerun:monday", plan.Run!.Trigger);
        Assert.Equal("plan", Assert.Single(plan.Start).Part);

        var after = After(Snapshot(job), plan);
        Assert.Equal("monday", after.Status!.LastHandledRerun);
        Assert.Equal(plan.Run.Id, Decide(Snapshot(after)).Run!.Id);
    }

    [Fact]
    public void A_failed_run_stays_failed_until_something_changes()
    {
        var seen = Snapshot(Running(), Refused("plan", "InputRejected"));
        var failed = After(seen, Decide(seen));

        var rest = Decide(Snapshot(failed, Refused("plan", "InputRejected")));
        Assert.Equal(("Failed", "InputRejected", 0), (rest.Reason, rest.Stalled, rest.Start.Count));

        Assert.Equal("plan", Assert.Single(Decide(Snapshot(WithRerun(failed, "again"))).Start).Part);
    }

    [Fact]
    public void Without_any_store_the_object_stalls_and_says_which_field_to_set()
    {
        var plan = EmbeddingJobDecision.Decide(Snapshot() with { Options = Options with { DefaultStore = null } }, Now);

        Assert.Equal(RunReasons.InvalidSpec, plan.Stalled);
        Assert.Contains("spec.output.uri", plan.Message, StringComparison.Ordinal);
        Assert.Empty(plan.Start);
    }

    [Fact]
    public void A_pod_that_cannot_start_is_shown_with_its_reason()
    {
        var waiting = Attempt("plan", TaskState.Active) with { Hold = new PodHold("CreateContainerConfigError", "secret \"s\" not found", IsFault: true, Now) };

        var plan = Decide(Snapshot(Running(), waiting));

        Assert.Equal(RunReasons.Running, plan.Reason);
        Assert.EndsWith("a pod does not start: CreateContainerConfigError: secret \"s\" not found", plan.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_past_its_deadline_fails_and_ends_its_pods()
    {
        var job = Running() with { Spec = Spec with { ActiveDeadlineSeconds = 60 } };

        var seen = Snapshot(job, Attempt("plan", TaskState.Active));
        var plan = Decide(seen, Now.AddSeconds(60));

        Assert.Equal(RunReasons.DeadlineExceeded, plan.Stalled);
        Assert.Equal(["tickets-plan-a0"], Decide(seen with { Job = After(seen, plan) }, Now.AddSeconds(60)).Delete);
    }

    [Fact]
    public void Conditions_say_running_then_ready_and_keep_their_transition_times()
    {
        var running = Running();
        Assert.Equal(ConditionStatus.True, Condition(running, RunConditions.Reconciling).Status);
        Assert.Equal(ConditionStatus.False, Condition(running, RunConditions.Ready).Status);
        Assert.Equal(RunReasons.NotStalled, Condition(running, RunConditions.Stalled).Reason);

        var done = Finished();
        Assert.Equal(ConditionStatus.True, Condition(done, RunConditions.Ready).Status);
        Assert.Equal(ConditionStatus.False, Condition(done, RunConditions.Reconciling).Status);
        Assert.Equal("100%", done.Status!.Progress);

        var again = After(Snapshot(done), Decide(Snapshot(done), Now.AddMinutes(5)), Now.AddMinutes(5));
        Assert.Equal(Condition(done, RunConditions.Ready).LastTransitionTime, Condition(again, RunConditions.Ready).LastTransitionTime);
        Assert.Equal(done.Status with { Conditions = null }, again.Status! with { Conditions = null, Runs = done.Status.Runs });
    }

    [Fact]
    public void The_history_keeps_the_newest_runs_up_to_its_limit()
    {
        var job = Finished() with { Spec = Spec with { RunHistoryLimit = 2 } };
        for (var index = 0; index < 4; index++)
        {
            var seen = Snapshot(WithRerun(job, $"r{index}"));
            job = After(seen, Decide(seen));
            seen = Snapshot(job, Attempt("plan", TaskState.Succeeded, result: Planned(upToDate: true).Result, runId: job.Status!.Run!.Id));
            job = After(seen, Decide(seen));
        }

        Assert.Equal(["rerun:r3", "rerun:r2"], job.Status!.Runs!.Select(run => run.Trigger));
    }

    private static RunPlan Decide(EmbeddingJobSnapshot seen, DateTimeOffset? now = null) => EmbeddingJobDecision.Decide(seen, now ?? Now);

    private static EmbeddingJob Running() => After(Snapshot(), Decide(Snapshot()));

    private static EmbeddingJob Finished()
    {
        var seen = Snapshot(Running(), Planned(), Embedded(0), Embedded(1), Committed());
        return After(seen, Decide(seen));
    }

    private static V1Condition Condition(EmbeddingJob job, string type) => job.Status!.Conditions!.Single(condition => condition.Type == type);
}
