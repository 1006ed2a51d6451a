using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Tests.Processes;

/// <summary>Training runs by the built program, a process for each task.</summary>
public sealed class TrainingCommandTests : IDisposable
{
    private readonly TrainingFolder run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void A_run_is_three_verbs_and_its_second_is_up_to_date()
    {
        run.WriteReviews(150);
        var prepared = RunnerProcess.Run(run.Task, run.File("task.json")).Prepare!;
        var trial = new Trial { Number = 0, Candidate = run.Task.Candidates[0] };
        Assert.NotNull(Assert.Single(RunnerProcess.Run(run.TrainTask(prepared, trial), run.File("task.json")).Train!.Trials).Value);
        Assert.NotNull(RunnerProcess.Run(run.TrainTask(prepared, trial) with { Fit = true }, run.File("task.json")).Train!.ModelBytes);
        var evaluated = RunnerProcess.Run(run.EvaluateTask(prepared), run.File("task.json")).Evaluate!;
        Assert.Equal(1, evaluated.Version!.Version);
        Assert.True(RunnerProcess.Run(run.Task with { RunId = "00000000000000b2" }, run.File("task.json")).Prepare!.UpToDate);
    }

    [Fact]
    public void Bad_data_is_refused_for_good()
    {
        run.WriteReviews(50, change: (_, review) => review["rating"] = "good");
        var error = RunnerProcess.Run(run.Task, run.File("task.json"), TaskExitCodes.Refused).Error!;
        Assert.Equal(TaskErrorReasons.InputRejected, error.Reason);
        Assert.StartsWith("all 50 rows have the label 'good' (rating), and a classifier needs two classes; correct spec.dataset.labelField or spec.dataset.labels.map, or add rows of another class", error.Message);
    }

    [Fact]
    public void Features_that_nothing_can_be_made_of_are_refused_for_good()
    {
        run.WriteReviews(50);
        run.Task = run.Task with { Features = [new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures { MinDf = "1000" } }], Candidates = [TrainingFolder.Linear] };
        var error = RunnerProcess.Run(run.Task, run.File("task.json"), TaskExitCodes.Refused).Error!;
        Assert.Equal(TaskErrorReasons.InvalidSpec, error.Reason);
        Assert.StartsWith("tfidf: of ", error.Message);
    }
}
