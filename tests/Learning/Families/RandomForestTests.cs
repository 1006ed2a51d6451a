using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Families.Xgboost;
using TextOps.Learning.Matrices;

namespace TextOps.Learning.Tests.Families;

public sealed class RandomForestTests
{
    private static readonly RandomForest Small = new() { NEstimators = 20, MaxDepth = 8 };

    [XgboostFact]
    public void A_tree_over_all_rows_and_columns_is_the_one_worked_out_by_hand()
    {
        // Column 0 splits best between 2 and 3 (three rows of label 0 against one and three of label 1); with one split allowed the leaves are 3:0 and 1:3.
        var features = new FeatureMatrix { Dense = new DenseMatrix(7, 2, [0, 5, 1, 5, 2, 5, 3, 5, 4, 5, 5, 5, 6, 5]) };
        int[] labels = [0, 0, 0, 1, 1, 0, 1];
        var trainer = new RandomForestTrainer(new RandomForest { NEstimators = 1, MaxDepth = 1, MaxFeatures = "1", MaxSamples = "1" });

        var forest = (Forest)trainer.Train(features, labels, 2, seed: 0, TestContext.Current.CancellationToken);

        var tree = Assert.Single(forest.Trees);
        Assert.Equal([0, -1, -1], tree.Tree.Columns);
        Assert.InRange(tree.Tree.Numbers[0], 2.0001f, 3f);
        Assert.Equal([1, 0, 1, 0, 1, 0, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75], forest.PredictProbabilities(features), (a, b) => Math.Abs(a - b) < 1e-7);
    }

    [XgboostTheory]
    [InlineData("two labels", 2)]
    [InlineData("five labels", 5)]
    public void A_leaf_is_the_share_of_each_label_among_the_trees_rows_in_it(string story, int labels)
    {
        var (features, numbers) = Blobs.Make(300, 6, labels, spread: 1.5);
        var parameters = Small with { MaxDepth = 3, MaxSamples = "0.5" };
        var forest = (Forest)new RandomForestTrainer(parameters).Train(features, numbers, labels, seed: 9, TestContext.Current.CancellationToken);
        var draws = new ForestDraws(300, 150, labels, 9);

        for (var number = 0; number < forest.Trees.Count; number++)
        {
            draws.Draw(number, numbers);
            var tree = forest.Trees[number];
            var leaves = Enumerable.Range(0, 300).Where(row => draws.Hessians[row] > 0).GroupBy(row => tree.Tree.LeafOf(features.Dense!.Row(row)), row => numbers[row]).ToList();
            Assert.Equal(150, leaves.Sum(leaf => leaf.Count()));
            Assert.Equal(Enumerable.Range(0, tree.Tree.Nodes).Where(tree.Tree.IsLeaf), leaves.Select(leaf => leaf.Key).Order());
            foreach (var leaf in leaves)
            {
                var shares = leaf.GroupBy(label => label).OrderBy(label => label.Key).Select(label => (label.Key, (float)((double)label.Count() / leaf.Count())));
                var range = tree.Starts[leaf.Key]..tree.Starts[leaf.Key + 1];
                Assert.True(shares.SequenceEqual(tree.Labels[range].Zip(tree.Shares[range])), $"{story}: tree {number}, leaf {leaf.Key}");
            }
        }
    }

    [XgboostFact]
    public void For_two_labels_xgboosts_own_leaves_are_the_shares()
    {
        var (features, numbers) = Blobs.Make(300, 6, 2, spread: 1.5);
        var trainer = new RandomForestTrainer(Small with { MaxDepth = 3 });
        using var matrix = TrainingMatrix.Create(features.Dense!);
        using var booster = Booster.Create(matrix, trainer.Parameters(6), seed: 4);
        var draws = new ForestDraws(300, 190, 2, 4);
        for (var tree = 0; tree < 20; tree++)
        {
            draws.Draw(tree, numbers);
            booster.Update(matrix, draws.Gradients, draws.Hessians);
        }

        var own = booster.PredictMargins(matrix);

        var forest = trainer.Train(features, numbers, 2, seed: 4, TestContext.Current.CancellationToken).PredictProbabilities(features);
        for (var row = 0; row < 300; row++)
        {
            Assert.Equal(own[row] / 20, forest[(row * 2) + 1], 1e-6);
        }
    }

