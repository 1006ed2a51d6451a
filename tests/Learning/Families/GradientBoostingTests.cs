using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Families.Xgboost;
using TextOps.Learning.Matrices;

namespace TextOps.Learning.Tests.Families;

public sealed class GradientBoostingTests
{
    private static readonly GradientBoosting Small = new() { NEstimators = 12, MaxDepth = 4 };

    [XgboostTheory]
    [InlineData("two labels", 2, 600)]
    [InlineData("three labels", 3, 600)]
    [InlineData("forty labels, more rows than a batch holds", 40, 1_200)]
    public void The_graph_and_the_model_say_what_xgboost_says(string story, int labels, int rows)
    {
        var (features, numbers) = Blobs.Make(rows, 8, labels);

        var model = new GradientBoostingTrainer(Small).Train(features, numbers, labels, seed: 3, TestContext.Current.CancellationToken);

        var own = XgboostProbabilities(features, numbers, labels);
        Assert.True(Agreement.Largest(own, model.PredictProbabilities(features)) < 1e-6, story);
        Assert.True(Agreement.Largest(own, Agreement.OfGraph(model, features)) < 1e-5, story);
        Assert.Equal(12.0 * (labels == 2 ? 1 : labels), model.Facts["trees"]);
    }

    [XgboostFact]
    public void It_learns()
    {
        var (features, labels) = Blobs.Make(900, 6, 3);
        int[] train = [.. Enumerable.Range(0, 600)], test = [.. Enumerable.Range(600, 300)];

        var model = new GradientBoostingTrainer(Small).Train(features.TakeRows(train), labels.AsSpan(0, 600), 3, seed: 1, TestContext.Current.CancellationToken);

        Assert.True(Agreement.Accuracy(model.PredictProbabilities(features.TakeRows(test)), labels.AsSpan(600), 3) > 0.9);
    }

    [XgboostFact]
    public void Equal_seeds_give_equal_bytes_whatever_was_trained_before()
    {
        var (features, labels) = Blobs.Make(400, 8, 3);
        var drawing = new GradientBoostingTrainer(Small with { Subsample = "0.5", ColsampleBytree = "0.5" });

        var first = drawing.Train(features, labels, 3, seed: 1, TestContext.Current.CancellationToken).ToOnnx();
        var other = drawing.Train(features, labels, 3, seed: 2, TestContext.Current.CancellationToken).ToOnnx();
        new RandomForestTrainer(new RandomForest { NEstimators = 3 }).Train(features, labels, 3, seed: 1, TestContext.Current.CancellationToken);
        var again = drawing.Train(features, labels, 3, seed: 1, TestContext.Current.CancellationToken).ToOnnx();

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [XgboostFact]
    public void Labels_that_nothing_tells_apart_give_trees_of_one_leaf()
    {
        var features = new FeatureMatrix { Dense = new DenseMatrix(4, 1, [1, 1, 1, 1]) };

        var model = new GradientBoostingTrainer(Small).Train(features, [0, 1, 0, 1], 2, seed: 0, TestContext.Current.CancellationToken);

        Assert.All(model.PredictProbabilities(features), share => Assert.Equal(0.5, share, 1e-6));
        Assert.True(Agreement.Largest(model.PredictProbabilities(features), Agreement.OfGraph(model, features)) < 1e-6);
    }

    [XgboostFact]
    public void Cancelling_ends_the_training_between_two_rounds()
    {
        var (features, labels) = Blobs.Make(50, 3, 2);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() => new GradientBoostingTrainer(Small).Train(features, labels, 2, seed: 0, cancelled.Token));
    }

    [XgboostFact]
    public void What_xgboost_refuses_is_said_in_its_own_words()
    {
        using var matrix = TrainingMatrix.Create(new DenseMatrix(2, 1, [1, 2]));
        using var booster = Booster.Create(matrix, [new("objective", "binary:nothing")], seed: 0);

        var failure = Assert.Throws<TrainingException>(() => booster.Update(0, matrix));

        Assert.Equal("xgboost: Unknown objective function: `binary:nothing`", failure.Message);
    }

    [XgboostFact]
    public void A_share_of_rows_that_leaves_none_is_refused()
    {
        var (features, labels) = Blobs.Make(50, 3, 2);

        var failure = Assert.Throws<TrainingException>(
            () => new GradientBoostingTrainer(Small with { Subsample = "0.01" }).Train(features, labels, 2, seed: 0, TestContext.Current.CancellationToken));

        Assert.Contains("gradientBoosting.subsample (0.01) leaves no row of 50", failure.Message, StringComparison.Ordinal);
    }

    private static double[] XgboostProbabilities(FeatureMatrix features, int[] numbers, int labels)
    {
        using var matrix = TrainingMatrix.Create(features.Dense!);
        matrix.SetLabels(numbers);
        using var booster = Booster.Create(matrix, new GradientBoostingTrainer(Small).Parameters(labels), seed: 3);
        for (var round = 0; round < Small.NEstimators; round++)
        {
            booster.Update(round, matrix);
        }

        var margins = booster.PredictMargins(matrix);
        return [.. margins.Chunk(labels == 2 ? 1 : labels).SelectMany(Softmax)];

        static IEnumerable<double> Softmax(float[] margins)
        {
            double[] all = margins.Length == 1 ? [0, margins[0]] : [.. margins.Select(margin => (double)margin)];
            var total = all.Sum(Math.Exp);
            return all.Select(margin => Math.Exp(margin) / total);
        }
    }
}
