using System.Globalization;
using TextOps.Onnx.Graphs;

namespace TextOps.Learning.Models;

/// <summary>The end of a graph: from margins to probabilities.</summary>
internal static class ProbabilityGraph
{
    /// <summary>
    /// Adds the output <c>probabilities</c>: the softmax of the margins. Two labels have one margin, the second label's; the first label's is 0. (Softmax and not
    /// a sigmoid: ONNX Runtime's sigmoid is right to 5e-8 only, which is all of a small probability.)
    /// </summary>
    /// <param name="margins">Name of the margins: <c>[batch, labels]</c>, or <c>[batch, 1]</c> for two labels.</param>
    public static OnnxGraphWriter AddProbabilities(this OnnxGraphWriter graph, string margins, int labels)
    {
        if (labels == 2)
        {
            graph.Node("Sub", [margins, margins], "first_margin").Node("Concat", ["first_margin", margins], "both_margins", OnnxAttribute.Integer("axis", 1));
            margins = "both_margins";
        }

        return graph
            .Node("Softmax", [margins], ModelInputs.Probabilities, OnnxAttribute.Integer("axis", 1))
            .AddOutput(labels);
    }

    /// <summary>Names the output <c>probabilities</c> as the graph's.</summary>
    public static OnnxGraphWriter AddOutput(this OnnxGraphWriter graph, int labels) =>
        graph.Output(ModelInputs.Probabilities, OnnxType.Float, "batch", labels.ToString(CultureInfo.InvariantCulture));
}
