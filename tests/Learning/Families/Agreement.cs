using TextOps.Learning.Families;
using TextOps.Learning.Matrices;
using TextOps.Learning.Models;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Families;

/// <summary>Compares probabilities.</summary>
internal static class Agreement
{
    /// <summary>The largest difference.</summary>
    public static double Largest(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        return expected.Zip(found).Max(pair => Math.Abs(pair.First - pair.Second));
    }

    /// <summary>What the model's graph says, run by ONNX Runtime.</summary>
    public static double[] OfGraph(ITrainedClassifier model, FeatureMatrix features)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("model.onnx"), model.ToOnnx());
        using var graph = OnnxClassifier.Open(folder.File("model.onnx"), new ModelShape(features.SparseColumns, features.DenseColumns, model.LabelCount), threads: 1);
        return graph.PredictProbabilities(features);
    }

    /// <summary>Share of rows whose largest probability is their label's.</summary>
    public static double Accuracy(double[] probabilities, ReadOnlySpan<int> labels, int labelCount)
    {
        var right = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            var line = probabilities.AsSpan(row * labelCount, labelCount).ToArray();
            right += Array.IndexOf(line, line.Max()) == labels[row] ? 1 : 0;
        }

        return (double)right / labels.Length;
    }
}
