using TextOps.Learning.Matrices;
using TextOps.Learning.Models;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Models;

public sealed class LinearGraphTests
{
    [Theory]
    [InlineData("two labels, sparse", 500, 0, 2, 40)]
    [InlineData("two labels, dense", 0, 30, 2, 40)]
    [InlineData("two labels, both", 500, 30, 2, 40)]
    [InlineData("three labels, both", 500, 30, 3, 40)]
    [InlineData("forty labels over more rows than a batch holds", 5_000, 12, 40, 700)]
    [InlineData("forty labels, dense", 0, 384, 40, 300)]
    [InlineData("one column", 1, 0, 2, 5)]
    public void Equals_the_softmax_of_the_sums(string story, int sparse, int dense, int labels, int rows)
    {
        var random = new Random(7);
        var margins = labels == 2 ? 1 : labels;
        var features = RandomFeatures.Make(random, rows, sparse, dense);
        var (sparseWeights, denseWeights, intercepts) = (Weights(random, sparse * margins), Weights(random, dense * margins), Weights(random, margins));

        var found = Predict(LinearGraph.Build(sparse, dense, labels, sparseWeights, denseWeights, intercepts), new ModelShape(sparse, dense, labels), features);

        var expected = Expected(features, labels, sparseWeights, denseWeights, intercepts);
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - found[i]) < 1e-5, $"{story}: row {i / labels}, label {i % labels}: {found[i]} instead of {expected[i]}");
        }
    }

    [Fact]
    public void A_row_without_terms_gets_what_the_intercepts_say()
    {
        var rows = new FeatureMatrix { Sparse = new CsrMatrix(2, 3, [0, 0, 0], [], []) };

        var found = Predict(LinearGraph.Build(3, 0, 2, [1, 2, 3], [], [Math.Log(3)]), new ModelShape(3, 0, 2), rows);

        Assert.Equal([0.25, 0.75, 0.25, 0.75], found, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void A_small_probability_keeps_its_digits()
    {
        var found = Predict(LinearGraph.Build(0, 1, 2, [], [1], [0]), new ModelShape(0, 1, 2), new FeatureMatrix { Dense = new DenseMatrix(2, 1, [15, -15]) });

        Assert.InRange(found[0] / (1 / (1 + Math.Exp(15))), 0.999, 1.001);
        Assert.InRange(found[3] / (1 / (1 + Math.Exp(15))), 0.999, 1.001);
    }

    [Fact]
    public void Equal_weights_give_equal_bytes()
    {
        double[] weights = [.. Enumerable.Range(0, 60).Select(i => i * 0.1)];

        Assert.Equal(LinearGraph.Build(10, 10, 3, weights.AsSpan(0, 30), weights.AsSpan(30), [1, 2, 3]), LinearGraph.Build(10, 10, 3, weights.AsSpan(0, 30), weights.AsSpan(30), [1, 2, 3]));
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused()
    {
        var failure = Assert.Throws<ArgumentException>(() => LinearGraph.Build(10, 0, 3, new double[29], [], [1, 2, 3]));

        Assert.Contains("sparse_weights has 29 values, but its shape [10, 3] needs 30", failure.Message, StringComparison.Ordinal);
    }

    private static double[] Predict(byte[] graph, ModelShape shape, FeatureMatrix features)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("model.onnx"), graph);
        using var model = OnnxClassifier.Open(folder.File("model.onnx"), shape, threads: 1);
        return model.PredictProbabilities(features);
    }

    private static double[] Expected(FeatureMatrix features, int labels, double[] sparseWeights, double[] denseWeights, double[] intercepts)
    {
        var margins = intercepts.Length;
        var probabilities = new double[features.Rows * labels];
        for (var row = 0; row < features.Rows; row++)
        {
            var sums = (double[])intercepts.Clone();
            for (var i = features.Sparse?.RowStarts[row] ?? 0; i < (features.Sparse?.RowStarts[row + 1] ?? 0); i++)
            {
                for (var margin = 0; margin < margins; margin++)
                {
                    sums[margin] += features.Sparse!.Values[i] * sparseWeights[(features.Sparse.ColumnIndices[i] * margins) + margin];
                }
            }

            for (var column = 0; column < features.DenseColumns; column++)
            {
                for (var margin = 0; margin < margins; margin++)
                {
                    sums[margin] += features.Dense!.Row(row)[column] * denseWeights[(column * margins) + margin];
                }
            }

            double[] logits = labels == 2 ? [0, sums[0]] : sums;
            var total = logits.Sum(Math.Exp);
            for (var label = 0; label < labels; label++)
            {
                probabilities[(row * labels) + label] = Math.Exp(logits[label]) / total;
            }
        }

        return probabilities;
    }

    private static double[] Weights(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() * 4) - 2)];
}
