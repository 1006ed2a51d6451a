using TextOps.Artifacts.Registry;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Models;
using TextOps.Runner.Serve;

namespace TextOps.Runner.Tests.Serve.Pages;

/// <summary>Served models for the pages to show.</summary>
internal static class ServedModels
{
    public const string Digest = "sha256:6fd1c8a54be1f2a2bb8f2b2b5b1b3c5b0f4a1cf1e0b7a9e46be0c9fb6f2f7a11";

    /// <summary>A classifier of reviews, with numbers of its own and derived ones.</summary>
    public static ServedModel Classifier() => Classifier(["negative", "neutral", "positive"]);

    /// <summary>A classifier with these labels.</summary>
    public static ServedModel Classifier(params string[] labels) => new()
    {
        Name = "book-reviews",
        Version = "v000003",
        Stage = "staging",
        Digest = Digest,
        Model = new FakeModel(TextModelKind.TextClassification, labels: labels),
        Card = Card(labels),
        Limits = new Serving(),
    };

    public static ServedModel Embedder() => new()
    {
        Name = "minilm",
        Version = "all-MiniLM-L6-v2",
        Model = new FakeModel(TextModelKind.SentenceSimilarity, outputs: 384, maxTokens: 256),
        Limits = new Serving(),
    };

    public static ServedModel Ranker() => new()
    {
        Name = "ranker",
        Version = "v000001",
        Stage = "production",
        Model = new FakeModel(TextModelKind.TextRanking, maxTokens: 512),
        Limits = new Serving { MaxInputs = 2 },
    };

    public static ModelCard Card(params string[] labels) => new()
    {
        ApiVersion = ApiGroup.GroupVersion,
        Name = "book-reviews",
        Version = 3,
        Created = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero),
        Owner = new TaskOwner { Namespace = "default", Name = "book-reviews" },
        RunId = "00000000000000b1",
        Fingerprint = new string('a', 64),
        Signature = new ModelSignature
        {
            TextField = "reviewText",
            Fields = [new NumericField { Name = "helpfulVotes", Type = NumericType.Integer, Minimum = "0" }, new NumericField { Name = "price", Minimum = "0.5", Maximum = "999.99", Nullable = true }],
            Derived = [DerivedNumber.TextLength, DerivedNumber.WordCount],
            Labels = labels,
        },
        Candidate = new Candidate { Name = "linear", LogisticRegression = new LogisticRegression { C = "10", ClassWeight = ClassWeight.Balanced } },
        Features =
        [
            new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures { NgramMax = 2 } },
            new FeatureBlock { Name = "numbers", Numeric = new NumericFeatures { Derived = [DerivedNumber.TextLength, DerivedNumber.WordCount], Fields = ["helpfulVotes", "price"] } },
        ],
        Lineage = new ModelLineage
        {
            Dataset = new Dataset { Source = new DatasetSource { Uri = "s3://reader:hunter2@bucket/reviews/*.jsonl?versionId=7&X-Amz-Signature=c0ffee" }, TextField = "reviewText", LabelField = "rating" },
            Embeddings = null,
            Inputs = new Dictionary<string, string>(StringComparer.Ordinal) { ["https://token@example.invalid/reviews.jsonl?sig=c0ffee#part"] = new string('b', 64) },
            DataFingerprint = new string('c', 64),
            Rows = new Dictionary<string, long>(StringComparer.Ordinal) { ["test"] = 10L * labels.Length, ["train"] = 40L * labels.Length, ["validation"] = 0 },
            Labels = labels.ToDictionary(label => label, _ => 40L, StringComparer.Ordinal),
            Trials = 20,
            FailedTrials = 1,
            Seed = 7,
            CodeVersion = new string('d', 40),
        },
        Evaluation = new ModelEvaluation
        {
            Objective = MetricNames.F1Macro,
            Metrics = Metrics(labels).ToDictionary(metric => metric.Name, metric => metric.Value, StringComparer.Ordinal),
            Intervals = new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal) { [MetricNames.F1Macro] = [0.77, 0.85] },
            ConfusionMatrix = [.. labels.Select((_, truth) => (IReadOnlyList<long>)[.. labels.Select((_, predicted) => truth == predicted ? 8L : (truth + 1) % labels.Length == predicted ? 2 : 0)])],
        },
        Gates =
        [
            new GateStatus { Name = "good-enough", Metric = MetricNames.F1Macro, Value = "0.8123", Bound = "at least 0.6", Passed = true },
            new GateStatus { Name = "fast-enough", Metric = MetricNames.LatencyP95, Value = "4.2", Bound = "at most 2", Passed = false },
        ],
        Files = [new ModelFile { Path = "model.onnx", Bytes = 2_146_603, Sha256 = new string('e', 64) }, new ModelFile { Path = "featurizer.json", Bytes = 711, Sha256 = new string('f', 64) }],
    };

    private static IEnumerable<(string Name, double Value)> Metrics(string[] labels) =>
    [
        (MetricNames.F1Macro, 0.8123),
        (MetricNames.LogLoss, 1.25),
        (MetricNames.LatencyP95, 4.2),
        (MetricNames.ModelBytes, 2_146_603),
        .. labels.SelectMany(label => new[] { "precision", "recall", "f1" }.Select(metric => (MetricNames.OfClass(metric, label), 0.8))),
    ];
}
