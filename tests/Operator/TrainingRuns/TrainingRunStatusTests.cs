using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;
using TextOps.Operator.TrainingRuns;
using static TextOps.Operator.Tests.TrainingRuns.Trainings;

namespace TextOps.Operator.Tests.TrainingRuns;

/// <summary>What the status says of a run's steps, trials and version.</summary>
public sealed class TrainingRunStatusTests
{
    private static readonly string[] Pending = ["Unknown Running", "Unknown Pending", "Unknown Pending", "Unknown Pending", "Unknown Pending"];

    [Fact]
    public void A_new_run_is_at_its_first_step()
    {
        Assert.Equal(Pending, Steps(Running()));
        Assert.Null(Running().Status!.Trials);
    }

    [Fact]
    public void A_prepared_dataset_is_counted_and_the_search_begins()
    {
        var training = Report(Prepared());

        Assert.Equal(["True Prepared", "Unknown Running", "Unknown Pending", "Unknown Pending", "Unknown Pending"], Steps(training));
        Assert.Equal("1,850 rows: 1,295 for training, 185 for validation, 370 for the test; 3 left out", Message(training, TrainingRunConditions.DataReady));
        var status = training.Status!;
        Assert.Equal((1850L, 3L, 2, "file:///store/runs/w/contract.json"), (status.Dataset!.Rows, status.Dataset.Rejected, status.Dataset.Labels, status.Dataset.Report));
        Assert.Equal(("0/5", null, null), (status.Trials, status.Best, status.Metric));
        Assert.Equal(new TrialCounts { Total = 5, Active = 4, Succeeded = 0, Failed = 0 }, status.TrialCounts);
    }

    [Fact]
    public void A_search_shows_its_trials_and_the_best()
    {
        var status = Report(Prepared(), Trained("t00000", 0, 0.5, 0.87312), Trained("t00001", 2, null, 0.4), Attempt("t00002", TaskState.Active)).Status!;

        Assert.Equal(("4/5", "boosting #1", "f1_macro=0.8731"), (status.Trials, status.Best, status.Metric));
        Assert.Equal(new TrialCounts { Total = 5, Active = 1, Succeeded = 3, Failed = 1 }, status.TrialCounts);
        Assert.Equal(("boosting", 1, "0.8731"), (status.BestTrial!.Candidate, status.BestTrial.Number, status.BestTrial.Value));
        Assert.Equal(new Dictionary<string, string> { ["maxDepth"] = "1", ["nEstimators"] = "100" }, status.BestTrial.Parameters);
    }

    [Fact]
    public void A_search_that_is_over_says_what_it_found()
    {
        var training = Report(UpToFit[..^1]);

        Assert.Equal(["True Prepared", "True Completed", "Unknown Running", "Unknown Pending", "Unknown Pending"], Steps(training));
        Assert.Equal("5 trials, best boosting #1 f1_macro=0.8731", Message(training, TrainingRunConditions.Searched));
    }

    [Fact]
    public void A_registered_version_is_pinned_by_its_digest()
    {
        var training = Report([.. UpToFit, Evaluated()]);

        Assert.Equal(["True Prepared", "True Completed", "True Completed", "True Passed", "True Registered"], Steps(training));
        Assert.Equal("good-enough: f1_macro 0.8702 at least 0.6; small: model_bytes 51234 at most 1000000", Message(training, TrainingRunConditions.GatesPassed));
        Assert.Equal("f1_macro 0.8702 on 370 test rows; file:///store/runs/w/report.html", Message(training, TrainingRunConditions.Evaluated));
        Assert.Equal("v000003, alias staging: file:///store/models/default.tickets/v000003", Message(training, TrainingRunConditions.Registered));
        var status = training.Status!;
        Assert.Equal(("v000003", "file:///store/models/default.tickets/v000003", 71), (status.Version, status.Output, status.Digest!.Length));
        Assert.Equal(("5/5", "boosting #1", "f1_macro=0.8702", "0.8731"), (status.Trials, status.Best, status.Metric, status.BestTrial!.Value));
        Assert.Equal(["good-enough", "small"], status.Gates!.Select(gate => gate.Name));
        Assert.Equal("v000003", status.Runs![0].Version);
    }

