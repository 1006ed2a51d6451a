using System.Text;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Local.Tests.EndToEnd;

namespace TextOps.Local.Tests.Commands.Models;

/// <summary>A workplace whose store has a registry of models.</summary>
internal sealed class Registry : IDisposable
{
    public const string Name = "default.book-reviews";

    public Registry() => Models = new ModelRegistry(Files);

    public Workplace Place { get; } = new();

    public FileObjectStore Files => new(Place.Store);

    public ModelRegistry Models { get; }

    public static ModelEvaluation Evaluation(double f1, double latency = 1.25) => new()
    {
        Objective = MetricNames.F1Macro,
        Metrics = new Dictionary<string, double>
        {
            [MetricNames.F1Macro] = f1,
            [MetricNames.LogLoss] = 1 - f1,
            [MetricNames.LatencyP95] = latency,
            [MetricNames.ModelBytes] = 12_345,
            [MetricNames.OfClass("f1", "negative")] = f1,
            [MetricNames.OfClass("recall", "negative")] = 0.75,
            [MetricNames.OfClass("f1", "positive")] = 0.5,
        },
        Intervals = new Dictionary<string, IReadOnlyList<double>> { [MetricNames.F1Macro] = [f1 - 0.02, f1 + 0.01] },
        ConfusionMatrix = [[4, 1], [0, 5]],
    };

    /// <summary>Registers a version of three files; <paramref name="change"/> makes its card another one.</summary>
    public async Task<RegisteredModel> RegisterAsync(string run, Func<ModelCard, ModelCard>? change = null, string name = Name)
    {
        var owner = new TaskOwner { Namespace = "default", Name = "book-reviews" };
        var registration = await Models.RegisterAsync(name, owner, run, run, DateTimeOffset.UtcNow, CancellationToken.None);
        var files = new List<ModelFile>();
        foreach (var path in new[] { "model.onnx", "featurizer.json", "encoders/words/tokenizer.json" })
        {
            files.Add(await registration.PutFileAsync(path, (stream, cancel) => stream.WriteAsync(Encoding.UTF8.GetBytes($"{path} of {run}"), cancel).AsTask(), CancellationToken.None));
        }

        var card = new ModelCard
        {
            ApiVersion = ApiGroup.GroupVersion,
            Name = name,
            Version = registration.Version,
            Created = DateTimeOffset.UtcNow.AddMinutes(-5),
            Owner = owner,
            RunId = run,
            Fingerprint = run,
            Signature = new ModelSignature { TextField = "reviewText", Labels = ["negative", "positive"] },
            Candidate = new Candidate { Name = "linear", LogisticRegression = new LogisticRegression { C = "2.5" } },
            Features = [new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures { NgramMax = 2 } }],
            Lineage = new ModelLineage
            {
                Dataset = new Dataset { Source = new DatasetSource { Uri = "file:///data/reviews.jsonl" } },
                Inputs = new Dictionary<string, string> { ["file:///data/reviews.jsonl"] = new('a', 64) },
                DataFingerprint = new('d', 64),
                Rows = new Dictionary<string, long> { ["test"] = 10, ["train"] = 80, ["validation"] = 12 },
                Labels = new Dictionary<string, long> { ["positive"] = 50, ["negative"] = 30 },
                Trials = 4,
                FailedTrials = 1,
                Seed = 7,
                CodeVersion = "0123abc",
            },
            Evaluation = Evaluation(0.8731),
            Gates = [new GateStatus { Name = "good", Metric = MetricNames.F1Macro, Value = "0.8731", Bound = "at least 0.8", Passed = true }],
            Files = files,
        };
        return await registration.CommitAsync(change?.Invoke(card) ?? card, CancellationToken.None);
    }

    public Task SetAliasAsync(RegisteredModel version, string alias) =>
        Models.Aliases.TrySetAsync(version, alias, AliasExpectation.Any, DateTimeOffset.UtcNow, CancellationToken.None);

    /// <summary>Runs <c>textops</c> on the store.</summary>
    public TextOpsResult TextOps(params string[] arguments) => Place.TextOps([.. arguments, "--store", "store"]);

    public void Dispose() => Place.Dispose();
}
