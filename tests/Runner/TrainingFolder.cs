using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Training;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Runner.Evaluate;
using TextOps.Runner.Logging;
using TextOps.Runner.Prepare;
using TextOps.Runner.Progress;
using TextOps.Runner.Tasks;
using TextOps.Runner.Train;
using TextOps.Runner.Workspaces;
using TextOps.Tests;

namespace TextOps.Runner.Tests;

/// <summary>A folder with labelled reviews and a registry, and a run that learns from the ones for the other.</summary>
internal sealed class TrainingFolder : IDisposable
{
    public const string Model = "reviews";

    private static readonly string[] Good = ["lovely", "brilliant", "gripping", "tender", "wise"];
    private static readonly string[] Bad = ["dull", "clumsy", "tedious", "shallow", "flat"];
    private static readonly string[] Things = ["plot", "prose", "ending", "hero", "dialogue", "setting", "pace"];

    private readonly TemporaryFolder folder = new();

    public TrainingFolder()
    {
        Task = new PrepareTask
        {
            Owner = new TaskOwner { Namespace = "default", Name = "sentiment" },
            RunId = "00000000000000b1",
            Output = new TaskOutput { Uri = FileUri.FromPath(folder.File("store")), Name = Model },
            Trigger = "spec",
            Dataset = new Dataset
            {
                Source = new DatasetSource { Uri = FileUri.FromPath(Data) },
                TextField = "reviewText",
                LabelField = "rating",
                IdField = "id",
                Fields = [new NumericField { Name = "price", Minimum = "0", Nullable = true }],
            },
            Features =
            [
                new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures { NgramMax = 2 } },
                new FeatureBlock { Name = "numbers", Numeric = new NumericFeatures { Derived = [DerivedNumber.TextLength, DerivedNumber.WordCount], Fields = ["price"] } },
            ],
            Candidates = [Linear, Linear with { Name = "weak", LogisticRegression = new LogisticRegression { C = "0.0001" }, Features = ["numbers"] }],
            Search = new TrainingSearch { Objective = new Objective { Metric = MetricNames.Accuracy }, Seed = 7 },
            Evaluation = new Evaluation { BootstrapSamples = 50, Gates = [new Gate { Name = "good-enough", Metric = MetricNames.Accuracy, AtLeast = "0.8" }] },
            Alias = "staging",
        };
    }

    public static Candidate Linear { get; } = new() { Name = "linear", LogisticRegression = new LogisticRegression { C = "10" } };

    /// <summary>The prepare task; tests change it as they need.</summary>
    public PrepareTask Task { get; set; }

    /// <summary>Finds trainers.</summary>
    public Func<Candidate, IClassifierTrainer> Trainers { get; set; } = ClassifierTrainers.Of;

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Opens the store of tasks.</summary>
    public Func<string, TimeProvider, IObjectStore> OpenStore { get; set; } = ObjectStores.Open;

    public ProgressMeter Progress { get; } = new(TimeProvider.System);

    public string Data => folder.File("reviews.jsonl");

    public IObjectStore Store => ObjectStores.Open(Task.Output.Uri, Time);

    public ModelRegistry Registry => new(Store);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    public string File(params string[] parts) => folder.File(parts);

    /// <summary>Writes reviews: a line each, half of them positive, some words of either kind in each.</summary>
    public void WriteReviews(int rows, int seed = 1, Action<int, JsonObject>? change = null)
    {
        var random = new Random(seed);
        System.IO.File.WriteAllText(Data, string.Concat(Enumerable.Range(0, rows).Select(row =>
        {
            var good = row % 2 == 0;
            var words = Enumerable.Range(0, 5).Select(_ => $"the {Things[random.Next(Things.Length)]} is {(random.NextDouble() < 0.85 == good ? Good : Bad)[random.Next(5)]}");
            var review = new JsonObject { ["id"] = $"r{row}", ["reviewText"] = $"{string.Join(", ", words)}, number {row}.", ["rating"] = good ? "positive" : "negative", ["price"] = random.Next(5, 40) };
            change?.Invoke(row, review);
            return review.ToJsonString() + "\n";
        })));
    }

    public Task<PrepareResult> PrepareAsync() => new PrepareVerb(Context()).RunAsync(Task, Cancel);

    public Task<TrainResult> TrainAsync(PrepareResult prepared, params Trial[] trials) => new TrainVerb(Context(), Trainers).RunAsync(TrainTask(prepared, trials), Cancel);

    public Task<TrainResult> FitAsync(PrepareResult prepared, Trial trial) => new TrainVerb(Context(), Trainers).RunAsync(TrainTask(prepared, trial) with { Fit = true }, Cancel);

    public Task<EvaluateResult> EvaluateAsync(PrepareResult prepared, int best = 0, int? keepVersions = null) =>
        new EvaluateVerb(Context()).RunAsync(EvaluateTask(prepared, best, keepVersions), Cancel);

    public TrainTask TrainTask(PrepareResult prepared, params Trial[] trials) => new()
    {
        Owner = Task.Owner,
        RunId = Task.RunId,
        Output = Task.Output,
        Workspace = prepared.Workspace,
        Trials = trials,
        Objective = Task.Search.Objective,
        Seed = Task.Search.Seed,
    };

    public EvaluateTask EvaluateTask(PrepareResult prepared, int best = 0, int? keepVersions = null) => new()
    {
        Owner = Task.Owner,
        RunId = Task.RunId,
        Output = Task.Output,
        Workspace = prepared.Workspace,
        Best = best,
        Objective = Task.Search.Objective,
        Evaluation = Task.Evaluation,
        Alias = Task.Alias,
        KeepVersions = keepVersions,
    };

    /// <summary>All steps with the first candidate.</summary>
    public async Task<EvaluateResult> RunAsync(int? keepVersions = null)
    {
        var prepared = await PrepareAsync();
        Assert.False(prepared.UpToDate);
        var trial = new Trial { Number = 0, Candidate = Task.Candidates[0] };
        await FitAsync(prepared, trial);
        return await EvaluateAsync(prepared, keepVersions: keepVersions);
    }

    public Task<T?> ReadAsync<T>(PrepareResult prepared, string path)
        where T : class => new TrainingWorkspace(Store, prepared.Workspace).ReadAsync<T>(path, Cancel);

    public Task<PreparedDataset?> PreparedAsync(PrepareResult prepared) => ReadAsync<PreparedDataset>(prepared, WorkspaceLayout.PreparedFile);

    /// <summary>Path of a file of a workspace.</summary>
    public string WorkspaceFile(PrepareResult prepared, string path) => File("store", prepared.Workspace, path);

    private TaskContext Context() => new()
    {
        Log = NullLogger.Instance,
        Properties = new TaskProperties(),
        Progress = Progress,
        Time = Time,
        Threads = 1,
        OpenStore = OpenStore,
    };
}
