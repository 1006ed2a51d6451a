using System.Globalization;
using TextOps.Onnx.Graphs;

namespace TextOps.Learning.Models;

/// <summary>
/// Writes a linear model as an ONNX graph with the inputs and the output that <see cref="Families.ITrainedClassifier.ToOnnx"/> names: margins are
/// features * weights + intercepts, probabilities are what <see cref="ProbabilityGraph.AddProbabilities"/> makes of them.
/// </summary>
internal static class LinearGraph
{
    /// <summary>Writes the graph. Numbers are rounded to float32.</summary>
    /// <param name="sparseColumns">Number of sparse columns; 0 where there are none.</param>
    /// <param name="denseColumns">Number of dense columns; 0 where there are none.</param>
    /// <param name="labels">Number of labels, at least 2; there are as many margins, but one for two labels.</param>
    /// <param name="sparseWeights"><c>[sparse columns, margins]</c>.</param>
    /// <param name="denseWeights"><c>[dense columns, margins]</c>.</param>
    /// <param name="intercepts"><c>[margins]</c>.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static byte[] Build(
        int sparseColumns, int denseColumns, int labels, ReadOnlySpan<double> sparseWeights, ReadOnlySpan<double> denseWeights, ReadOnlySpan<double> intercepts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(labels, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan((long)sparseColumns + denseColumns, 1, nameof(sparseColumns));
        var margins = labels == 2 ? 1 : labels;
        var graph = new OnnxGraphWriter("linear").Constant("intercepts", [margins], Rounded(intercepts));
        var sum = "intercepts";
        if (sparseColumns > 0)
        {
            AddSparse(graph, sum, "sparse_margins").Constant("sparse_weights", [sparseColumns, margins], Rounded(sparseWeights));
            sum = "sparse_margins";
        }

        if (denseColumns > 0)
        {
            graph.Input(ModelInputs.Dense, OnnxType.Float, "batch", denseColumns.ToString(CultureInfo.InvariantCulture))
                .Constant("dense_weights", [denseColumns, margins], Rounded(denseWeights))
                .Node("Gemm", [ModelInputs.Dense, "dense_weights", sum], "margins");
            sum = "margins";
        }

        return graph.AddProbabilities(sum, labels).ToArray();
    }

    /// <summary>The sum of each row's weights, looked up by column and weighted by value: <c>[batch, 1, terms] * [batch, terms, margins]</c>.</summary>
    private static OnnxGraphWriter AddSparse(OnnxGraphWriter graph, string intercepts, string margins) => graph
        .Input(ModelInputs.Indices, OnnxType.Int64, "batch", "terms")
        .Input(ModelInputs.Values, OnnxType.Float, "batch", "terms")
        .Constant("middle", [1], [1L])
        .Node("Gather", ["sparse_weights", ModelInputs.Indices], "term_weights", OnnxAttribute.Integer("axis", 0))
        .Node("Unsqueeze", [ModelInputs.Values, "middle"], "value_rows")
        .Node("MatMul", ["value_rows", "term_weights"], "weighted_rows")
        .Node("Squeeze", ["weighted_rows", "middle"], "weighted")
        .Node("Add", ["weighted", intercepts], margins);

    private static float[] Rounded(ReadOnlySpan<double> values)
    {
        var rounded = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            rounded[i] = (float)values[i];
        }

        return rounded;
    }
}
