using System.Security.Cryptography;
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

    // Before a method is optimised, and after it, the same code may round differently; when that happens is a matter of time.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_model_has_equal_bytes_however_far_the_runtime_has_optimised_the_program(int labels)
    {
        string[] modes = ["DOTNET_TieredCompilation=0", "DOTNET_TieredCompilation=1", "DOTNET_TC_CallCountThreshold=1000000"];

        var bytes = modes.Select(mode => Fitted(mode.Split('='), labels)).ToList();

        Assert.All(bytes, files => Assert.Equal(bytes[0], files));
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

    /// <summary>The files of a model that is prepared and fitted by processes of their own, with digests.</summary>
    private static IReadOnlyList<string> Fitted(string[] variable, int labels)
    {
        using var training = new TrainingFolder();
        training.WriteReviews(400, change: (row, review) => review["rating"] = row % labels);
        var prepared = Run(training.Task).Prepare!;
        Run(training.TrainTask(prepared, new Trial { Number = 0, Candidate = training.Task.Candidates[0] }) with { Fit = true });
        var model = training.WorkspaceFile(prepared, "model");
        return [.. Directory.GetFiles(model).Order(StringComparer.Ordinal).Select(file => $"{Path.GetFileName(file)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}")];

        TaskResult Run(TaskDocument task)
        {
            using var runner = RunnerProcess.StartWith(variable[0], variable[1], RunnerProcess.VerbOf(task), "--task", RunnerProcess.WriteTask(training.File("task.json"), task), "--listen", "127.0.0.1:0");
            Assert.True(runner.Wait() == TaskExitCodes.Succeeded, runner.Output + runner.Error);
            return runner.Result();
        }
    }
}
