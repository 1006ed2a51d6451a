using TextOps.Artifacts.Training;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Matrices;
using TextOps.Learning.Metrics;
using TextOps.Runner.Datasets;
using TextOps.Runner.Prepare.Splits;

namespace TextOps.Runner.Train;

/// <summary>Trains a trial's candidate and scores it: on the validation split, or as the mean over folds of the training split.</summary>
internal sealed class TrialScoring(TrialData data, PreparedDataset prepared, Objective objective, int seed, Func<Candidate, IClassifierTrainer> trainers, TimeProvider time)
{
    /// <summary>Runs a trial. One that cannot be trained or scored has an error in place of a value.</summary>
    public async Task<TrialRecord> RunAsync(Trial trial, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        var record = new TrialRecord
        {
            Number = trial.Number,
            Candidate = trial.Candidate,
            Parameters = trial.Parameters ?? new Dictionary<string, string>(StringComparer.Ordinal),
            Seconds = 0,
        };
        try
        {
            var trainer = trainers(trial.Candidate);
            var blocks = TrialData.BlocksOf(trial.Candidate, trainer, prepared.Blocks);
            record = objective.Folds is { } folds
                ? await FoldedAsync(record, trainer, blocks, folds, cancellationToken)
                : await ValidatedAsync(record, trainer, blocks, cancellationToken);
        }
        catch (TrainingException error)
        {
            record = record with { Error = error.Message };
        }

        return record with { Seconds = time.GetElapsedTime(begin).TotalSeconds };
    }

    private async Task<TrialRecord> ValidatedAsync(TrialRecord record, IClassifierTrainer trainer, IReadOnlyList<PreparedBlock> blocks, CancellationToken cancellationToken)
    {
        var model = trainer.Train(
            await data.FeaturesAsync(SplitName.Train, blocks, cancellationToken), await data.LabelsAsync(SplitName.Train, cancellationToken), prepared.Labels.Count, seed, cancellationToken);
        var (value, metrics) = Score(model, await data.FeaturesAsync(SplitName.Validation, blocks, cancellationToken), await data.LabelsAsync(SplitName.Validation, cancellationToken), "validation split");
        return record with { Value = value, Metrics = metrics, Facts = model.Facts };
    }

    private async Task<TrialRecord> FoldedAsync(TrialRecord record, IClassifierTrainer trainer, IReadOnlyList<PreparedBlock> blocks, int folds, CancellationToken cancellationToken)
    {
        var features = await data.FeaturesAsync(SplitName.Train, blocks, cancellationToken);
        var labels = await data.LabelsAsync(SplitName.Train, cancellationToken);
        var fold = Folds.Of(labels, await data.GroupsAsync(cancellationToken), folds);
        var (values, facts) = (new List<double>(), new SortedDictionary<string, double>(StringComparer.Ordinal));
        for (var number = 0; number < folds; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int[] learned = [.. Enumerable.Range(0, labels.Length).Where(row => fold[row] != number)];
            int[] judged = [.. Enumerable.Range(0, labels.Length).Where(row => fold[row] == number)];
            if (judged.Length == 0)
            {
                throw new TrainingException($"fold {number + 1} of {folds} has no row; lower spec.search.objective.folds, or add rows");
            }

            var model = trainer.Train(features.TakeRows(learned), Take(labels, learned), prepared.Labels.Count, seed, cancellationToken);
            values.Add(Score(model, features.TakeRows(judged), Take(labels, judged), $"fold {number + 1}").Value);
            foreach (var (name, fact) in model.Facts)
            {
                facts[name] = facts.GetValueOrDefault(name) + (fact / folds);
            }
        }

        return record with { Value = values.Average(), Folds = values, Facts = facts };
    }

    private (double Value, IReadOnlyDictionary<string, double> Metrics) Score(ITrainedClassifier model, FeatureMatrix features, int[] truth, string rows)
    {
        var probabilities = model.PredictProbabilities(features);
        if (!Array.TrueForAll(probabilities, double.IsFinite))
        {
            throw new TrainingException("the model's probabilities are not finite; lower its learning rate, or strengthen its penalty");
        }

        var metrics = ClassificationMetrics.Compute(truth, probabilities, prepared.Labels).Metrics;
        return metrics.TryGetValue(objective.Metric, out var value) && double.IsFinite(value)
            ? (value, metrics)
            : throw new TrainingException($"{objective.Metric} is undefined on the {rows}; add rows, or choose another metric");
    }

    private static int[] Take(int[] values, int[] rows) => Array.ConvertAll(rows, row => values[row]);
}
