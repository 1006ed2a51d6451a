using TextOps.Learning.Matrices;
using TextOps.Learning.Models;

namespace TextOps.Learning.Families;

/// <summary>Trees whose mean is a probability.</summary>
internal sealed class Forest(int columns, int labels, IReadOnlyList<ForestTree> trees) : ITrainedClassifier
{
    /// <inheritdoc/>
    public int LabelCount => labels;

    /// <summary>The trees.</summary>
    internal IReadOnlyList<ForestTree> Trees => trees;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Facts { get; } = new Dictionary<string, double>(StringComparer.Ordinal)
    {
        ["trees"] = trees.Count,
        ["nodes"] = trees.Sum(tree => (double)tree.Tree.Nodes),
    };

    /// <inheritdoc/>
    public double[] PredictProbabilities(FeatureMatrix features)
    {
        var rows = TreeModel.Require(features, columns);
        var probabilities = new double[(long)rows.Rows * labels];
        for (var row = 0; row < rows.Rows; row++)
        {
            var sums = probabilities.AsSpan(row * labels, labels);
            foreach (var tree in trees)
            {
                var leaf = tree.Tree.LeafOf(rows.Row(row));
                for (var i = tree.Starts[leaf]; i < tree.Starts[leaf + 1]; i++)
                {
                    sums[tree.Labels[i]] += tree.Shares[i];
                }
            }

            foreach (ref var sum in sums)
            {
                sum /= trees.Count;
            }
        }

        return probabilities;
    }

    /// <inheritdoc/>
    public byte[] ToOnnx() => TreeGraph.Forest(
        columns, labels, [.. trees.Select(tree => new WeightedTree(
            tree.Tree, leaf => Enumerable.Range(tree.Starts[leaf], tree.Starts[leaf + 1] - tree.Starts[leaf]).Select(i => (tree.Labels[i], tree.Shares[i]))))]);
}
