using System.Globalization;
using TextOps.Onnx.Graphs;

namespace TextOps.Learning.Models;

/// <summary>Writes ensembles of trees as ONNX graphs with the input and the output that <see cref="Families.ITrainedClassifier.ToOnnx"/> names.</summary>
internal static class TreeGraph
{
    /// <summary>
    /// Trees that one operator sums. It sums in float32, where the error of a sum of equal numbers grows with their count; sums of sums keep it below 1e-5.
    /// </summary>
    private const int TreesPerSum = 512;

    /// <summary>Boosted trees: their sums are margins, of which <see cref="ProbabilityGraph.AddProbabilities"/> makes probabilities.</summary>
    /// <param name="columns">Number of dense columns.</param>
    /// <param name="labels">Number of labels; there are as many margins, but one for two labels.</param>
    /// <param name="trees">The trees, each with the margin that it adds to.</param>
    public static byte[] Boosting(int columns, int labels, IReadOnlyList<(DecisionTree Tree, int Margin)> trees)
    {
        var graph = Start("boosting", columns);
        AddSum(graph, labels == 2 ? 1 : labels, [.. trees.Select(tree => new WeightedTree(tree.Tree, leaf => [(tree.Margin, tree.Tree.Numbers[leaf])]))], "margins");
        return graph.AddProbabilities("margins", labels).ToArray();
    }

    /// <summary>A forest: probabilities are the mean of the class shares in the leaves that a row comes to.</summary>
    /// <param name="columns">Number of dense columns.</param>
    /// <param name="labels">Number of labels.</param>
    /// <param name="trees">The trees, each with the shares of its leaves.</param>
    public static byte[] Forest(int columns, int labels, IReadOnlyList<WeightedTree> trees)
    {
        // Most leaves of a forest are of one class: sums of ones are exact, unlike sums of 1 / trees.
        var graph = Start("forest", columns).Constant("trees", [1], [(float)trees.Count]);
        AddSum(graph, labels, trees, "shares");
        return graph.Node("Div", ["shares", "trees"], ModelInputs.Probabilities).AddOutput(labels).ToArray();
    }

    private static OnnxGraphWriter Start(string name, int columns) =>
        new OnnxGraphWriter(name).Input(ModelInputs.Dense, OnnxType.Float, "batch", columns.ToString(CultureInfo.InvariantCulture));

    private static void AddSum(OnnxGraphWriter graph, int targets, IReadOnlyList<WeightedTree> trees, string sum)
    {
        List<string> parts = [];
        foreach (var part in trees.Chunk(TreesPerSum))
        {
            parts.Add(trees.Count <= TreesPerSum ? sum : $"{sum}_{parts.Count}");
            graph.Node(OnnxGraphWriter.MachineLearning, "TreeEnsembleRegressor", [ModelInputs.Dense], parts[^1], Attributes(targets, part));
        }

        if (parts.Count > 1)
        {
            graph.Node("Sum", [.. parts], sum);
        }
    }

    /// <summary>The trees as lists, an entry per node and per weight (onnx docs/Operators-ml.md, TreeEnsembleRegressor).</summary>
    private static OnnxAttribute[] Attributes(int targets, WeightedTree[] trees)
    {
        List<long> treeIds = [], nodeIds = [], columns = [], left = [], right = [], targetTrees = [], targetNodes = [], targetIds = [];
        List<float> thresholds = [], weights = [];
        List<string> modes = [];
        for (var number = 0; number < trees.Length; number++)
        {
            var tree = trees[number].Tree;
            for (var node = 0; node < tree.Nodes; node++)
            {
                var leaf = tree.IsLeaf(node);
                treeIds.Add(number);
                nodeIds.Add(node);
                modes.Add(leaf ? "LEAF" : "BRANCH_LT");
                columns.Add(leaf ? 0 : tree.Columns[node]);
                thresholds.Add(leaf ? 0 : tree.Numbers[node]);
                left.Add(tree.Left[node]);
                right.Add(tree.Right[node]);
                foreach (var (target, weight) in leaf ? trees[number].Weights(node) : [])
                {
                    targetTrees.Add(number);
                    targetNodes.Add(node);
                    targetIds.Add(target);
                    weights.Add(weight);
                }
            }
        }

        return
        [
            OnnxAttribute.Text("aggregate_function", "SUM"),
            OnnxAttribute.Text("post_transform", "NONE"),
            OnnxAttribute.Integer("n_targets", targets),
            OnnxAttribute.Integers("nodes_treeids", treeIds.ToArray()),
            OnnxAttribute.Integers("nodes_nodeids", nodeIds.ToArray()),
            OnnxAttribute.Texts("nodes_modes", modes),
            OnnxAttribute.Integers("nodes_featureids", columns.ToArray()),
            OnnxAttribute.Floats("nodes_values", thresholds.ToArray()),
            OnnxAttribute.Integers("nodes_truenodeids", left.ToArray()),
            OnnxAttribute.Integers("nodes_falsenodeids", right.ToArray()),
            OnnxAttribute.Integers("target_treeids", targetTrees.ToArray()),
            OnnxAttribute.Integers("target_nodeids", targetNodes.ToArray()),
            OnnxAttribute.Integers("target_ids", targetIds.ToArray()),
            OnnxAttribute.Floats("target_weights", weights.ToArray()),
        ];
    }
}

/// <summary>A tree with what its leaves add.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Weights">What a leaf, by its number, adds to which target.</param>
internal sealed record WeightedTree(DecisionTree Tree, Func<int, IEnumerable<(int Target, float Weight)>> Weights);
