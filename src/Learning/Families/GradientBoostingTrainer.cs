using System.Globalization;
using TextOps.Crds.Schema;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families.Xgboost;
using TextOps.Learning.Matrices;
using TextOps.Learning.Models;

namespace TextOps.Learning.Families;

/// <summary>
/// Gradient boosted trees by xgboost's <c>hist</c> (Chen, Guestrin 2016), one thread: <c>binary:logistic</c> for two labels, else <c>multi:softprob</c>.
/// Parameters that are not the family's are xgboost's defaults.
/// </summary>
/// <param name="parameters">The family's parameters.</param>
public sealed class GradientBoostingTrainer(GradientBoosting parameters) : IClassifierTrainer
{
    private const string Family = "gradientBoosting";

    /// <inheritdoc/>
    public bool TakesSparse => false;

    /// <inheritdoc/>
    public ITrainedClassifier Train(FeatureMatrix features, ReadOnlySpan<int> labels, int labelCount, int seed, CancellationToken cancellationToken)
    {
        var rows = TreeRows.Require(Family, features, labels);
        if (Decimals.Value(parameters.Subsample) * rows.Rows < 1)
        {
            throw new TrainingException($"{Family}.subsample ({parameters.Subsample}) leaves no row of {rows.Rows}; raise it");
        }

        using var matrix = TrainingMatrix.Create(rows);
        matrix.SetLabels(labels);
        using var booster = Booster.Create(matrix, Parameters(labelCount), seed);
        for (var round = 0; round < parameters.NEstimators; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            booster.Update(round, matrix);
        }

        var model = new BoostedTrees(rows.Columns, labelCount, BoosterJson.Read(booster.Save()), parameters.NEstimators);
        model.Compare(rows, booster.PredictMargins(matrix));
        return model;
    }

    /// <summary>What xgboost is told.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Parameters(int labels)
    {
        yield return new("tree_method", "hist");
        yield return new("objective", labels == 2 ? "binary:logistic" : "multi:softprob");
        // Probability of two labels (margin 0), and margin of more, where it changes nothing.
        yield return new("base_score", labels == 2 ? "0.5" : "0");
        if (labels > 2)
        {
            yield return new("num_class", labels.ToString(CultureInfo.InvariantCulture));
        }

        yield return new("max_depth", parameters.MaxDepth.ToString(CultureInfo.InvariantCulture));
        yield return new("eta", parameters.LearningRate);
        yield return new("min_child_weight", parameters.MinChildWeight);
        yield return new("subsample", parameters.Subsample);
        yield return new("colsample_bytree", parameters.ColsampleBytree);
        yield return new("lambda", parameters.RegLambda);
    }
}
