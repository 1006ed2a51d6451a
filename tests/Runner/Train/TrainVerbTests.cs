using TextOps.Artifacts.Training;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Matrices;
using TextOps.Runner.Tasks;
using TextOps.Runner.Train;

namespace TextOps.Runner.Tests.Train;

public sealed class TrainVerbTests : IDisposable
{
    private readonly TrainingFolder run = new();

    private static Trial Best => new() { Number = 0, Candidate = TrainingFolder.Linear };

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Trials_are_scored_on_the_validation_split_and_recorded()
    {
        run.WriteReviews(300);
        var prepared = await run.PrepareAsync();
        var result = await run.TrainAsync(prepared, Best, new Trial { Number = 5, Candidate = run.Task.Candidates[1], Parameters = new Dictionary<string, string> { ["c"] = "0.0001" } });
        Assert.Equal([0, 5], result.Trials.Select(trial => trial.Number));
        Assert.True(result.Trials[0].Value > 0.8 && result.Trials[0].Value > result.Trials[1].Value);
        Assert.All(result.Trials, trial => Assert.True(trial.Error is null && trial.Seconds >= 0));
        var record = (await run.ReadAsync<TrialRecord>(prepared, "trials/00005.json"))!;
        Assert.Equal((result.Trials[1].Value, "0.0001"), (record.Value, record.Parameters["c"]));
        Assert.Equal(record.Value, record.Metrics[MetricNames.Accuracy]);
        Assert.True(record.Metrics.ContainsKey("recall[positive]") && record.Facts.Count > 0);
        Assert.Equal(("Training", 2, 2), (run.Progress.Snapshot().Phase, run.Progress.Snapshot().Done, run.Progress.Snapshot().Total));
    }

    [Fact]
    public async Task A_trial_that_has_a_record_is_not_trained_again()
    {
        run.WriteReviews(100);
        var prepared = await run.PrepareAsync();
        var first = await run.TrainAsync(prepared, Best);
        run.Trainers = _ => new BrokenTrainer("must not be asked");
        Assert.Equal(first.Trials, (await run.TrainAsync(prepared, Best)).Trials);

        // Another candidate under the same number is another trial.
        var other = Best with { Candidate = TrainingFolder.Linear with { LogisticRegression = new LogisticRegression { C = "2" } } };
        Assert.Equal("must not be asked", (await run.TrainAsync(prepared, other)).Trials[0].Error);
    }

    [Fact]
    public async Task Folds_are_the_mean_of_as_many_scores()
    {
        run.WriteReviews(120);
        run.Task = run.Task with
        {
            Search = run.Task.Search with { Objective = new Objective { Metric = MetricNames.F1Macro, Folds = 4 } },
            Dataset = run.Task.Dataset with { Split = new DatasetSplit { ValidationFraction = "0" } },
        };
        var prepared = await run.PrepareAsync();
        Assert.Equal((96, 0, 24), (prepared.Train, prepared.Validation, prepared.Test));
        var trial = Assert.Single((await run.TrainAsync(prepared, Best)).Trials);
        var record = (await run.ReadAsync<TrialRecord>(prepared, "trials/00000.json"))!;
        Assert.Equal(4, record.Folds!.Count);
        Assert.Equal(trial.Value, record.Folds.Average());
        Assert.Empty(record.Metrics);
        Assert.NotNull((await run.FitAsync(prepared, Best)).ModelBytes);
    }

    [Theory]
    [InlineData("diverged at step 3", "diverged at step 3")]
    [InlineData(null, "the model's probabilities are not finite; strengthen its penalty")]
    public async Task A_trial_that_fails_is_a_result(string? error, string expected)
    {
        run.WriteReviews(100);
        var prepared = await run.PrepareAsync();
        run.Trainers = candidate => candidate.Name == "linear" ? new BrokenTrainer(error) : ClassifierTrainers.Of(candidate);
        var result = await run.TrainAsync(prepared, Best, Best with { Number = 1, Candidate = run.Task.Candidates[1] });
        Assert.Equal((null, expected), (result.Trials[0].Value, result.Trials[0].Error));
        Assert.NotNull(result.Trials[1].Value);
        Assert.Null((await run.ReadAsync<TrialRecord>(prepared, "trials/00000.json"))!.Value);
    }

