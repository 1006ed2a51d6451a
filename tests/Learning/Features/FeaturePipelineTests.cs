using System.Runtime.InteropServices;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Features;
using TextOps.Learning.Matrices;
using TextOps.Onnx.Embeddings;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Features;

public sealed class FeaturePipelineTests : IDisposable
{
    private static readonly FeatureBlock Words = new() { Name = "words", Tfidf = new TfidfFeatures { NgramMax = 2, SublinearTf = true } };
    private static readonly FeatureBlock Characters = new() { Name = "chars", Tfidf = new TfidfFeatures { Analyzer = TfidfAnalyzer.CharWb, NgramMin = 2, NgramMax = 4 } };

    private static readonly FeatureBlock Numbers = new()
    {
        Name = "numbers",
        Numeric = new NumericFeatures { Derived = [DerivedNumber.TextLength, DerivedNumber.UpperRatio], Fields = ["price"] },
    };

    private static readonly FeatureBlock Vectors = new() { Name = "vectors", Embedding = new EmbeddingFeatures() };

    private static readonly TextRow[] Rows =
    [
        new() { Text = "A good film, İstanbul 😀!", Numbers = Price(1.5) },
        new() { Text = "", Numbers = Price(double.NaN) },
        new() { Text = "bad FILM; a bad, bad \"plot\" \u0000 \uD800" },
        new() { Text = "What a waste of time?", Numbers = Price(1e6 / 3) },
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_loaded_gives_the_bits_of_what_was_saved()
    {
        var fitted = Fit(Rows, Words, Characters, Numbers);
        fitted.Pipeline.Save(folder.Path, "review", ["no", "yes"]);
        var loaded = FeaturePipeline.Load(folder.Path, 1);

        using var pipeline = loaded.Pipeline;
        Assert.Equal("review", loaded.TextField);
        Assert.Equal(["no", "yes"], loaded.Labels);
        Assert.Equal(["words", "chars", "numbers"], pipeline.Blocks.Select(block => block.Name));
        AssertSame(fitted.Pipeline.Transform(Rows, CancellationToken.None), pipeline.Transform(Rows, CancellationToken.None));
        foreach (var (block, training) in fitted.Training)
        {
            AssertSame(training, pipeline.Transform(block, Rows, CancellationToken.None));
        }
    }

    [Fact]
    public void A_selection_has_the_columns_of_its_blocks_only()
    {
        var pipeline = Fit(Rows, Words, Characters, Numbers).Pipeline.Select(["numbers", "chars"]);
        var matrix = pipeline.Transform(Rows, CancellationToken.None);
        Assert.Equal(["chars", "numbers"], pipeline.Blocks.Select(block => block.Name));
        Assert.Equal((pipeline.Blocks[0].Columns, 3), (matrix.SparseColumns, matrix.DenseColumns));
    }

    [Fact]
    public void Derived_numbers_are_what_their_definitions_say()
    {
        var numeric = new FeatureBlock { Name = "n", Numeric = new NumericFeatures { Derived = [.. Enum.GetValues<DerivedNumber>()], Scale = NumericScale.None } };
        var training = Fit([new TextRow { Text = "Oh NO! 😀 42?!" }, new TextRow { Text = " " }], numeric).Training["n"];
        Assert.Equal([13f, 4f, 10 / 4f, 2f, 1f, 3 / 4f, 2 / 13f], training.Dense!.Row(0));
        Assert.Equal([1f, 0f, 0f, 0f, 0f, 0f, 0f], training.Dense.Row(1));
    }

    [Theory]
    [InlineData(NumericScale.Standard, new[] { -1.2247449f, 0f, 1.2247449f })]
    [InlineData(NumericScale.MinMax, new[] { 0f, 0.5f, 1f })]
    [InlineData(NumericScale.None, new[] { 2f, 4f, 6f })]
    public void A_missing_number_is_the_median_of_the_training_rows(NumericScale scale, float[] expected)
    {
        var numeric = new FeatureBlock { Name = "n", Numeric = new NumericFeatures { Fields = ["price"], Scale = scale } };
        TextRow[] rows = [new() { Text = "", Numbers = Price(2) }, new() { Text = "" }, new() { Text = "", Numbers = Price(6) }];
        Assert.Equal(expected, Fit(rows, numeric).Training["n"].Dense!.Values);
    }

    [Fact]
    public void A_constant_number_stays_zero()
    {
        TextRow[] rows = [new() { Text = "", Numbers = Price(0.1) }, new() { Text = "", Numbers = Price(0.1) }, new() { Text = "", Numbers = Price(0.1) }];
        Assert.Equal([0f, 0f, 0f], Fit(rows, new FeatureBlock { Name = "n", Numeric = new NumericFeatures { Fields = ["price"] } }).Training["n"].Dense!.Values);
    }

    [Fact]
    public void A_field_without_a_number_is_refused_with_its_name()
    {
        var failure = Assert.Throws<TrainingException>(() => Fit(Rows, new FeatureBlock { Name = "n", Numeric = new NumericFeatures { Fields = ["stars"] } }));
        Assert.Contains("'stars'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "1.0", "a", "none of 4 texts has a term")]
    [InlineData("3", "1.0", "words enough", "minDf (3)")]
    public void Texts_without_a_term_that_stays_are_refused(string minDf, string maxDf, string text, string expected)
    {
        TextRow[] rows = [new() { Text = text }, new() { Text = "" }, new() { Text = "  " }, new() { Text = "!" }];
        var failure = Assert.Throws<TrainingException>(() => Fit(rows, Words with { Tfidf = new TfidfFeatures { MinDf = minDf, MaxDf = maxDf } }));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ends_when_it_is_cancelled() =>
        Assert.ThrowsAny<OperationCanceledException>(() =>
            FeaturePipeline.Fit([Words], Rows, new Dictionary<string, PipelineEncoder>(), new CancellationToken(true)));

    [Fact]
    public void Vectors_of_the_dataset_train_and_texts_are_embedded_when_it_is_loaded()
    {
        using var embedder = SentenceEmbedder.Load(Model, Settings.ToEmbedderOptions());
        var encoder = new PipelineEncoder(Settings, Model, SentenceEmbedder.FilesOf(Model, Settings.ToEmbedderOptions()), embedder);
        var encoders = new Dictionary<string, PipelineEncoder> { ["vectors"] = encoder };
        var computed = FeaturePipeline.Fit([Vectors with { Embedding = new EmbeddingFeatures { Model = Settings } }], Rows, encoders, CancellationToken.None);
        TextRow[] rows = [.. Rows.Select((row, i) => row with { Vector = computed.Training["vectors"].Dense!.Row(i).ToArray() })];

        var fitted = FeaturePipeline.Fit([Vectors], rows, encoders, CancellationToken.None);
        fitted.Pipeline.Save(folder.Path, "text", ["no", "yes"]);
        using var loaded = FeaturePipeline.Load(folder.Path, 2).Pipeline;

        AssertSame(fitted.Training["vectors"], loaded.Transform(Rows, CancellationToken.None));
    }

    [Fact]
    public void A_vector_that_is_missing_or_of_another_length_is_refused_with_its_row()
    {
        TextRow[] missing = [Rows[0] with { Vector = [1, 2] }, Rows[1]];
        TextRow[] longer = [Rows[0] with { Vector = [1, 2] }, Rows[1] with { Vector = [1, 2, 3] }];
        Assert.Contains("row 1 has no vector", Assert.Throws<TrainingException>(() => Fit(missing, Vectors)).Message, StringComparison.Ordinal);
        Assert.Contains("row 1 has 3 numbers, the others 2", Assert.Throws<TrainingException>(() => Fit(longer, Vectors)).Message, StringComparison.Ordinal);
    }

    private static EmbeddingModel Settings { get; } = new() { Uri = "file:///models/minilm-static-256" };

    private static string Model { get; } = Repository.File("models", "minilm-static-256");

    private static FittedPipeline Fit(IReadOnlyList<TextRow> rows, params FeatureBlock[] blocks) =>
        FeaturePipeline.Fit(blocks, rows, new Dictionary<string, PipelineEncoder>(), CancellationToken.None);

    private static Dictionary<string, double> Price(double price) => new() { ["price"] = price };

    private static void AssertSame(FeatureMatrix expected, FeatureMatrix actual)
    {
        Assert.Equal(expected.Sparse?.RowStarts, actual.Sparse?.RowStarts);
        Assert.Equal(expected.Sparse?.ColumnIndices, actual.Sparse?.ColumnIndices);
        Assert.Equal(expected.Sparse is null, actual.Sparse is null);
        Assert.True(MemoryMarshal.AsBytes<double>(expected.Sparse?.Values).SequenceEqual(MemoryMarshal.AsBytes<double>(actual.Sparse?.Values)));
        Assert.True(MemoryMarshal.AsBytes<float>(expected.Dense?.Values).SequenceEqual(MemoryMarshal.AsBytes<float>(actual.Dense?.Values)));
    }
}
