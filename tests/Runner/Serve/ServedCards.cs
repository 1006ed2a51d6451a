using TextOps.Artifacts.Registry;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Tests.Serve;

/// <summary>Cards of models that are only stubs.</summary>
internal static class ServedCards
{
    /// <summary>A card whose contract has a text field <c>reviewText</c>, derived numbers, and two numeric fields.</summary>
    public static ModelCard Reviews { get; } = new()
    {
        ApiVersion = "textops.dev/v1alpha1",
        Name = "reviews",
        Version = 3,
        Created = DateTimeOffset.UnixEpoch,
        Owner = new TaskOwner { Namespace = "default", Name = "sentiment" },
        RunId = "00000000000000b1",
        Fingerprint = "f",
        Signature = new ModelSignature
        {
            TextField = "reviewText",
            Fields = [new NumericField { Name = "price", Minimum = "0", Maximum = "1000", Nullable = true }, new NumericField { Name = "pages", Type = NumericType.Integer }],
            Derived = [DerivedNumber.TextLength, DerivedNumber.WordCount],
            Labels = ["negative", "positive"],
        },
        Candidate = new Candidate { Name = "linear", LogisticRegression = new LogisticRegression() },
        Features = [],
        Lineage = new ModelLineage
        {
            Dataset = new Dataset { Source = new DatasetSource { Uri = "file:///data/reviews.jsonl" }, LabelField = "rating", Fields = [new NumericField { Name = "price" }, new NumericField { Name = "helpfulVotes", Type = NumericType.Integer }] },
            Inputs = new Dictionary<string, string>(),
            DataFingerprint = "d",
            Rows = new Dictionary<string, long>(),
            Labels = new Dictionary<string, long>(),
            Trials = 1,
            Seed = 1,
            CodeVersion = "c",
        },
        Evaluation = new ModelEvaluation { Objective = "accuracy", Metrics = new Dictionary<string, double>(), ConfusionMatrix = [[1, 0], [0, 1]] },
        Files = [],
    };
}