    [XgboostTheory]
    [InlineData("1", 1)]
    [InlineData("15", 15)]
    [InlineData("a leaf as large as the tree's rows", 190)]
    public void No_leaf_has_fewer_rows_than_asked_for(string story, int fewest)
    {
        var (features, numbers) = Blobs.Make(300, 6, 3, spread: 1.5);
        var forest = (Forest)new RandomForestTrainer(Small with { MinSamplesLeaf = fewest }).Train(features, numbers, 3, seed: 2, TestContext.Current.CancellationToken);
        var draws = new ForestDraws(300, 190, 3, 2);

        for (var number = 0; number < forest.Trees.Count; number++)
        {
            draws.Draw(number, numbers);
            var rows = Enumerable.Range(0, 300).Where(row => draws.Hessians[row] > 0).GroupBy(row => forest.Trees[number].Tree.LeafOf(features.Dense!.Row(row)));
            Assert.True(rows.All(leaf => leaf.Count() >= fewest), story);
        }
    }

    [XgboostTheory]
    [InlineData("two labels", 2, 20)]
    [InlineData("forty labels", 40, 20)]
    [InlineData("more trees than one operator sums", 3, 1_100)]
    public void The_graph_says_what_the_forest_says(string story, int labels, int trees)
    {
        var (features, numbers) = Blobs.Make(800, 8, labels);

        var model = new RandomForestTrainer(Small with { NEstimators = trees }).Train(features, numbers, labels, seed: 1, TestContext.Current.CancellationToken);

        var expected = model.PredictProbabilities(features);
        Assert.All(expected.Chunk(labels), row => Assert.Equal(1, row.Sum(), 1e-6));
        Assert.True(Agreement.Largest(expected, Agreement.OfGraph(model, features)) < 1e-5, story);
    }

    [XgboostFact]
    public void Thousands_of_equal_trees_do_not_add_up_to_an_error()
    {
        // Without splits every leaf is 1/3, the worst number to add in float32.
        var features = new FeatureMatrix { Dense = new DenseMatrix(3, 1, [1, 1, 1]) };
        var trainer = new RandomForestTrainer(new RandomForest { NEstimators = 10_000, MaxFeatures = "1", MaxSamples = "1" });

        var model = trainer.Train(features, [0, 1, 2], 3, seed: 1, TestContext.Current.CancellationToken);

        Assert.All(Agreement.OfGraph(model, features), share => Assert.Equal(1 / 3.0, share, 1e-5));
    }

    [XgboostFact]
    public void It_learns()
    {
        var (features, labels) = Blobs.Make(900, 6, 3);
        int[] train = [.. Enumerable.Range(0, 600)], test = [.. Enumerable.Range(600, 300)];

        var model = new RandomForestTrainer(Small).Train(features.TakeRows(train), labels.AsSpan(0, 600), 3, seed: 1, TestContext.Current.CancellationToken);

        Assert.True(Agreement.Accuracy(model.PredictProbabilities(features.TakeRows(test)), labels.AsSpan(600), 3) > 0.9);
    }

    [XgboostFact]
    public void Equal_seeds_give_equal_bytes_whatever_was_trained_before()
    {
        var (features, labels) = Blobs.Make(400, 8, 3);
        var trainer = new RandomForestTrainer(Small);

        var first = trainer.Train(features, labels, 3, seed: 1, TestContext.Current.CancellationToken).ToOnnx();
        var other = trainer.Train(features, labels, 3, seed: 2, TestContext.Current.CancellationToken).ToOnnx();
        new GradientBoostingTrainer(new GradientBoosting { NEstimators = 3, Subsample = "0.5" }).Train(features, labels, 3, seed: 1, TestContext.Current.CancellationToken);
        var again = trainer.Train(features, labels, 3, seed: 1, TestContext.Current.CancellationToken).ToOnnx();

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [XgboostFact]
    public void A_share_of_rows_that_leaves_none_is_refused()
    {
        var (features, labels) = Blobs.Make(20, 3, 2);

        var failure = Assert.Throws<TrainingException>(() => new RandomForestTrainer(Small with { MaxSamples = "0.01" }).Train(features, labels, 2, seed: 0, TestContext.Current.CancellationToken));

        Assert.Contains("randomForest.maxSamples (0.01) leaves no row of 20", failure.Message, StringComparison.Ordinal);
    }
}
