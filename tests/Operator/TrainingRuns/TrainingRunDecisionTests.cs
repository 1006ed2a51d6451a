using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;
using TextOps.Operator.Tests.EmbeddingJobs;
using TextOps.Operator.TrainingRuns;
using static TextOps.Operator.Tests.TrainingRuns.Trainings;

namespace TextOps.Operator.Tests.TrainingRuns;

public sealed class TrainingRunDecisionTests
{
    [Fact]
    public void A_new_object_starts_a_run_by_preparing()
    {
        var plan = Decide(Snapshot());

        var task = Assert.Single(plan.Start);
        var document = Assert.IsType<PrepareTask>(task.Document);
        Assert.Equal(("prepare", 0, "prepare"), (task.Part, task.Attempt, task.Verb));
        Assert.Equal(("file:///store", "default.tickets", "staging", "spec"), (document.Output.Uri, document.Output.Name, document.Alias, document.Trigger));
        Assert.Equal((RunReasons.Running, "preparing: reading and checking the dataset"), (plan.Reason, plan.Message));
    }

    [Fact]
    public void Data_and_settings_that_a_version_has_already_end_the_run()
    {
        var plan = Decide(Snapshot(Running(), Prepared(upToDate: true)));

        Assert.Equal((RunReasons.UpToDate, "v000003", "file:///store/models/default.tickets/v000003", 0), (plan.Reason, plan.Version, plan.Output, plan.Start.Count));
        Assert.Equal("v000003 already has this data and these settings; nothing was trained", plan.Message);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(9, 3)]
    public void Jobs_with_trials_start_as_many_at_once_as_the_spec_says(int parallel, int started)
    {
        var plan = Decide(Snapshot(Running(Spec with { Search = Spec.Search with { ParallelTrials = parallel } }), Prepared()));

        Assert.Equal(new[] { "t00000", "t00001", "t00002" }.Take(started), plan.Start.Select(task => task.Part));
        var first = Assert.IsType<TrainTask>(plan.Start[0].Document);
        Assert.Equal(("train", "runs/w", false), (plan.Start[0].Verb, first.Workspace, first.Fit));
        Assert.Equal([0, 1], first.Trials.Select(trial => trial.Number));
    }

    [Fact]
    public void While_it_searches_it_says_how_far_it_is_and_what_is_best()
    {
        var plan = Decide(Snapshot(Running(), Prepared(), Trained("t00000", 0, 0.5, 0.87312), Attempt("t00001", TaskState.Active)));

        Assert.Equal("t00002", Assert.Single(plan.Start).Part);
        Assert.Equal("searching: 2 of 5 trials, best boosting #1 f1_macro=0.8731", plan.Message);
    }

    [Fact]
    public void The_best_trial_is_fitted_and_of_equal_ones_the_first()
    {
        var fit = Assert.Single(Decide(Snapshot(Running(), UpToFit[..^1])).Start);

        var document = Assert.IsType<TrainTask>(fit.Document);
        Assert.Equal(("fit", "train", true), (fit.Part, fit.Verb, document.Fit));
        Assert.Equal(1, Assert.Single(document.Trials).Number);
    }

    [Fact]
    public void Where_less_is_better_the_smallest_value_is_best()
    {
        var spec = Spec with { Search = Spec.Search with { Objective = new Objective { Metric = MetricNames.LogLoss } } };
        var id = RunIdentity.RunKey(Examples.Uid, RunIdentity.RunId(TrainingRunHash.Of(spec), "spec"));

        var plan = Decide(Snapshot(Running(spec), [.. UpToFit[..^1].Select(attempt => attempt with { RunKey = id })]));

        Assert.Equal(4, Assert.Single(Assert.IsType<TrainTask>(Assert.Single(plan.Start).Document).Trials).Number);
        Assert.Equal("fitting linear #4 on 1,480 rows", plan.Message);
    }

    [Fact]
    public void One_candidate_without_a_search_is_fitted_at_once()
    {
        var plan = Decide(Snapshot(Running(Plain), Prepared(spec: Plain)));

        Assert.Equal("fit", Assert.Single(plan.Start).Part);
        Assert.Equal("fitting linear on 1,480 rows", plan.Message);
    }