    [Fact]
    public void A_failed_gate_leaves_the_version_of_the_run_before()
    {
        var registered = Report([.. UpToFit, Evaluated()]).Status!;
        var running = Running();
        var seen = Snapshot(running with { Status = running.Status! with { Version = registered.Version, Digest = registered.Digest, Output = registered.Output } }, [.. UpToFit, Evaluated(passed: false)]);

        var training = After(seen, TrainingRunDecision.Decide(seen, Now));

        Assert.Equal(["True Prepared", "True Completed", "True Completed", "False GateFailed", "False GateFailed"], Steps(training));
        Assert.Equal("good-enough: f1_macro 0.5512 is not at least 0.6; small: model_bytes 51234 at most 1000000", Message(training, TrainingRunConditions.GatesPassed));
        Assert.Equal((registered.Version, registered.Digest, registered.Output), (training.Status!.Version, training.Status.Digest, training.Status.Output));
        Assert.False(training.Status.Gates![0].Passed);
    }

    [Fact]
    public void Up_to_date_is_said_of_every_step_but_the_first()
    {
        var training = Report(Prepared(upToDate: true));

        Assert.Equal(["True Prepared", "True UpToDate", "True UpToDate", "True UpToDate", "True UpToDate"], Steps(training));
        Assert.Equal(("v000003", "boosting", "f1_macro=0.8702", 71), (training.Status!.Version, training.Status.Best, training.Status.Metric, training.Status.Digest!.Length));
    }

    [Fact]
    public void Without_gates_and_search_the_steps_say_so()
    {
        var spec = Plain with { Evaluation = new Evaluation() };
        var result = EvaluatedResult();
        result = result with { Evaluate = result.Evaluate! with { Gates = [] } };
        var seen = Snapshot(Running(spec), Prepared(spec: spec), Fitted(0, spec), Attempt("evaluate", TaskState.Succeeded, result: result, spec: spec));

        var training = After(seen, TrainingRunDecision.Decide(seen, Now));

        Assert.Equal(["True Prepared", "True NothingToSearch", "True Completed", "True NoGates", "True Registered"], Steps(training));
        Assert.Equal(("1/1", "linear"), (training.Status!.Trials, training.Status.Best));
    }

