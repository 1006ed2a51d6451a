using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Gating;
using TextOps.Runner.Logging;
using TextOps.Runner.Progress;
using TextOps.Runner.Resolve;
using TextOps.Runner.Tasks;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Gating;

/// <summary>A registry in a folder, and the tasks of a deployment that asks it.</summary>
internal sealed class StageFolder : IDisposable
{
    public const string Model = "reviews";

    private readonly TemporaryFolder folder = new();

    public static TaskOwner Owner { get; } = new() { Namespace = "default", Name = "reviews" };

    public ILogger Log { get; set; } = NullLogger.Instance;

    public string? Token { get; set; }

    /// <summary>Opens the store of tasks.</summary>
    public Func<string, TimeProvider, IObjectStore> OpenStore { get; set; } = ObjectStores.Open;

    public ProgressMeter Progress { get; } = new(TimeProvider.System);

    /// <summary>Short ones: tests wait for them.</summary>
    public ProbeLimits Limits { get; set; } = new()
    {
        Patience = TimeSpan.FromSeconds(5),
        LookInterval = TimeSpan.FromMilliseconds(5),
        AnswersInARow = 2,
        RequestTimeout = TimeSpan.FromSeconds(5),
        WarmUpRequests = 4,
        LatencyRequests = 40,
        SoakInterval = TimeSpan.FromMilliseconds(20),
    };

    public IObjectStore Store => ObjectStores.Open(FileUri.FromPath(folder.File("store")));

    public ModelRegistry Registry => new(Store);

    public void Dispose() => folder.Dispose();

    public string File(params string[] parts) => folder.File(parts);

    /// <summary>Path of a file of a version.</summary>
    public string VersionFile(int version, params string[] parts) => Path.Combine([folder.File("store"), "models", Model, VersionNumber.Name(version), .. parts]);

    /// <summary>Registers a version with these metrics.</summary>
    public Task<RegisteredModel> RegisterAsync(params (string Metric, double Value)[] metrics) => RegisterAsync(card => card, metrics);

    /// <summary>Registers a version whose card is changed.</summary>
    public async Task<RegisteredModel> RegisterAsync(Func<ModelCard, ModelCard> change, params (string Metric, double Value)[] metrics)
    {
        var run = $"run-{Guid.NewGuid():N}";
        var registration = await Registry.RegisterAsync(Model, Owner, run, run, DateTimeOffset.UtcNow, CancellationToken.None);
        var file = await registration.PutFileAsync("model.onnx", (stream, cancel) => stream.WriteAsync(Encoding.UTF8.GetBytes(run), cancel).AsTask(), CancellationToken.None);
        return await registration.CommitAsync(change(Card(registration.Version, run, metrics, file)), CancellationToken.None);
    }

    public static ResolveTask ResolveTask(string store, params string[] references) =>
        new() { Owner = Owner, RunId = "00000000000000c1", Output = new TaskOutput { Uri = store, Name = Model }, References = references };

    public Task<ResolveResult> ResolveAsync(params string[] references) => new ResolveVerb(Context()).RunAsync(ResolveTask(Store.Uri, references), TestContext.Current.CancellationToken);

    public GateTask Check(RegisteredModel model, params IReadOnlyList<Gate> gates) => new()
    {
        Owner = Owner,
        RunId = "00000000000000c1",
        Output = new TaskOutput { Uri = Store.Uri, Name = Model },
        Stage = "staging",
        Version = model.Card.Version,
        Digest = model.Digest,
        Gates = gates,
    };

    public GateTask Probe(RegisteredModel model, string url, params IReadOnlyList<Gate> gates) =>
        Check(model, gates) with { Probe = new ServingProbe { Url = url, Smoke = [], SoakSeconds = 0 }, Alias = "ready" };

    public Task<GateResult> JudgeAsync(GateTask task) => JudgeAsync(task, TestContext.Current.CancellationToken);

    public Task<GateResult> JudgeAsync(GateTask task, CancellationToken cancellationToken) => new GateVerb(Context(), Token, Limits).RunAsync(task, cancellationToken);

    public static Gate AtLeast(string metric, string least, string? name = null) => new() { Name = name ?? "good-enough", Metric = metric, AtLeast = least };

    public static Gate AtMost(string metric, string most, string? name = null) => new() { Name = name ?? "low-enough", Metric = metric, AtMost = most };

    public static Gate Relative(string metric, string alias, string maxDrop = "0") => new() { Name = "no-worse", Metric = metric, RelativeTo = new GateReference { Alias = alias, MaxDrop = maxDrop } };

    private static ModelCard Card(int version, string run, (string Metric, double Value)[] metrics, ModelFile file) => new()
    {
        ApiVersion = ApiGroup.GroupVersion,
        Name = Model,
        Version = version,
        Created = DateTimeOffset.UnixEpoch,
        Owner = Owner,
        RunId = run,
        Fingerprint = run,
        Signature = new ModelSignature { TextField = "reviewText", Labels = ["negative", "positive"] },
        Candidate = new Candidate { Name = "linear", LogisticRegression = new LogisticRegression() },
        Features = [new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures() }],
        Lineage = new ModelLineage
        {
            Dataset = new Dataset { Source = new DatasetSource { Uri = "file:///data/reviews.jsonl" } },
            Inputs = new Dictionary<string, string>(),
            DataFingerprint = new('d', 64),
            Rows = new Dictionary<string, long>(),
            Labels = new Dictionary<string, long>(),
            Trials = 1,
            Seed = 7,
            CodeVersion = "0123abc",
        },
        Evaluation = new ModelEvaluation
        {
            Objective = MetricNames.F1Macro,
            Metrics = metrics.ToDictionary(metric => metric.Metric, metric => metric.Value),
            ConfusionMatrix = [[4, 1], [0, 5]],
        },
        Files = [file],
    };

    private TaskContext Context() => new()
    {
        Log = Log,
        Properties = new TaskProperties(),
        Progress = Progress,
        Time = TimeProvider.System,
        Threads = 1,
        OpenStore = OpenStore,
    };
}
