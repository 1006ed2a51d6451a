using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Runs;
using static TextOps.Operator.Tests.TrainingRuns.Trainings;

namespace TextOps.Operator.Tests.TrainingRuns;

/// <summary>TrainingRuns in a cluster: what is created, reported and removed while Jobs come and go, and operators too.</summary>
public sealed class TrainingRunControllerTests
{
    private static readonly string[] WholeRun = ["evaluate", "fit", "prepare", "t00000: 0 1", "t00001: 2 3", "t00002: 4"];

    [Fact]
    public async Task A_run_goes_from_prepare_over_trials_and_fit_to_a_registered_version()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.ApplyAsync(Spec);

        var training = await plane.FinishAsync();

        Assert.Equal(WholeRun, plane.Ran);
        Assert.Equal(("v000003", "5/5", "linear #4", "f1_macro=0.8702"), (training.Status!.Version, training.Status.Trials, training.Status.Best, training.Status.Metric));
        Assert.Equal(["v000003: linear #4, f1_macro 0.8702 on 370 test rows, alias staging"], plane.Events.Of(TrainingRunReasons.Registered));
        Assert.Equal((ConditionStatus.True, TrainingRunReasons.Registered), Ready(training));
        Assert.Equal(4, ((EvaluateTask)await plane.TaskAsync("evaluate")).Best);
    }

    [Fact]
    public async Task A_grid_of_forty_runs_three_trials_a_Job_and_four_Jobs_at_once()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.ApplyAsync(Grid(40) with { Search = new TrainingSearch { TrialsPerJob = 3, ParallelTrials = 4 } });
        var most = 0;

        var training = await plane.FinishAsync(between: async () =>
        {
            var active = (await plane.ListAsync<V1Job>()).Count(job => job.Status?.Conditions is not { Count: > 0 });
            most = Math.Max(most, active);
            Assert.InRange(active, 1, 4);
        });

        Assert.Equal(4, most);
        Assert.Equal(Enumerable.Range(0, 40), TrialsOf(plane).Order());
        Assert.Equal(14, plane.Ran.Count(part => part.StartsWith('t')));
        Assert.Equal(("40/40", "boosting #39"), (training.Status!.Trials, training.Status.Best));
    }

    [Fact]
    public async Task Operators_that_are_cut_off_after_every_single_write_lose_and_repeat_no_trial()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.ApplyAsync(Spec);

        var training = await plane.FinishAsync(writesPerOperator: 1);

        Assert.Equal(WholeRun, plane.Ran);
        Assert.Equal(["evaluate 0", "fit 0", "prepare 0", "t00000 0", "t00001 0", "t00002 0"], await plane.JobsAsync());
        Assert.Equal(("v000003", 1), (training.Status!.Version, training.Status.Runs!.Count));

        // Six tasks of three writes, and the status between them.
        Assert.InRange(plane.CutOffs, 25, 40);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Operators_that_are_cut_off_after_some_writes_lose_and_repeat_no_trial(int writes)
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.ApplyAsync(Grid(40) with { Search = new TrainingSearch { TrialsPerJob = 3, ParallelTrials = 4 } });

        await plane.FinishAsync(writesPerOperator: writes);

        Assert.Equal(Enumerable.Range(0, 40), TrialsOf(plane).Order());
        Assert.All(await plane.JobsAsync(), job => Assert.EndsWith(" 0", job, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_operator_that_starts_anew_at_each_step_goes_on_where_the_last_one_was()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.ApplyAsync(Spec);

        await plane.FinishAsync(between: () => plane.RestartAsync());

        Assert.Equal(WholeRun, plane.Ran);
    }

    [Fact]
    public async Task Trials_whose_pods_are_taken_away_are_tried_again_and_do_not_count_as_failed()
    {
        await using var plane = await SearchingAsync(Spec with { MaxRetriesPerShard = 0, Search = Spec.Search with { ParallelTrials = 3 } });
        await plane.ExitAsync("t00000", TaskExitCodes.Terminated);
        await plane.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(["prepare 0", "t00000 0", "t00000 1", "t00001 0", "t00002 0"], await plane.JobsAsync());

        var training = await plane.FinishAsync();

        Assert.Equal(("v000003", 0), (training.Status!.Version, training.Status.TrialCounts!.Failed));
    }

    [Fact]
    public async Task A_Job_that_keeps_failing_costs_its_trials_and_more_than_allowed_the_run()
    {
        await using var plane = await SearchingAsync(Spec with { MaxRetriesPerShard = 1, Search = Spec.Search with { MaxFailedTrials = 2, ParallelTrials = 3 } });
        await plane.ExitAsync("t00000", TaskExitCodes.Retry);
        await plane.AdvanceAsync(TimeSpan.FromSeconds(10));

        var training = await plane.ExitAsync("t00000", TaskExitCodes.Retry, attempt: 1);
        Assert.Equal("2/5", training.Status!.Trials);
        Assert.Equal(new TrialCounts { Total = 5, Active = 3, Succeeded = 0, Failed = 2 }, training.Status.TrialCounts);
        Assert.Null(training.Status.Run!.CompletionTime);

        training = await plane.EndAsync("t00002", Trained("t00002", 4, [null]));
        Assert.Equal(TrainingRunReasons.TrialsFailed, training.Status!.Run!.Result);
        Assert.Contains("3 of 5 trials failed, and spec.search.maxFailedTrials is 2", training.Status.Run.Message, StringComparison.Ordinal);
        Assert.Contains("exit code 3", training.Status.Run.Message, StringComparison.Ordinal);

        // What still ran ends with the run.
        Assert.Equal(["prepare 0", "t00000 0", "t00000 1", "t00002 0"], await plane.JobsAsync());
    }

    [Fact]
    public async Task A_Job_that_somebody_deletes_in_the_middle_is_followed_by_the_next_attempt()
    {
        await using var plane = await SearchingAsync(Spec);
        await plane.EndAsync("t00000", Trained("t00000", 0, 0.5, 0.6));
        await plane.DeleteAsync<V1Job>((await plane.JobAsync("t00001")).Metadata.Name!);
        await plane.SettleAsync();
        await plane.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(["prepare 0", "t00000 0", "t00001 1", "t00002 0"], await plane.JobsAsync());

        // One that was done, too: the runner answers from the record of its trials.
        await plane.DeleteAsync<V1Job>((await plane.JobAsync("t00000")).Metadata.Name!);
        var training = await plane.FinishAsync();
        Assert.Equal("v000003", training.Status!.Version);
        Assert.Contains("t00000: 0 1", plane.Ran);
    }

    [Fact]
    public async Task A_search_is_suspended_and_goes_on_with_what_it_has()
    {
        await using var plane = await SearchingAsync(Spec);
        await plane.EndAsync("t00000", Trained("t00000", 0, 0.5, 0.6));
        await plane.EditAsync(spec => spec with { Suspend = true });

        var training = await plane.SettleAsync();
        Assert.Equal((ConditionStatus.False, RunReasons.Suspended), Ready(training));
        Assert.Equal(["prepare 0", "t00000 0"], await plane.JobsAsync());
        Assert.Equal(("2/5", 0), (training.Status!.Trials, training.Status.TrialCounts!.Active));

        var run = training.Status.Run!.Id;
        await plane.EditAsync(spec => spec with { Suspend = false });
        training = await plane.FinishAsync();
        Assert.Equal((run, "v000003"), (training.Status!.Run!.Id, training.Status.Version));
        Assert.Equal(["evaluate", "fit", "t00001: 2 3", "t00002: 4"], plane.Ran);
    }

    [Fact]
    public async Task An_edit_that_defines_a_run_ends_the_pods_of_the_one_under_way_first()
    {
        await using var plane = await SearchingAsync(Spec);
        await plane.EditAsync(spec => spec with { Search = spec.Search with { Seed = 1 } });

        var training = await plane.SettleAsync();

        Assert.Equal(RunReasons.Superseded, Assert.Single(training.Status!.Runs!).Result);
        Assert.Equal(["prepare 0"], await plane.JobsAsync());
        Assert.Null(training.Status.Trials);
        Assert.Equal("v000003", (await plane.FinishAsync()).Status!.Version);
    }

    [Fact]
    public async Task An_edit_of_parallelTrials_starts_more_Jobs_of_the_same_run()
    {
        await using var plane = await SearchingAsync(Spec);
        await plane.EditAsync(spec => spec with { Search = spec.Search with { ParallelTrials = 3 } });

        var training = await plane.SettleAsync();

        Assert.Empty(training.Status!.Runs!);
        Assert.Equal(["prepare 0", "t00000 0", "t00001 0", "t00002 0"], await plane.JobsAsync());
    }

    [Fact]
    public async Task A_failed_gate_stalls_the_object_until_an_edit()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.ApplyAsync(Spec);
        var training = await plane.FinishAsync(document => document is EvaluateTask ? EvaluatedResult(passed: false) : Answer(document));
        Assert.Equal((ConditionStatus.True, TrainingRunReasons.GateFailed), Of(training, RunConditions.Stalled));
        Assert.Equal((ConditionStatus.False, RunReasons.Failed), Ready(training));
        Assert.Null(training.Status!.Version);

        await plane.EditAsync(spec => spec with { Evaluation = new Evaluation() });
        training = await plane.FinishAsync();

        Assert.Equal((ConditionStatus.True, TrainingRunReasons.Registered), Ready(training));
        Assert.Equal((ConditionStatus.False, RunReasons.NotStalled), Of(training, RunConditions.Stalled));
        Assert.Equal([TrainingRunReasons.Registered, TrainingRunReasons.GateFailed], training.Status!.Runs!.Select(run => run.Result));
    }

    [Fact]
    public async Task A_schedule_prepares_again_and_finds_the_version_up_to_date()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.ApplyAsync(Spec with { Schedule = new RunSchedule { Cron = "0 * * * *" } });
        await plane.FinishAsync();

        await plane.AdvanceAsync(TimeSpan.FromHours(1));
        var training = await plane.FinishAsync(_ => PreparedResult(upToDate: true));

        Assert.Equal(["schedule:2026-03-02T13:00:00Z", "spec"], training.Status!.Runs!.Select(run => run.Trigger));
        Assert.Equal((ConditionStatus.True, RunReasons.UpToDate), Ready(training));
        Assert.Equal((ConditionStatus.True, RunReasons.UpToDate), Of(training, TrainingRunConditions.Registered));
    }

    [Fact]
    public async Task The_steps_stay_when_the_Jobs_have_lived_their_time_and_rest_costs_no_call()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.ApplyAsync(Spec);
        var ended = await plane.FinishAsync();

        await plane.AdvanceAsync(TimeSpan.FromHours(1));
        await plane.RestartAsync();
        var rested = await plane.SettleAsync();
        plane.Client.Reset();
        for (var pass = 0; pass < 5; pass++)
        {
            await plane.PassAsync();
        }

        Assert.Empty(await plane.JobsAsync());
        Assert.Equal(ended.Status!.Conditions, rested.Status!.Conditions);
        Assert.Equal((ended.Status.Trials, ended.Status.Best, ended.Status.Digest), (rested.Status.Trials, rested.Status.Best, rested.Status.Digest));
        Assert.Empty(plane.Client.Calls);
        Assert.Null(plane.Wake);
    }

    [Fact]
    public async Task A_run_costs_five_writes_a_task_and_one_status_write_for_each_thing_that_happens()
    {
        await using var plane = await SteppedTraining.StartAsync();
        await plane.ApplyAsync(Spec);
        await plane.FinishAsync();
        await plane.AdvanceAsync(TimeSpan.FromHours(1));

        // Six tasks. Status: started, prepared, three Jobs of trials, fitted, registered.
        Assert.Equal(
            [("create ConfigMap", 6), ("create Job", 6), ("delete ConfigMap", 6), ("delete Job", 6), ("patch Job", 6), ("status TrainingRun", 7)],
            plane.Client.Calls.Where(call => !call.Key.StartsWith("get", StringComparison.Ordinal)).Select(call => (call.Key, call.Value)));
    }

    [Fact]
    public async Task A_child_that_the_server_refuses_stalls_the_object_until_it_is_taken()
    {
        await using var plane = await SteppedTraining.StartAsync();
        plane.Client.RefuseCreate = child => child is V1Job && child.Metadata.Name!.Contains("-t00001-", StringComparison.Ordinal) ? new KubernetesException(403, "Forbidden", "exceeded quota") : null;
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();
        await plane.Node.EndAsync(await plane.JobAsync("prepare"), PreparedResult());

        var training = await plane.PassAsync();
        Assert.Equal((ConditionStatus.True, RunReasons.ChildRejected), Of(training, RunConditions.Stalled));
        Assert.Equal((ConditionStatus.False, RunReasons.ChildRejected), Of(training, TrainingRunConditions.Searched));
        Assert.Equal(2, training.Status!.TrialCounts!.Active);

        plane.Client.RefuseCreate = _ => null;
        Assert.Equal("v000003", (await plane.FinishAsync()).Status!.Version);
    }

    private static async Task<SteppedTraining> SearchingAsync(TrainingRunSpec spec)
    {
        var plane = await SteppedTraining.StartAsync();
        await plane.ApplyAsync(spec);
        await plane.SettleAsync();
        await plane.EndAsync("prepare", Prepared());
        return plane;
    }

    private static IEnumerable<int> TrialsOf(SteppedTraining plane) =>
        plane.Ran.Where(part => part.Contains(':', StringComparison.Ordinal)).SelectMany(part => part.Split(": ")[1].Split(' ')).Select(int.Parse);

    private static (ConditionStatus Status, string Reason) Ready(TrainingRun training) => Of(training, RunConditions.Ready);

    private static (ConditionStatus Status, string Reason) Of(TrainingRun training, string type)
    {
        var condition = training.Status!.Conditions!.Single(condition => condition.Type == type);
        return (condition.Status, condition.Reason);
    }
}