    public static TheoryData<string, TaskAttempt[], string[]> Failures => new()
    {
        { "the dataset", [Refused("prepare", "InputRejected")], ["False InputRejected", "Unknown Pending", "Unknown Pending", "Unknown Pending", "Unknown Pending"] },
        { "the trials", [Prepared(), Trained("t00000", 0, null, null)], ["True Prepared", "False TrialsFailed", "Unknown Pending", "Unknown Pending", "Unknown Pending"] },
        { "the last Job", [.. UpToFit[..^2], Refused("t00002", "StoreRefused")], ["True Prepared", "False StoreRefused", "Unknown Pending", "Unknown Pending", "Unknown Pending"] },
        { "the fit", [.. UpToFit[..^1], Refused("fit", "StoreRefused")], ["True Prepared", "True Completed", "False StoreRefused", "Unknown Pending", "Unknown Pending"] },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void The_step_that_failed_says_why_and_those_after_it_wait(string what, TaskAttempt[] attempts, string[] steps)
    {
        var failed = Report(attempts);
        Assert.Equal((what, string.Join(", ", steps)), (what, string.Join(", ", Steps(failed))));
        Assert.NotEqual("", Message(failed, Types.First(type => Find(failed, type).Status == ConditionStatus.False)));

        // It stays so when the Jobs are gone.
        var seen = Snapshot(failed);
        Assert.Equal(steps, Steps(After(seen, TrainingRunDecision.Decide(seen, Now.AddHours(2)), Now.AddHours(2))));
    }

    [Fact]
    public void Everything_stays_when_the_Jobs_are_gone_and_starts_anew_with_a_new_run()
    {
        var ended = Report([.. UpToFit, Evaluated()]);
        var later = Snapshot(ended with { Metadata = ended.Metadata with { Generation = 5 } });
        var rested = After(later, TrainingRunDecision.Decide(later, Now.AddDays(1)), Now.AddDays(1));
        Assert.Equal(Steps(ended), Steps(rested));
        Assert.All(rested.Status!.Conditions!, condition => Assert.Equal(5, condition.ObservedGeneration));
        Assert.Equal(ended.Status! with { Conditions = null, ObservedGeneration = null, Runs = null }, rested.Status with { Conditions = null, ObservedGeneration = null, Runs = null });

        var edited = Snapshot(rested with { Spec = Spec with { Register = new Registration() } });
        var again = After(edited, TrainingRunDecision.Decide(edited, Now.AddDays(2)), Now.AddDays(2));
        Assert.Equal(Pending, Steps(again));
        Assert.Equal((null, null, null, null, null), (again.Status!.Trials, again.Status.Best, again.Status.Metric, again.Status.BestTrial, again.Status.Dataset));
        Assert.Equal((ended.Status!.Version, ended.Status.Digest), (again.Status.Version, again.Status.Digest));
    }

    [Fact]
    public void A_rule_that_an_edit_breaks_leaves_what_is_known_of_the_run()
    {
        var searching = Report(Prepared(), Trained("t00000", 0, 0.5, 0.87312), Attempt("t00001", TaskState.Active));
        var seen = Snapshot(searching, Prepared(), Trained("t00000", 0, 0.5, 0.87312)) with { SpecErrors = ["spec.schedule.cron is wrong"] };

        var invalid = After(seen, TrainingRunDecision.Decide(seen, Now));

        Assert.Equal(Steps(searching), Steps(invalid));
        Assert.Equal((searching.Status!.Trials, 0), (invalid.Status!.Trials, invalid.Status.TrialCounts!.Active));
    }

    [Fact]
    public void Rows_that_were_read_are_progress_and_nothing_else()
    {
        var seen = Snapshot(Running(), Attempt("prepare", TaskState.Active));
        var before = After(seen, TrainingRunDecision.Decide(seen, Now));
        var asked = Snapshot(before, Attempt("prepare", TaskState.Active)) with
        {
            Progress = new Dictionary<string, TaskProgress> { ["prepare"] = new() { Phase = "Reading", Done = 1, Total = 2, Rows = 12000 } },
        };

        var after = After(asked, TrainingRunDecision.Decide(asked, Now));

        Assert.Equal("preparing: reading and checking the dataset (12,000 rows read)", Message(after, RunConditions.Ready));
        Assert.True(TrainingRunStatusBuilder.IsSameButProgress(before.Status, after.Status!));
        Assert.True(TrainingRunStatusBuilder.HasMoved(before.Status, after.Status!));
        Assert.False(TrainingRunStatusBuilder.HasMoved(after.Status, after.Status!));
    }

    private static readonly string[] Types =
        [TrainingRunConditions.DataReady, TrainingRunConditions.Searched, TrainingRunConditions.Evaluated, TrainingRunConditions.GatesPassed, TrainingRunConditions.Registered];

    private static TrainingRun Report(params TaskAttempt[] attempts)
    {
        var seen = Snapshot(Running(), attempts);
        return After(seen, TrainingRunDecision.Decide(seen, Now));
    }

    private static string[] Steps(TrainingRun training) => [.. Types.Select(type => Find(training, type)).Select(condition => $"{condition.Status} {condition.Reason}")];

    private static string? Message(TrainingRun training, string type) => Find(training, type).Message;

    private static V1Condition Find(TrainingRun training, string type) => training.Status!.Conditions!.Single(condition => condition.Type == type);
}
