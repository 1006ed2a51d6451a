using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Features;
using TextOps.Learning.Matrices;
using TextOps.Onnx.Embeddings;

namespace TextOps.Bench.Learning;

/// <summary>A set of features as the reference names it.</summary>
internal sealed record FeatureSet(string Name, IReadOnlyList<FeatureBlock> Blocks)
{
    private const string Embedding = "minilm384";

    private static readonly FeatureBlock Words = new() { Name = "word", Tfidf = new TfidfFeatures { NgramMax = 2, SublinearTf = true } };

    private static readonly FeatureBlock Characters =
        new() { Name = "char", Tfidf = new TfidfFeatures { Analyzer = TfidfAnalyzer.CharWb, NgramMin = 3, NgramMax = 5, SublinearTf = true, MinDf = "2" } };

    /// <summary>What is measured.</summary>
    public static IReadOnlyList<FeatureSet> All { get; } =
    [
        new("tfidf_word12", [Words]),
        new("tfidf_word12+charwb35", [Words, Characters]),
        new(Embedding, [new FeatureBlock { Name = "vector", Embedding = new EmbeddingFeatures() }]),
    ];

    /// <summary>Whether the vectors of a model are wanted, which are computed once and kept in the folder for temporary files.</summary>
    public bool TakesVectors => Name == Embedding;

    /// <summary>The rows of a split.</summary>
    /// <param name="model">Folder of the model for vectors.</param>
    public TextRow[] Rows(string dataset, string part, Split split, string model)
    {
        if (!TakesVectors)
        {
            return [.. split.Texts.Select(text => new TextRow { Text = text })];
        }

        var path = Path.Combine(Path.GetTempPath(), $"textops-bench-{Embedding}-{dataset}-{part}.npy");
        if (!File.Exists(path))
        {
            Console.Error.WriteLine($"computing {path}");
            Npy.Write(path, Embed(split.Texts, model), "<f4", split.Texts.Length, 384);
        }

        var vectors = Npy.ReadFloats(path);
        return [.. split.Texts.Select((text, row) => new TextRow { Text = text, Vector = vectors[(row * 384)..((row + 1) * 384)] })];
    }

    private static float[] Embed(string[] texts, string folder)
    {
        var settings = new EmbeddingModel { Uri = "file://" + folder, Precision = ModelPrecision.Fp32, MaxTokens = 256 };
        using var embedder = SentenceEmbedder.Load(folder, settings.ToEmbedderOptions());
        var block = new FeatureBlock { Name = "vector", Embedding = new EmbeddingFeatures { Model = settings } };
        var encoders = new Dictionary<string, PipelineEncoder> { ["vector"] = new(settings, folder, [], embedder) };
        var rows = texts.Select(text => new TextRow { Text = text }).ToArray();
        return FeaturePipeline.Fit([block], rows, encoders, CancellationToken.None).Training["vector"].Dense!.Values;
    }
}
