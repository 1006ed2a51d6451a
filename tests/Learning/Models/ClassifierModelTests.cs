using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Features;
using TextOps.Learning.Models;
using TextOps.Learning.Tests.Families;
using TextOps.Onnx.Embeddings;
using TextOps.Onnx.Graphs;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Models;

public sealed class ClassifierModelTests : IDisposable
{
    private static readonly FeatureBlock Words = new() { Name = "words", Tfidf = new TfidfFeatures() };
    private static readonly FeatureBlock Numbers = new() { Name = "numbers", Numeric = new NumericFeatures { Derived = [DerivedNumber.TextLength, DerivedNumber.WordCount] } };

    private static readonly TextRow[] Rows = [.. Enumerable.Range(0, 60).Select(i => new TextRow
    {
        Text = i % 3 == 0 ? $"a good film number {i}" : i % 3 == 1 ? $"bad {new string('x', i)}" : "",
    })];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void From_text_it_gives_what_the_weights_say()
    {
        var pipeline = Save([Words, Numbers], ["no", "yes"]);
        var random = new Random(3);
        var (words, numbers) = (Weights(random, pipeline.Blocks[0].Columns), Weights(random, 2));
        Write(LinearGraph.Build(words.Length, 2, 2, words, numbers, [0.25]));

        using var model = ClassifierModel.Load(folder.Path, threads: 1);
        var found = model.PredictProbabilities(Rows, CancellationToken.None);

        var features = pipeline.Transform(Rows, CancellationToken.None);
        for (var row = 0; row < Rows.Length; row++)
        {
            var margin = 0.25 + (features.Dense!.Row(row)[0] * numbers[0]) + (features.Dense.Row(row)[1] * numbers[1]);
            for (var i = features.Sparse!.RowStarts[row]; i < features.Sparse.RowStarts[row + 1]; i++)
            {
                margin += features.Sparse.Values[i] * words[features.Sparse.ColumnIndices[i]];
            }

            Assert.Equal(1 / (1 + Math.Exp(-margin)), found[(row * 2) + 1], 1e-5);
        }

        Assert.Equal(["no", "yes"], model.Labels);
        Assert.Equal("review", model.TextField);
        Assert.Equal(["words", "numbers"], model.Blocks.Select(block => block.Name));
    }

    [XgboostFact]
    public void A_forest_is_served_as_it_was_trained()
    {
        var pipeline = Save([Numbers], ["a", "b", "c"]);
        int[] labels = [.. Enumerable.Range(0, Rows.Length).Select(row => row % 3)];
        var features = pipeline.Transform(Rows, CancellationToken.None);
        var forest = new RandomForestTrainer(new RandomForest { NEstimators = 10 }).Train(features, labels, 3, seed: 1, CancellationToken.None);
        Write(forest.ToOnnx());

        using var model = ClassifierModel.Load(folder.Path, threads: 1);

        Assert.True(Agreement.Largest(forest.PredictProbabilities(features), model.PredictProbabilities(Rows, CancellationToken.None)) < 1e-5);
    }

    [Fact]
    public void More_rows_than_are_held_at_once_are_all_answered()
    {
        Save([Numbers], ["no", "yes"]);
        Write(LinearGraph.Build(0, 2, 2, [], [1, 1], [0]));
        using var model = ClassifierModel.Load(folder.Path, threads: 1);

        TextRow[] many = [.. Enumerable.Range(0, 5_000).Select(row => Rows[row % Rows.Length])];
        var found = model.PredictProbabilities(many, CancellationToken.None);

        Assert.Equal(10_000, found.Length);
        Assert.Equal(found.AsSpan(0, 120).ToArray(), found.AsSpan(120 * 82, 120).ToArray(), (a, b) => Math.Abs(a - b) < 1e-7);
        Assert.Empty(model.PredictProbabilities([], CancellationToken.None));
    }