    [Fact]
    public void Results_of_32_failed_trials_fit_into_a_termination_message()
    {
        var errors = new[] { new string('é', 300), "a \"quoted\" path C:\\x\n" + new string('\u0001', 90), string.Concat(Enumerable.Repeat("😀", 100)), "short" };
        var trials = Enumerable.Range(0, 32).Select(number => new TrialRecord { Number = 400 + number, Candidate = TrainingFolder.Linear, Seconds = 12345.6789, Error = errors[number % errors.Length] });
        var result = new TaskResult { Train = new TrainResult { Trials = [.. trials.Select(TrainVerb.ResultOf)] } };
        var bytes = ResultDocument.Serialize(result);
        Assert.InRange(bytes.Length, 1000, TaskResult.MaxBytes);
        Assert.Contains("\"train\"", System.Text.Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fitted_model_lies_in_the_workspace_with_the_blocks_it_sees()
    {
        run.WriteReviews(200);
        var prepared = await run.PrepareAsync();
        var words = Best with { Candidate = TrainingFolder.Linear with { Features = ["words"] } };
        var result = await run.FitAsync(prepared, words);
        var fitted = (await run.ReadAsync<FittedModel>(prepared, WorkspaceLayout.FittedFile))!;
        Assert.Equal(["featurizer.json", "model.onnx"], fitted.Files.Select(file => file.Path));
        Assert.Equal(result.ModelBytes, fitted.Files.Sum(file => file.Bytes));
        Assert.Equal(["words"], fitted.Blocks);
        Assert.InRange(fitted.LargestDifference, 0, ModelFitting.Tolerance);
        Assert.DoesNotContain("numbers", File.ReadAllText(run.WorkspaceFile(prepared, "model/featurizer.json")), StringComparison.Ordinal);

        // Asked again it is answered, without a file the model is fitted again: to the same bytes.
        var content = File.ReadAllBytes(run.WorkspaceFile(prepared, "model/model.onnx"));
        run.Trainers = _ => new BrokenTrainer("must not be asked");
        Assert.Equal(result.ModelBytes, (await run.FitAsync(prepared, words)).ModelBytes);
        File.Delete(run.WorkspaceFile(prepared, "model/model.onnx"));
        Assert.Equal("must not be asked", (await Assert.ThrowsAsync<TrainingException>(() => run.FitAsync(prepared, words))).Message);
        run.Trainers = ClassifierTrainers.Of;
        await run.FitAsync(prepared, words);
        Assert.Equal(content, File.ReadAllBytes(run.WorkspaceFile(prepared, "model/model.onnx")));
    }

    [Fact]
    public async Task Trees_learn_from_dense_blocks_and_are_fitted_as_they_will_be_served()
    {
        run.WriteReviews(150, change: (row, review) => review["price"] = row % 2 == 0 ? 10 + (row % 7) : 14 + (row % 9));
        Candidate[] trees =
        [
            new() { Name = "forest", RandomForest = new RandomForest { NEstimators = 20 } },
            new() { Name = "boosting", GradientBoosting = new GradientBoosting { NEstimators = 20, MaxDepth = 3 } },
        ];
        run.Task = run.Task with { Candidates = trees };
        var prepared = await run.PrepareAsync();
        var result = await run.TrainAsync(prepared, [.. trees.Select((candidate, number) => new Trial { Number = number, Candidate = candidate })]);
        if (result.Trials[0].Error is { } missing && missing.Contains("need xgboost's library", StringComparison.Ordinal))
        {
            Assert.Skip((await run.ReadAsync<TrialRecord>(prepared, "trials/00000.json"))!.Error!);
        }

        Assert.All(result.Trials, trial => Assert.True(trial.Value > 0.6, trial.Error));
        for (var number = 0; number < trees.Length; number++)
        {
            await run.FitAsync(prepared, new Trial { Number = number, Candidate = trees[number] });
            Assert.Equal(["numbers"], (await run.ReadAsync<FittedModel>(prepared, WorkspaceLayout.FittedFile))!.Blocks);
            Assert.Equal(trees[number].Name, (await run.ReadAsync<FittedModel>(prepared, WorkspaceLayout.FittedFile))!.Trial.Candidate.Name);
        }

        run.Task = run.Task with { Evaluation = new Evaluation { BootstrapSamples = 0 } };
        var evaluated = await run.EvaluateAsync(prepared, best: 1);
        Assert.Equal("boosting", evaluated.Version!.Candidate);
    }

    [Fact]
    public async Task A_graph_that_gives_other_probabilities_than_the_trainer_is_refused()
    {
        run.WriteReviews(100);
        var prepared = await run.PrepareAsync();
        run.Trainers = candidate => new ShiftedTrainer(ClassifierTrainers.Of(candidate), 2e-5);
        var refused = await Assert.ThrowsAsync<TaskRefusedException>(() => run.FitAsync(prepared, Best));
        Assert.StartsWith("candidate 'linear': the model's ONNX graph gives probabilities that differ by 2", refused.Message);
        Assert.Null(await run.ReadAsync<FittedModel>(prepared, WorkspaceLayout.FittedFile));
    }

    [Theory]
    [InlineData("another model's folder", "training/other/x")]
    [InlineData("nothing there", "training/reviews/x-00000000")]
    [InlineData("up and out", "training/reviews/../../x")]
    [InlineData("another run's", null)]
    public async Task Another_workspace_is_refused(string narrative, string? folder)
    {
        Assert.NotEmpty(narrative);
        run.WriteReviews(60);
        var prepared = await run.PrepareAsync();
        run.Task = folder is null ? run.Task with { RunId = "00000000000000ff" } : run.Task;
        var refused = await Assert.ThrowsAsync<TaskRefusedException>(() => run.TrainAsync(prepared with { Workspace = folder ?? prepared.Workspace }, Best));
        Assert.Equal(TaskErrorReasons.InvalidSpec, refused.Reason);
    }

    [Fact]
    public async Task A_damaged_matrix_is_refused_before_it_is_read()
    {
        run.WriteReviews(60);
        var prepared = await run.PrepareAsync();
        var path = run.WorkspaceFile(prepared, "features/words/train.values.npy");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        var refused = await Assert.ThrowsAsync<TextOps.Artifacts.Stores.StoreRefusedException>(() => run.TrainAsync(prepared, Best));
        Assert.Contains("features/words/train.values.npy is damaged: its SHA-256 is ", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Fails, or gives NaN where no error is given.</summary>
    private sealed class BrokenTrainer(string? error) : IClassifierTrainer, ITrainedClassifier
    {
        public bool TakesSparse => true;

        public int LabelCount => 2;

        public IReadOnlyDictionary<string, double> Facts { get; } = new Dictionary<string, double>();

        public ITrainedClassifier Train(FeatureMatrix features, ReadOnlySpan<int> labels, int labelCount, int seed, CancellationToken cancellationToken) =>
            error is null ? this : throw new TrainingException(error);

        public double[] PredictProbabilities(FeatureMatrix features) => [.. Enumerable.Repeat(double.NaN, features.Rows * LabelCount)];

        public byte[] ToOnnx() => throw new NotSupportedException();
    }

    /// <summary>A trainer whose own probabilities are a little beside those of its graph.</summary>
    private sealed class ShiftedTrainer(IClassifierTrainer inner, double shift) : IClassifierTrainer
    {
        public bool TakesSparse => inner.TakesSparse;

        public ITrainedClassifier Train(FeatureMatrix features, ReadOnlySpan<int> labels, int labelCount, int seed, CancellationToken cancellationToken) =>
            new Shifted(inner.Train(features, labels, labelCount, seed, cancellationToken), shift);

        private sealed class Shifted(ITrainedClassifier inner, double shift) : ITrainedClassifier
        {
            public int LabelCount => inner.LabelCount;

            public IReadOnlyDictionary<string, double> Facts => inner.Facts;

            public double[] PredictProbabilities(FeatureMatrix features) => [.. inner.PredictProbabilities(features).Select(value => value + shift)];

            public byte[] ToOnnx() => inner.ToOnnx();
        }
    }
}
