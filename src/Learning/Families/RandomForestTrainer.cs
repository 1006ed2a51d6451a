using System.Globalization;
using TextOps.Crds.Schema;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families.Xgboost;
using TextOps.Learning.Matrices;

namespace TextOps.Learning.Families;

/// <summary>
/// A random forest (Breiman 2001) whose trees xgboost grows, one thread. Each tree sees its own part of the rows, each of its splits its own part of the
/// columns, and no tree sees what another answers. A split is the one that tells the labels' codes apart best (least squares), which is Gini's rule for two
/// labels; for more, every tree draws its own codes: in the mean over the draws it is Gini's rule too (Joly, Geurts, Wehenkel 2014, "Random forests with
/// random projections of the output space"). A leaf is the share of each label among the tree's rows in it; the forest is the mean of its trees.
/// </summary>
/// <param name="parameters">The family's parameters.</param>
public sealed class RandomForestTrainer(RandomForest parameters) : IClassifierTrainer
{
    private const string Family = "randomForest";

    /// <inheritdoc/>
    public bool TakesSparse => false;

    /// <inheritdoc/>
    public ITrainedClassifier Train(FeatureMatrix features, ReadOnlySpan<int> labels, int labelCount, int seed, CancellationToken cancellationToken)
    {
        var rows = TreeRows.Require(Family, features, labels);
        var bag = (int)Math.Round(Decimals.Value(parameters.MaxSamples) * rows.Rows, MidpointRounding.AwayFromZero);
        if (bag < 1)
        {
            throw new TrainingException($"{Family}.maxSamples ({parameters.MaxSamples}) leaves no row of {rows.Rows}; raise it");
        }

        using var matrix = TrainingMatrix.Create(rows);
        using var booster = Booster.Create(matrix, Parameters(rows.Columns), seed);
        var draws = new ForestDraws(rows.Rows, bag, labelCount, (uint)seed);
        for (var tree = 0; tree < parameters.NEstimators; tree++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            draws.Draw(tree, labels);
            booster.Update(matrix, draws.Gradients, draws.Hessians);
        }

        var trees = BoosterJson.Read(booster.Save());
        var leaves = new ForestTree[trees.Count];
        for (var tree = 0; tree < leaves.Length; tree++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            draws.Draw(tree, labels);
            leaves[tree] = ForestTree.Count(trees[tree].Tree, rows, labels, draws.Hessians);
        }

        return new Forest(rows.Columns, labelCount, leaves);
    }

    /// <summary>With these a leaf's answer is the mean of its rows' codes: no shrinking, no penalty, no base score; each row has the hessian 1.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Parameters(int columns)
    {
        yield return new("tree_method", "hist");
        yield return new("objective", "reg:squarederror");
        yield return new("base_score", "0");
        yield return new("eta", "1");
        yield return new("lambda", "0");
        yield return new("alpha", "0");
        yield return new("max_bin", "16");
        yield return new("max_depth", parameters.MaxDepth.ToString(CultureInfo.InvariantCulture));
        yield return new("min_child_weight", parameters.MinSamplesLeaf.ToString(CultureInfo.InvariantCulture));
        // xgboost rounds the product down; the half keeps it from falling below a whole number.
        yield return new("colsample_bynode", Math.Min(1, (ColumnsPerSplit(columns) + 0.5) / columns).ToString("R", CultureInfo.InvariantCulture));
    }

    private int ColumnsPerSplit(int columns) => Math.Max(1, (int)(parameters.MaxFeatures switch
    {
        "sqrt" => Math.Sqrt(columns),
        "log2" => Math.Log2(columns),
        var part => Decimals.Value(part) * columns,
    }));
}