    [Fact]
    public void The_fitted_model_is_evaluated_and_a_registered_version_ends_the_run()
    {
        var evaluating = Decide(Snapshot(Running(), UpToFit));
        var document = Assert.IsType<EvaluateTask>(Assert.Single(evaluating.Start).Document);
        Assert.Equal((1, "staging", 3, "evaluating on 370 rows"), (document.Best, document.Alias, document.KeepVersions, evaluating.Message));

        var end = Decide(Snapshot(Running(), [.. UpToFit, Evaluated()]));
        Assert.Equal((TrainingRunReasons.Registered, true, "v000003"), (end.Reason, end.IsReady, end.Version));
        Assert.Equal("v000003: boosting #1, f1_macro 0.8702 on 370 test rows, alias staging", end.Message);
    }

    [Fact]
    public void A_gate_that_does_not_hold_fails_the_run_and_is_named()
    {
        var plan = Decide(Snapshot(Running(), [.. UpToFit, Evaluated(passed: false)]));

        Assert.Equal((TrainingRunReasons.GateFailed, null), (plan.Stalled, plan.Version));
        Assert.Equal("f1_macro 0.5512 is not at least 0.6 (good-enough)", plan.Message);
    }

    [Fact]
    public void Failed_trials_are_left_out_up_to_the_limit()
    {
        var one = Decide(Snapshot(Running(), Prepared(), Trained("t00000", 0, null, 0.8)));
        Assert.Null(one.Stalled);
        Assert.Equal("searching: 2 of 5 trials (1 failed), best boosting #1 f1_macro=0.8000", one.Message);

        var two = Decide(Snapshot(Running(), Prepared(), Trained("t00000", 0, null, 0.8), Trained("t00001", 2, null, 0.9), Attempt("t00002", TaskState.Active)));
        Assert.Equal(TrainingRunReasons.TrialsFailed, two.Stalled);
        Assert.Equal("2 of 5 trials failed, and spec.search.maxFailedTrials is 1: boosting #0: loss is not finite", two.Message);
    }

    [Fact]
    public void All_trials_failed_fails_the_run_whatever_the_limit()
    {
        var spec = Spec with { Search = Spec.Search with { MaxFailedTrials = 500 } };
        TaskAttempt Of(string part, int first, params double?[] values) => Attempt(part, TaskState.Succeeded, result: TrainedResult(first, values), spec: spec);

        var plan = Decide(Snapshot(Running(spec), Prepared(spec: spec), Of("t00000", 0, null, null), Of("t00001", 2, null, null), Of("t00002", 4, [null])));

        Assert.Equal((TrainingRunReasons.TrialsFailed, "all 5 trials failed: boosting #0: loss is not finite"), (plan.Stalled, plan.Message));
    }

    [Fact]
    public void A_Job_that_comes_to_nothing_fails_its_trials_and_the_search_goes_on()
    {
        var plan = Decide(Snapshot(Running(), Prepared(), Trained("t00000", 0, 0.5, 0.8), Trained("t00001", 2, 0.7, 0.6), Refused("t00002", "TrainingFailed")));

        Assert.Equal("fit", Assert.Single(plan.Start).Part);
        Assert.Null(plan.Stalled);
    }

    [Theory]
    [InlineData(RunReasons.InputRejected)]
    [InlineData(RunReasons.InvalidSpec)]
    [InlineData(RunReasons.StoreRefused)]
    public void A_Job_refused_for_what_all_of_them_share_fails_the_run(string reason)
    {
        var plan = Decide(Snapshot(Running(), Prepared(), Trained("t00000", 0, 0.5, 0.8), Trained("t00001", 2, 0.7, 0.6), Refused("t00002", reason, "no room")));

        Assert.Equal((reason, "no room"), (plan.Stalled, plan.Message));
    }

    [Theory]
    [InlineData("StoreRefused", "StoreRefused")]
    [InlineData("Registered", "Failed")]
    [InlineData("UpToDate", "Failed")]
    [InlineData("not a reason", "Failed")]
    [InlineData("", "Failed")]
    public void A_reason_that_a_pod_gives_cannot_pass_for_a_good_end(string given, string stalled)
    {
        var seen = Snapshot(Running(), [.. UpToFit[..^1], Refused("fit", given)]);

        var failed = After(seen, Decide(seen));

        Assert.Equal(stalled, Decide(Snapshot(failed)).Stalled);
        Assert.False(Decide(Snapshot(failed)).IsReady);
    }

