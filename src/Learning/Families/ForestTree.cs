using TextOps.Learning.Matrices;
using TextOps.Learning.Models;

namespace TextOps.Learning.Families;

/// <summary>A tree of a forest: its leaves are shares of labels.</summary>
/// <param name="Tree">The tree; its leaves' own values are not used.</param>
/// <param name="Starts">Where each node's shares start in the other lists; one more than nodes.</param>
/// <param name="Labels">Labels that occur in the leaf.</param>
/// <param name="Shares">Their shares; they add up to 1 in each leaf.</param>
internal sealed record ForestTree(DecisionTree Tree, int[] Starts, int[] Labels, float[] Shares)
{
    /// <summary>Counts the labels in each leaf; subtrees of one label become a leaf.</summary>
    /// <param name="weights">Positive for the rows that count.</param>
    public static ForestTree Count(DecisionTree grown, DenseMatrix rows, ReadOnlySpan<int> labels, ReadOnlySpan<float> weights)
    {
        var counts = new SortedDictionary<int, int>?[grown.Nodes];
        for (var row = 0; row < rows.Rows; row++)
        {
            if (weights[row] > 0)
            {
                var leaf = counts[grown.LeafOf(rows.Row(row))] ??= [];
                leaf[labels[row]] = leaf.GetValueOrDefault(labels[row]) + 1;
            }
        }

        var (builder, leaves) = (new DecisionTreeBuilder(), new List<(int Node, SortedDictionary<int, int> Counts)>());
        Copy(0);
        return Pack(builder.ToTree(), leaves);

        int Copy(int node)
        {
            if (OnlyLabel(node) is { } label)
            {
                var pure = builder.Leaf(0);
                leaves.Add((pure, new SortedDictionary<int, int> { [label] = 1 }));
                return pure;
            }

            if (grown.IsLeaf(node))
            {
                var mixed = builder.Leaf(0);
                leaves.Add((mixed, counts[node]!));
                return mixed;
            }

            var split = builder.Split(grown.Columns[node], grown.Numbers[node]);
            builder.Connect(split, Copy(grown.Left[node]), Copy(grown.Right[node]));
            return split;
        }

        // Sums in float32 make xgboost split rows of one label now and then.
        int? OnlyLabel(int node)
        {
            if (grown.IsLeaf(node))
            {
                return counts[node] is { Count: 1 } one ? one.First().Key : null;
            }

            return OnlyLabel(grown.Left[node]) is { } label && OnlyLabel(grown.Right[node]) == label ? label : null;
        }
    }

    private static ForestTree Pack(DecisionTree tree, List<(int Node, SortedDictionary<int, int> Counts)> leaves)
    {
        var starts = new int[tree.Nodes + 1];
        foreach (var (node, counts) in leaves)
        {
            starts[node + 1] = counts.Count;
        }

        for (var node = 0; node < tree.Nodes; node++)
        {
            starts[node + 1] += starts[node];
        }

        var (labels, shares) = (new int[starts[^1]], new float[starts[^1]]);
        foreach (var (node, counts) in leaves)
        {
            var (at, total) = (starts[node], (double)counts.Values.Sum());
            foreach (var (label, count) in counts)
            {
                (labels[at], shares[at]) = (label, (float)(count / total));
                at++;
            }
        }

        return new ForestTree(tree, starts, labels, shares);
    }
}
