using TextOps.Learning.Matrices;
using TextOps.Learning.Models;

namespace TextOps.Learning.Families;

/// <summary>Trees whose sums are margins.</summary>
internal sealed class BoostedTrees(int columns, int labels, IReadOnlyList<(DecisionTree Tree, int Margin)> trees, int rounds) : ITrainedClassifier
{
    private readonly int margins = labels == 2 ? 1 : labels;

    /// <inheritdoc/>
    public int LabelCount => labels;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Facts { get; } = new Dictionary<string, double>(StringComparer.Ordinal)
    {
        ["iterations"] = rounds,
        ["trees"] = trees.Count,
        ["nodes"] = trees.Sum(tree => (double)tree.Tree.Nodes),
    };

    /// <inheritdoc/>
    public double[] PredictProbabilities(FeatureMatrix features)
    {
        var rows = TreeModel.Require(features, columns);
        var probabilities = new double[(long)rows.Rows * labels];
        Span<double> sums = new double[margins];
        for (var row = 0; row < rows.Rows; row++)
        {
            Sum(rows.Row(row), sums);
            Probabilities(sums, probabilities.AsSpan(row * labels, labels));
        }

        return probabilities;
    }

    /// <inheritdoc/>
    public byte[] ToOnnx() => TreeGraph.Boosting(columns, labels, trees);

    /// <summary>Makes sure that the trees were read as xgboost means them.</summary>
    /// <param name="expected">xgboost's own margins <c>[rows, margins]</c>.</param>
    /// <exception cref="TrainingException">They differ.</exception>
    public void Compare(DenseMatrix rows, float[] expected)
    {
        Span<double> sums = new double[margins];
        for (var row = 0; row < rows.Rows; row++)
        {
            Sum(rows.Row(row), sums);
            for (var margin = 0; margin < margins; margin++)
            {
                var own = expected[(row * margins) + margin];
                if (!(Math.Abs(sums[margin] - own) <= 1e-4 * Math.Max(1, Math.Abs(own))))
                {
                    throw new TrainingException(
                        $"the trees of row {row} add up to {sums[margin]}, but xgboost says {own}; " +
                        (float.IsFinite(own) ? "this version of xgboost saves its models in another way: use 1.7" : "training diverged: lower learningRate or raise minChildWeight"));
                }
            }
        }
    }

    private void Sum(ReadOnlySpan<float> row, Span<double> sums)
    {
        sums.Clear();
        foreach (var (tree, margin) in trees)
        {
            sums[margin] += tree.Numbers[tree.LeafOf(row)];
        }
    }

    private static void Probabilities(ReadOnlySpan<double> margins, Span<double> probabilities)
    {
        if (margins.Length == 1)
        {
            (probabilities[0], probabilities[1]) = (1 / (1 + Math.Exp(margins[0])), 1 / (1 + Math.Exp(-margins[0])));
            return;
        }

        var (largest, total) = (double.NegativeInfinity, 0.0);
        foreach (var margin in margins)
        {
            largest = Math.Max(largest, margin);
        }

        for (var label = 0; label < margins.Length; label++)
        {
            total += probabilities[label] = Math.Exp(margins[label] - largest);
        }

        for (var label = 0; label < margins.Length; label++)
        {
            probabilities[label] /= total;
        }
    }
}
