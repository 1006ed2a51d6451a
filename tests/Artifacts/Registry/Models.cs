using System.Text;
using TextOps.Artifacts.Registry;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Artifacts.Tests.Registry;

/// <summary>Cards, to be varied by <c>with</c>, and whole versions.</summary>
internal static class Models
{
    public const string Name = "default.book-reviews";

    public static TaskOwner Owner { get; } = new() { Namespace = "default", Name = "book-reviews" };

    public static DateTimeOffset Time { get; } = new(2025, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static ModelCard Card(ModelRegistration registration, string run, params IReadOnlyList<ModelFile> files) => new()
    {
        ApiVersion = ApiGroup.GroupVersion,
        Name = registration.Name,
        Version = registration.Version,
        Created = Time,
        Owner = Owner,
        RunId = run,
        Fingerprint = Fingerprint(run),
        Signature = new ModelSignature { TextField = "reviewText", Labels = ["negative", "positive"], Derived = [DerivedNumber.TextLength] },
        Candidate = new Candidate { Name = "linear", LogisticRegression = new LogisticRegression { C = "2.5" } },
        Features = [new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures { NgramMax = 2 } }],
        Lineage = new ModelLineage
        {
            Dataset = new Dataset { Source = new DatasetSource { Uri = "file:///data/reviews.jsonl" } },
            Inputs = new Dictionary<string, string> { ["file:///data/reviews.jsonl"] = new('a', 64) },
            DataFingerprint = new('d', 64),
            Rows = new Dictionary<string, long> { ["train"] = 80, ["validation"] = 10, ["test"] = 10 },
            Labels = new Dictionary<string, long> { ["positive"] = 50, ["negative"] = 30 },
            Trials = 4,
            Seed = 7,
            CodeVersion = "0123abc",
        },
        Evaluation = new ModelEvaluation
        {
            Objective = MetricNames.F1Macro,
            Metrics = new Dictionary<string, double> { [MetricNames.F1Macro] = 0.8731, [MetricNames.Accuracy] = 1.0 / 3, [MetricNames.LatencyP95] = 1.25 },
            Intervals = new Dictionary<string, IReadOnlyList<double>> { [MetricNames.F1Macro] = [0.85, 0.89] },
            ConfusionMatrix = [[4, 1], [0, 5]],
        },
        Gates = [new GateStatus { Name = "good", Metric = MetricNames.F1Macro, Value = "0.8731", Bound = "at least 0.8", Passed = true }],
        Files = files,
    };

    public static string Fingerprint(string run) => $"fingerprint-{run}";

    public static Task<ModelRegistration> RegisterAsync(this ModelRegistry registry, string run, DateTimeOffset? now = null) =>
        registry.RegisterAsync(Name, Owner, run, Fingerprint(run), now ?? DateTimeOffset.UtcNow, CancellationToken.None);

    public static Task<ModelFile> PutTextAsync(this ModelRegistration registration, string path, string text) =>
        registration.PutFileAsync(path, (stream, cancel) => stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancel).AsTask(), CancellationToken.None);

    /// <summary>Registers and commits a version of two files that tell the run.</summary>
    public static async Task<RegisteredModel> CommitAsync(this ModelRegistry registry, string run)
    {
        var registration = await registry.RegisterAsync(run);
        return registration.Registered ?? await registration.CommitAsync(
            Card(registration, run, await registration.PutTextAsync("model.onnx", $"model of {run}"), await registration.PutTextAsync("encoders/words/tokenizer.json", $"words of {run}")),
            CancellationToken.None);
    }

    public static async Task<IReadOnlyList<int>> CommittedAsync(this ModelRegistry registry) =>
        [.. (await registry.ListVersionsAsync(Name, CancellationToken.None)).Where(version => version.Committed).Select(version => version.Version)];
}