    [Fact]
    public void A_graph_that_is_missing_or_damaged_is_refused()
    {
        Save([Numbers], ["no", "yes"]);
        Assert.Contains("model.onnx does not exist", Refusal(), StringComparison.Ordinal);

        var graph = LinearGraph.Build(0, 2, 2, [], [1, 1], [0]);
        for (var length = 0; length < graph.Length; length += 7)
        {
            Write(graph[..length]);
            Assert.Contains("is truncated or not an ONNX file", Refusal(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_graph_of_other_columns_or_labels_is_refused()
    {
        Save([Numbers], ["no", "yes"]);

        Write(LinearGraph.Build(0, 3, 2, [], [1, 1, 1], [0]));
        Assert.Contains("input dense is Float [any, 3]; expected Float [any, 2]", Refusal(), StringComparison.Ordinal);

        Write(LinearGraph.Build(0, 2, 3, [], new double[6], new double[3]));
        Assert.Contains("output probabilities is Float [any, 3]; expected Float [any, 2]", Refusal(), StringComparison.Ordinal);

        Write(LinearGraph.Build(5, 2, 2, new double[5], new double[2], [0]));
        Assert.Contains("takes dense, indices, values; a model of 0 sparse and 2 dense columns takes dense", Refusal(), StringComparison.Ordinal);

        Write(new OnnxGraphWriter("g").Input("dense", OnnxType.Float, "batch", "2").Node("Identity", ["dense"], "scores").Output("scores", OnnxType.Float, "batch", "2").ToArray());
        Assert.Contains("gives scores, not probabilities", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_fewer_terms_than_the_featurizer_knows_is_refused_before_a_row_comes()
    {
        var terms = Save([Words], ["no", "yes"]).Blocks[0].Columns;
        Write(LinearGraph.Build(terms - 1, 0, 2, new double[terms - 1], [], [0]));

        Assert.Contains($"does not run with a row of {terms} sparse and 0 dense columns", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rows twice as wide", "Concat", 1)]
    [InlineData("twice as many rows", "Concat", 0)]
    public void A_graph_that_gives_another_shape_than_it_says_is_refused(string story, string operation, int axis)
    {
        Save([Numbers], ["no", "yes"]);
        Write(new OnnxGraphWriter("g").Input("dense", OnnxType.Float, "batch", "2")
            .Node(operation, ["dense", "dense"], "probabilities", OnnxAttribute.Integer("axis", axis)).Output("probabilities", OnnxType.Float, "batch", "2").ToArray());

        Assert.True(Refusal().Contains("model.onnx", StringComparison.Ordinal), story);
    }

    [Fact]
    public void Weights_outside_the_graph_are_refused()
    {
        Save([Numbers], ["no", "yes"]);
        // A model without a node and with one tensor whose data lie in a file: ModelProto.graph (7), GraphProto.initializer (5), TensorProto.external_data (13).
        Write([0x3A, 0x13, 0x2A, 0x11, 0x6A, 0x0F, 0x0A, 0x08, .. "location"u8, 0x12, 0x03, .. "w.b"u8]);

        Assert.Contains("keeps weights in other files (1); store them in the graph itself", Refusal(), StringComparison.Ordinal);
    }

    private FeaturePipeline Save(IReadOnlyList<FeatureBlock> blocks, IReadOnlyList<string> labels)
    {
        var pipeline = FeaturePipeline.Fit(blocks, Rows, new Dictionary<string, PipelineEncoder>(), CancellationToken.None).Pipeline;
        pipeline.Save(folder.Path, "review", labels);
        return pipeline;
    }

    private void Write(byte[] graph) => File.WriteAllBytes(folder.File("model.onnx"), graph);

    private string Refusal() => Assert.Throws<ModelFormatException>(() => ClassifierModel.Load(folder.Path, threads: 1).Dispose()).Message;

    private static double[] Weights(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() * 4) - 2)];
}
