using System.Runtime.InteropServices;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Matrices;
using TextOps.Learning.Models;
using TextOps.Learning.Tests.Models;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Families;

public sealed class LogisticRegressionTrainerTests
{
    private static readonly LogisticRegression Tight = new() { C = "2.0", Tol = "0.0000000001", MaxIter = 5000 };

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(13)]
    [InlineData(45)]
    public void Sparse_columns_beside_dense_ones_are_as_all_of_them_dense(int labels)
    {
        var both = RandomFeatures.Make(new Random(1), 300, 40, 11);
        var dense = new FeatureMatrix { Dense = new DenseMatrix(300, 51, Densify(both)) };
        var classes = Labels(300, labels);

        var expected = Train(dense, classes, labels, Tight);
        var found = Train(both, classes, labels, Tight);

        Assert.Equal(expected.Facts["loss"], found.Facts["loss"], expected.Facts["loss"] * 1e-6);
        Assert.All(expected.PredictProbabilities(dense).Zip(found.PredictProbabilities(both)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Theory]
    [InlineData(2, 200, 0)]
    [InlineData(5, 200, 12)]
    [InlineData(21, 0, 30)]
    public void Equal_input_gives_equal_bits_and_the_graph_agrees(int labels, int sparse, int dense)
    {
        using var folder = new TemporaryFolder();
        var features = RandomFeatures.Make(new Random(2), 250, sparse, dense);
        var first = Train(features, Labels(250, labels), labels, new LogisticRegression());
        var second = Train(features, Labels(250, labels), labels, new LogisticRegression());
        File.WriteAllBytes(folder.File("model.onnx"), first.ToOnnx());
        using var graph = OnnxClassifier.Open(folder.File("model.onnx"), new ModelShape(sparse, dense, labels), 1);

        var probabilities = first.PredictProbabilities(features);
        Assert.True(MemoryMarshal.AsBytes<double>(probabilities).SequenceEqual(MemoryMarshal.AsBytes<double>(second.PredictProbabilities(features))));
        Assert.Equal(first.ToOnnx(), second.ToOnnx());
        Assert.All(probabilities.Zip(graph.PredictProbabilities(features)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.All(probabilities.Chunk(labels), row => Assert.Equal(1, row.Sum(), 1e-12));
    }

    [Fact]
    public void Columns_that_never_occur_weigh_nothing()
    {
        var features = new FeatureMatrix { Sparse = new CsrMatrix(4, 1000, [0, 1, 2, 3, 4], [7, 900, 7, 900], [1, 1, 1, 1]) };
        var model = Train(features, [0, 1, 0, 1], 2, Tight);
        Assert.Equal([7, 900], Enumerable.Range(0, 1000).Where(column => model.SparseWeights[column] != 0));
        Assert.True(model.SparseWeights[7] < 0 && model.SparseWeights[900] > 0);
    }

    [Fact]
    public void Balanced_weights_move_the_intercept_to_the_middle()
    {
        var features = new FeatureMatrix { Dense = new DenseMatrix(10, 1, new float[10]) };
        int[] labels = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1];
        Assert.Equal(0.9, Train(features, labels, 2, Tight).PredictProbabilities(features)[1], 1e-9);
        Assert.Equal(0.5, Train(features, labels, 2, Tight with { ClassWeight = ClassWeight.Balanced }).PredictProbabilities(features)[1], 1e-9);
    }

    [Fact]
    public void Separable_rows_end_at_finite_weights()
    {
        var features = new FeatureMatrix { Dense = new DenseMatrix(4, 1, [-2, -1, 1, 2]) };
        var model = Train(features, [0, 0, 1, 1], 2, new LogisticRegression { C = "1000000", MaxIter = 10_000, Tol = "0.0000000001" });
        Assert.True(double.IsFinite(model.DenseWeights[0]) && model.DenseWeights[0] > 3);
        Assert.Equal(1, model.Facts["converged"]);
    }

    [Fact]
    public void The_most_iterations_are_a_limit()
    {
        var model = Train(RandomFeatures.Make(new Random(3), 100, 30, 0), Labels(100, 4), 4, Tight with { MaxIter = 3 });
        Assert.Equal((3, 0), (model.Facts["iterations"], model.Facts["converged"]));
    }

    [Fact]
    public void One_label_is_refused()
    {
        var features = RandomFeatures.Make(new Random(4), 3, 0, 2);
        Assert.Contains("of 2 labels 1 occur", Assert.Throws<TrainingException>(() => Train(features, [1, 1, 1], 2, Tight)).Message, StringComparison.Ordinal);
        Assert.Throws<TrainingException>(() => Train(features, [0, 0, 0], 1, Tight));
    }

    [Fact]
    public void A_number_that_is_not_finite_is_refused_with_its_row()
    {
        var features = new FeatureMatrix { Dense = new DenseMatrix(2, 2, [0, 1, 2, float.NaN]) };
        Assert.Contains("row 1: its dense feature 1 is NaN", Assert.Throws<TrainingException>(() => Train(features, [0, 1], 2, Tight)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ends_when_it_is_cancelled() =>
        Assert.Throws<OperationCanceledException>(() =>
            new LogisticRegressionTrainer(Tight).Train(RandomFeatures.Make(new Random(5), 30, 10, 0), Labels(30, 2), 2, 0, new CancellationToken(true)));

    [Fact]
    public void No_strength_at_all_is_refused() =>
        Assert.Contains("logisticRegression.c (0)", Assert.Throws<TrainingException>(() => new LogisticRegressionTrainer(new LogisticRegression { C = "0" })).Message, StringComparison.Ordinal);

    private static LogisticModel Train(FeatureMatrix features, int[] labels, int labelCount, LogisticRegression settings) =>
        (LogisticModel)new LogisticRegressionTrainer(settings).Train(features, labels, labelCount, seed: 0, CancellationToken.None);

    private static int[] Labels(int rows, int labels) => [.. Enumerable.Range(0, rows).Select(row => row * 31 / 3 % labels)];

    private static float[] Densify(FeatureMatrix features)
    {
        var (sparse, dense, width) = (features.Sparse!, features.Dense!, features.SparseColumns + features.DenseColumns);
        var values = new float[features.Rows * width];
        for (var row = 0; row < features.Rows; row++)
        {
            for (var i = sparse.RowStarts[row]; i < sparse.RowStarts[row + 1]; i++)
            {
                values[(row * width) + sparse.ColumnIndices[i]] = (float)sparse.Values[i];
            }

            dense.Row(row).CopyTo(values.AsSpan((row * width) + sparse.Columns));
        }

        return values;
    }
}
