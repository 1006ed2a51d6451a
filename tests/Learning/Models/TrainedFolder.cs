using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Features;
using TextOps.Learning.Models;
using TextOps.Onnx.Embeddings;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Models;

/// <summary>The folder of a classifier that was trained on a few reviews: words, numbers and, if wanted, vectors of the shipped embedding model.</summary>
internal sealed class TrainedFolder : IDisposable
{
    private static readonly string[] Good = ["a great book, highly recommended", "wonderful story and lovely people", "I loved every page of it!", "great fun, well written"];
    private static readonly string[] Bad = ["a waste of time", "boring, bad and far too long", "I hated the end", "bad story, badly written"];

    private readonly TemporaryFolder folder = new();

    public TrainedFolder(bool vectors = false)
    {
        TextRow[] rows = [.. Enumerable.Range(0, 64).Select(i => new TextRow
        {
            Text = (i % 2 == 0 ? Good : Bad)[i / 2 % 4] + new string('!', i % 3),
            Numbers = new Dictionary<string, double>(StringComparer.Ordinal) { ["price"] = i % 7 },
        })];
        List<FeatureBlock> blocks =
        [
            new() { Name = "words", Tfidf = new TfidfFeatures { NgramMax = 2 } },
            new() { Name = "numbers", Numeric = new NumericFeatures { Derived = [DerivedNumber.TextLength, DerivedNumber.WordCount], Fields = ["price"] } },
        ];
        var settings = new EmbeddingModel { Uri = "file:///models/minilm-static-256" };
        var model = Repository.File("models", "minilm-static-256");
        using var embedder = SentenceEmbedder.Load(model, settings.ToEmbedderOptions());
        if (vectors)
        {
            blocks.Add(new() { Name = "vectors", Embedding = new EmbeddingFeatures { Model = settings } });
        }

        var encoders = new Dictionary<string, PipelineEncoder>(StringComparer.Ordinal)
        {
            ["vectors"] = new(settings, model, SentenceEmbedder.FilesOf(model, settings.ToEmbedderOptions()), embedder),
        };
        var pipeline = FeaturePipeline.Fit(blocks, rows, encoders, CancellationToken.None).Pipeline;
        int[] labels = [.. rows.Select((_, i) => 1 - (i % 2))];
        var trained = new LogisticRegressionTrainer(new LogisticRegression()).Train(pipeline.Transform(rows, CancellationToken.None), labels, 2, seed: 1, CancellationToken.None);
        pipeline.Save(folder.Path, "reviewText", ["negative", "positive"]);
        File.WriteAllBytes(folder.File(ClassifierModel.FileName), trained.ToOnnx());
    }

    public string Path => folder.Path;

    public void Dispose() => folder.Dispose();
}
