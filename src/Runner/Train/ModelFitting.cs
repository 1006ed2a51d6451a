using TextOps.Artifacts.Training;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Features;
using TextOps.Learning.Matrices;
using TextOps.Learning.Models;
using TextOps.Runner.Datasets;
using TextOps.Runner.Logging;
using TextOps.Runner.Tasks;
using TextOps.Runner.Workspaces;

namespace TextOps.Runner.Train;

/// <summary>Fits a candidate for good, on the training and the validation split together, and writes the model to the workspace as it will be registered.</summary>
internal sealed class ModelFitting(TaskContext context, TrainingWorkspace workspace, PreparedDataset prepared, Func<Candidate, IClassifierTrainer> trainers)
{
    /// <summary>Largest difference between a probability of trainer and graph.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>Fits the task's only trial. A model of the same candidate that is whole already is answered.</summary>
    public async Task<TrainResult> RunAsync(TrainTask task, CancellationToken cancellationToken)
    {
        var trial = task.Trials[0];
        if (await workspace.ReadAsync<FittedModel>(WorkspaceLayout.FittedFile, cancellationToken) is { } before
            && before.Trial.Number == trial.Number && TrainVerb.IsOf(before.Trial, trial)
            && await workspace.HasAsync(before.Files.Select(file => file with { Path = WorkspaceLayout.ModelFolder + file.Path }), cancellationToken))
        {
            return await ResultAsync(before, cancellationToken);
        }

        context.Progress.Begin("Fitting");
        var begin = context.Time.GetTimestamp();
        var trainer = trainers(trial.Candidate);
        var blocks = TrialData.BlocksOf(trial.Candidate, trainer, prepared.Blocks);
        using var scratch = new ScratchFolder();
        var data = new TrialData(workspace, prepared, scratch.File("data"));
        var (features, labels) = await RowsAsync(data, blocks, cancellationToken);
        var model = trainer.Train(features, labels, prepared.Labels.Count, task.Seed, cancellationToken);

        context.Progress.Begin("Checking");
        await SaveAsync(model, blocks, scratch, cancellationToken);
        var difference = await DifferenceAsync(model, data, blocks, scratch, cancellationToken);
        if (!(difference <= Tolerance))
        {
            throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec,
                $"candidate '{trial.Candidate.Name}': the model's ONNX graph gives probabilities that differ by {difference:G3} from the trainer's, more than {Tolerance:G3}; "
                + "this is a fault of the program: report it with the task, and leave the candidate out until it is mended");
        }

        context.Progress.Begin("Writing");
        var files = await workspace.PutFolderAsync(scratch.File("model"), WorkspaceLayout.ModelFolder, cancellationToken);
        var fitted = new FittedModel
        {
            Trial = new TrialRecord
            {
                Number = trial.Number,
                Candidate = trial.Candidate,
                Parameters = trial.Parameters ?? new Dictionary<string, string>(StringComparer.Ordinal),
                Facts = model.Facts,
                Seconds = context.Time.GetElapsedTime(begin).TotalSeconds,
            },
            Blocks = [.. blocks.Select(block => block.Name)],
            LargestDifference = difference,
            Files = [.. files.Select(file => file with { Path = file.Path[WorkspaceLayout.ModelFolder.Length..] })],
        };
        await workspace.WriteAsync(WorkspaceLayout.FittedFile, fitted, cancellationToken);
        context.Log.ModelFitted(trial.Candidate.Name, labels.Length, fitted.Trial.Seconds, difference);
        return await ResultAsync(fitted, cancellationToken);
    }

    private static async Task<(FeatureMatrix Features, int[] Labels)> RowsAsync(TrialData data, IReadOnlyList<PreparedBlock> blocks, CancellationToken cancellationToken)
    {
        var train = await data.FeaturesAsync(SplitName.Train, blocks, cancellationToken);
        var labels = await data.LabelsAsync(SplitName.Train, cancellationToken);
        var more = await data.LabelsAsync(SplitName.Validation, cancellationToken);
        return more.Length == 0
            ? (train, labels)
            : (MatrixRows.Above(train, await data.FeaturesAsync(SplitName.Validation, blocks, cancellationToken)), [.. labels, .. more]);
    }

    /// <summary>Writes the model's folder: the blocks that it sees, as they were fitted, and its graph.</summary>
    private async Task SaveAsync(ITrainedClassifier model, IReadOnlyList<PreparedBlock> blocks, ScratchFolder scratch, CancellationToken cancellationToken)
    {
        await workspace.DownloadAsync(prepared.Files.Where(file => file.Path.StartsWith(WorkspaceLayout.PipelineFolder, StringComparison.Ordinal)), below: "", scratch.Path, cancellationToken);
        var featurizer = FeaturePipeline.Load(scratch.File(WorkspaceLayout.PipelineFolder), context.Threads);
        using (featurizer.Pipeline)
        {
            featurizer.Pipeline.Select([.. blocks.Select(block => block.Name)]).Save(scratch.File("model"), featurizer.TextField, featurizer.Labels);
        }

        await File.WriteAllBytesAsync(scratch.File($"model/{ClassifierModel.FileName}"), model.ToOnnx(), cancellationToken);
    }

    /// <summary>
    /// The largest difference on the test split, between the trainer and the graph on the features that were prepared, and (where no encoder is in it, whose vectors depend a
    /// little on their batch) the whole model from the texts.
    /// </summary>
    private async Task<double> DifferenceAsync(ITrainedClassifier model, TrialData data, IReadOnlyList<PreparedBlock> blocks, ScratchFolder scratch, CancellationToken cancellationToken)
    {
        var features = await data.FeaturesAsync(SplitName.Test, blocks, cancellationToken);
        var expected = model.PredictProbabilities(features);
        var shape = new ModelShape(features.SparseColumns, features.DenseColumns, prepared.Labels.Count);
        double[] found;
        using (var graph = OnnxClassifier.Open(scratch.File($"model/{ClassifierModel.FileName}"), shape, context.Threads))
        {
            found = graph.PredictProbabilities(features, cancellationToken);
        }

        var difference = Largest(expected, found);
        using var served = ClassifierModel.Load(scratch.File("model"), context.Threads);
        if (prepared.Features.Any(block => block.Embedding is not null && blocks.Any(seen => seen.Name == block.Name)))
        {
            return difference;
        }

        var rows = await TestRows.ReadAsync(workspace, prepared, scratch.File("test"), cancellationToken);
        return Math.Max(difference, Largest(expected, served.PredictProbabilities(rows.Texts, cancellationToken)));
    }

    // NaN where one of them is: then nothing is within the tolerance.
    private static double Largest(double[] one, double[] other) => one.Zip(other, (first, second) => Math.Abs(first - second)).Aggregate(0.0, Math.Max);

    private async Task<TrainResult> ResultAsync(FittedModel fitted, CancellationToken cancellationToken)
    {
        var record = await workspace.ReadAsync<TrialRecord>(WorkspaceLayout.TrialFile(fitted.Trial.Number), cancellationToken);
        return new TrainResult
        {
            Trials = [TrainVerb.ResultOf(fitted.Trial) with { Value = record?.Value }],
            ModelBytes = fitted.Files.Sum(file => file.Bytes),
        };
    }
}