    [Fact]
    public void The_trial_that_was_fitted_is_evaluated_though_another_turns_out_better_when_its_Job_is_made_again()
    {
        var attempts = UpToFit.Where(attempt => attempt.Part != "t00002").Append(Trained("t00002", 4, 0.99)).ToArray();

        var plan = Decide(Snapshot(Running(), attempts));

        Assert.Equal(1, Assert.IsType<EvaluateTask>(Assert.Single(plan.Start).Document).Best);
    }

    [Fact]
    public void What_a_Job_says_of_other_trials_than_its_own_is_taken_for_lost()
    {
        var plan = Decide(Snapshot(Running(), Prepared(), Trained("t00000", 0, 0.5), Trained("t00001", 2, 0.5, 0.6), Trained("t00002", 4, 0.5)), Now.AddMinutes(1));

        Assert.Equal(("t00000", 1), (Assert.Single(plan.Start).Part, plan.Start[0].Attempt));
    }

    [Theory]
    [InlineData("candidates")]
    [InlineData("split")]
    [InlineData("gates")]
    [InlineData("register")]
    public void An_edit_of_what_defines_a_run_begins_another(string field)
    {
        var edited = field switch
        {
            "candidates" => Spec with { Candidates = [.. Spec.Candidates.Take(1)] },
            "split" => Spec with { Dataset = Spec.Dataset with { Split = Spec.Dataset.Split with { Seed = 7 } } },
            "gates" => Spec with { Evaluation = new Evaluation() },
            _ => Spec with { Register = new Registration { Alias = "candidate" } },
        };

        var plan = Decide(Snapshot(Running() with { Spec = edited }, Prepared(), Attempt("t00000", TaskState.Active)));

        Assert.Equal(RunReasons.Superseded, Assert.Single(plan.Ended).Result);
        Assert.Equal(2, plan.Delete.Count);
        Assert.Empty(plan.Start);
    }

    [Fact]
    public void An_edit_that_only_steers_goes_on_with_the_run()
    {
        var running = Running();
        var edited = running with { Spec = Spec with { Search = Spec.Search with { ParallelTrials = 3 }, TtlSecondsAfterFinished = 5 } };

        var plan = Decide(Snapshot(edited, Prepared(), Attempt("t00000", TaskState.Active)));

        Assert.Equal((running.Status!.Run!.Id, 2), (plan.Run!.Id, plan.Start.Count));
    }

    [Fact]
    public void Without_any_store_the_object_stalls_and_says_which_field_to_set()
    {
        var plan = Decide(Snapshot() with { Options = Examples.Options with { DefaultStore = null } });

        Assert.Equal(RunReasons.InvalidSpec, plan.Stalled);
        Assert.Equal("spec.register.registry is not set and this operator has no default store; set it, for example s3://bucket/prefix", plan.Message);
    }

    [Fact]
    public void The_largest_tasks_fit_into_a_ConfigMap()
    {
        var search = new CandidateSearch
        {
            MaxTrials = 31,
            Space = [.. Enumerable.Range(0, 7).Select(index => new SearchParameter
            {
                Name = new[] { "nEstimators", "maxDepth", "learningRate", "minChildWeight", "subsample", "colsampleBytree", "regLambda" }[index],
                Categorical = index < 2 ? [.. Enumerable.Range(1, 32).Select(value => $"{value}")] : [.. Enumerable.Range(1, 64).Select(value => $"0.{value:D3}")],
            })],
        };
        var spec = Spec with
        {
            Candidates = [.. Enumerable.Range(0, 16).Select(index => new Candidate
            {
                Name = $"candidate-{index}-{new string('x', 25)}",
                Features = [.. Enumerable.Range(0, 1).Select(_ => "numbers")],
                GradientBoosting = new GradientBoosting(),
                Search = search,
            })],
            Search = new TrainingSearch { TrialsPerJob = 32, ParallelTrials = 100 },
        };

        var prepare = Decide(Snapshot(Valid(spec)));
        var train = Decide(Snapshot(Running(spec), Prepared(spec: spec)));

        Assert.Equal(16, train.Start.Count);
        Assert.All(prepare.Start.Concat(train.Start), task => Assert.InRange(JsonSerializer.SerializeToUtf8Bytes<object>(task.Document, Json.Strict).Length, 1000, 512 * 1024));
    }

    private static RunPlan Decide(TrainingRunSnapshot seen, DateTimeOffset? now = null) => TrainingRunDecision.Decide(seen, now ?? Now);
}
