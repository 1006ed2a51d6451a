using Spectre.Console;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.TrainingRuns;
using TextOps.Local.Display;
using TextOps.Local.Tests.EndToEnd;
using TextOps.Operator.EmbeddingJobs;

namespace TextOps.Local.Tests.Display;

public sealed class TrainingRunViewTests
{
    private static readonly TrainingRunStatus Searching = new()
    {
        TrialCounts = new TrialCounts { Total = 40, Active = 4, Succeeded = 11, Failed = 1 },
        Trials = "12/40",
        Best = "boosting #7",
        Metric = "f1_macro=0.8731",
    };

    [Fact]
    public void What_is_done_is_told_in_the_operator_s_own_words()
    {
        const string Message = "searching: 12 of 40 trials (1 failed), best boosting #7 f1_macro=0.8731";
        var view = new TrainingRunView(Trainings.Valid().Saying("Running", Message, status: Searching));
        Assert.Equal((Message, Message), (view.Message, view.Detail));
        Assert.Empty(view.Measures);
    }

    [Fact]
    public void The_bar_is_over_trials_and_a_little_for_what_is_before_and_after_them()
    {
        var prepared = Searching with { Conditions = [Trainings.Condition(TrainingRunConditions.DataReady, ConditionStatus.True, TrainingRunReasons.Prepared)] };
        var all = prepared with { TrialCounts = new TrialCounts { Total = 40, Succeeded = 40 } };

        Assert.Equal(0, new TrainingRunView(Trainings.Valid()).Fraction);
        Assert.Equal(0.05 + (0.85 * 0.3), new TrainingRunView(Trainings.Valid().Saying("Running", "", status: prepared)).Fraction!.Value, 1e-12);
        Assert.Equal(0.9, new TrainingRunView(Trainings.Valid().Saying("Running", "", status: all)).Fraction!.Value, 1e-12);
        Assert.Equal(1, new TrainingRunView(Trainings.Valid().Saying("Registered", "", ConditionStatus.True, status: all)).Fraction);
    }

    [Fact]
    public void It_is_over_when_it_is_registered_current_suspended_or_stalled_by_a_gate()
    {
        Assert.False(new TrainingRunView(Trainings.Valid()).IsOver);
        Assert.False(new TrainingRunView(Trainings.Valid().Saying("Running", "")).IsOver);
        Assert.True(new TrainingRunView(Trainings.Valid().Saying("Registered", "", ConditionStatus.True)).IsOver);
        Assert.True(new TrainingRunView(Trainings.Valid().Saying("UpToDate", "", ConditionStatus.True)).IsOver);
        Assert.True(new TrainingRunView(Trainings.Valid().Saying("Suspended", "")).IsOver);
        var failed = new TrainingRunView(Trainings.Valid().Saying("GateFailed", "f1_macro is 0.71, at least 0.8 is wanted", stalled: TrainingRunReasons.GateFailed));
        Assert.Equal((true, true, false), (failed.IsOver, failed.IsStalled, failed.IsReady));
        Assert.True(new TrainingRunView(Trainings.Valid().Saying(TrainingRunReasons.WaitingForDataset, "")).IsWaiting);
        Assert.False(new TrainingRunView(Trainings.Valid() with { Metadata = new V1ObjectMeta { Name = "x", Generation = 2 }, Status = Trainings.Valid().Saying("Registered", "", ConditionStatus.True).Status }).IsOver);
    }

    [Theory]
    [InlineData("textops-store", null, "")]
    [InlineData("other", null, " --store other")]
    [InlineData("other", "file:///registry", " --store file:///registry")]
    public void The_end_says_where_the_version_lies_and_how_to_look_at_it(string store, string? registry, string option)
    {
        var run = Trainings.Valid() with { Spec = Trainings.Valid().Spec with { Register = new Registration { Registry = registry } } };
        var status = new TrainingRunStatus { Version = "v000003", Output = "file:///s/models/default.book-reviews/v000003", Metric = "f1_macro=0.8731" };
        Assert.Equal(
            ["book-reviews: v000003 lies in file:///s/models/default.book-reviews/v000003 (f1_macro=0.8731)", "  file:///s/models/default.book-reviews/v000003/report.html", $"  bin/textops models show default.book-reviews@v000003{option}"],
            new TrainingRunView(run.Saying("Registered", "", ConditionStatus.True, status: status)).Outcome(store));
        Assert.Empty(new TrainingRunView(run).Outcome(store));
    }

    [Fact]
    public void Away_from_a_terminal_each_change_is_a_line_and_kinds_stand_before_names_where_there_are_several()
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text) });
        var training = new TrainingRunView(Trainings.Valid().Saying("Running", "searching: 12 of 40 trials", status: Searching));
        var job = Workplace.Job("book-reviews") with
        {
            Status = new EmbeddingJobStatus { ObservedGeneration = null, Conditions = [Trainings.Condition(RunConditions.Ready, ConditionStatus.False, "Running", "embedding v000001")] },
        };
        using (var display = RunDisplay.For(console, TimeProvider.System))
        {
            display.Show([training]);
            display.Show([training]);
            display.Show([training, new EmbeddingJobView(job, new RunCounts { Rows = 1200, Fraction = 0.5 })]);
            display.Show([new TrainingRunView(Trainings.Valid().Saying("Registered", "registered v000003", ConditionStatus.True, status: Searching with { TrialCounts = null }))]);
        }

        Assert.Equal(
            [
                "book-reviews   25%  Running  searching: 12 of 40 trials",
                "EmbeddingJob book-reviews   50%  Running  embedding v000001  1,200 rows",
                "book-reviews  100%  Registered  registered v000003",
            ],
            text.ToString().TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r')));
    }
}
