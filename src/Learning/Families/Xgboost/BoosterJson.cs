using System.Text.Json;
using TextOps.Learning.Models;

namespace TextOps.Learning.Families.Xgboost;

/// <summary>Reads trees from a model that xgboost saved as JSON (its doc/model.schema; 1.6 and later).</summary>
internal static class BoosterJson
{
    /// <summary>The trees, in the order of their making, each with the margin (group) that it adds to.</summary>
    /// <exception cref="TrainingException">The JSON is not what this version of xgboost is known to write.</exception>
    public static IReadOnlyList<(DecisionTree Tree, int Group)> Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var model = document.RootElement.GetProperty("learner").GetProperty("gradient_booster").GetProperty("model");
            var groups = model.GetProperty("tree_info").EnumerateArray().Select(group => group.GetInt32());
            return [.. model.GetProperty("trees").EnumerateArray().Select(Tree).Zip(groups)];
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new TrainingException($"the model that xgboost saved cannot be read: {failure.Message}; use xgboost 1.7", failure);
        }
    }

    private static DecisionTree Tree(JsonElement tree)
    {
        int[] left = Integers(tree, "left_children"), right = Integers(tree, "right_children"), columns = Integers(tree, "split_indices");
        float[] numbers = [.. tree.GetProperty("split_conditions").EnumerateArray().Select(number => number.GetSingle())];
        var builder = new DecisionTreeBuilder();
        Add(0);
        return builder.ToTree();

        // xgboost's numbering has gaps where it cut nodes off; only what the root leads to counts. A leaf's number stands where a threshold would.
        int Add(int node)
        {
            if (left[node] < 0)
            {
                return builder.Leaf(numbers[node]);
            }

            var split = builder.Split(columns[node], numbers[node]);
            builder.Connect(split, Add(left[node]), Add(right[node]));
            return split;
        }
    }

    private static int[] Integers(JsonElement tree, string name) => [.. tree.GetProperty(name).EnumerateArray().Select(number => number.GetInt32())];
}
