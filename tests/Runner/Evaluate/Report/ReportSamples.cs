using System.Globalization;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Training;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Metrics;
using TextOps.Runner.Evaluate.Report;

namespace TextOps.Runner.Tests.Evaluate.Report;

/// <summary>Reports of made-up models: their predictions are drawn, all numbers follow from them.</summary>
internal static class ReportSamples
{
    public static readonly string[] Sentiments = ["negative", "positive"];

    public static readonly string[] Ratings = ["negative", "neutral", "positive"];

    private static readonly string[] Things = ["card", "transfer", "top_up", "refund", "pin", "exchange_rate", "identity"];

    private static readonly string[] Questions =
    [
        "not_working", "declined", "pending", "fee_charged", "limits", "arrival", "why_verify_identity_again", "lost_or_stolen", "linking", "unrecognised", "cancel",
    ];

    /// <summary>77 labels.</summary>
    public static string[] Intents => [.. Things.SelectMany(thing => Questions.Select(question => $"{thing}_{question}"))];

    /// <summary>A model with these labels, drawn with a seed.</summary>
    public static ReportData Of(string[] labels, int rows, int trials, int seed = 1)
    {
        var random = new Random(seed);
        var truth = Enumerable.Range(0, rows).Select(_ => Math.Min(labels.Length - 1, (int)(Math.Pow(random.NextDouble(), 1.15) * labels.Length))).ToArray();
        var probabilities = Probabilities(truth, labels.Length, random);
        var report = ClassificationMetrics.Compute(truth, probabilities, labels);
        var metrics = new Dictionary<string, double>(report.Metrics, StringComparer.Ordinal)
        {
            [MetricNames.LatencyP50] = 0.412, [MetricNames.LatencyP95] = 1.87, [MetricNames.ModelBytes] = 4_812_331,
        };
        var counts = labels.Select((label, index) => (label, Rows: 4L * truth.LongCount(one => one == index))).ToDictionary(one => one.label, one => one.Rows);
        var candidate = new Candidate { Name = "linear", Features = ["words", "numbers"], LogisticRegression = new LogisticRegression { C = "3.1622", ClassWeight = ClassWeight.Balanced } };
        var records = Enumerable.Range(0, trials).Select(number => Trial(number, candidate, random)).ToArray();
        return new ReportData
        {
            Model = "book-reviews",
            Created = new DateTimeOffset(2026, 3, 14, 9, 26, 53, TimeSpan.Zero),
            Owner = new TaskOwner { Namespace = "reviews", Name = "sentiment" },
            RunId = "5f0c2a9be1d4-spec",
            Signature = new ModelSignature { TextField = "reviewText", Labels = labels, Fields = [new NumericField { Name = "price" }], Derived = [DerivedNumber.TextLength] },
            Candidate = candidate,
            Features =
            [
                new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures { NgramMax = 2, SublinearTf = true, MinDf = "2" } },
                new FeatureBlock { Name = "numbers", Numeric = new NumericFeatures { Derived = [DerivedNumber.TextLength, DerivedNumber.WordCount], Fields = ["price"] } },
            ],
            Lineage = new ModelLineage
            {
                Dataset = new Dataset { Source = new DatasetSource { Uri = "s3://corpus/reviews/*.jsonl" } },
                Inputs = Enumerable.Range(0, 3).ToDictionary(part => $"s3://corpus/reviews/part-{part}.jsonl", part => new string((char)('a' + part), 64)),
                DataFingerprint = string.Concat(Enumerable.Repeat("9d4c", 16)),
                Rows = new Dictionary<string, long> { ["train"] = counts.Values.Sum(), ["validation"] = rows / 2, ["test"] = rows },
                Labels = counts,
                Trials = trials,
                FailedTrials = records.Count(record => record.Error is not null),
                Seed = 42,
                CodeVersion = "1.0.0+5f0c2a9",
            },
            Evaluation = new ModelEvaluation
            {
                Objective = MetricNames.F1Macro,
                Metrics = metrics,
                Intervals = Bootstrap.Intervals(truth, probabilities, labels.Length, samples: 200, confidence: 0.95, seed: 42, TestContext.Current.CancellationToken),
                ConfusionMatrix = report.ConfusionMatrix,
            },
            Confidence = "0.95",
            Gates =
            [
                new GateStatus { Name = "good-enough", Metric = MetricNames.F1Macro, Value = metrics[MetricNames.F1Macro].ToString("G6", CultureInfo.InvariantCulture), Bound = "at least 0.7", Passed = true },
                new GateStatus { Name = "no-worse", Metric = MetricNames.LogLoss, Value = "0.612345", Bound = "at most 0.51 (production 0.5 plus 0.01)", Passed = false },
                new GateStatus { Name = "fast", Metric = MetricNames.LatencyP95, Value = "1.87", Bound = "at most 20", Passed = true },
            ],
            Trials = records,
            BestTrial = records.Where(record => record.Value is not null).MaxBy(record => record.Value)?.Number,
            Curves = LabelCurves.Of(truth, probabilities, labels),
            Contract = new ContractSummary
            {
                Read = 7 * rows,
                Rejected = 23,
                Violations = new Dictionary<string, long> { ["label is missing"] = 14, ["text is empty"] = 9 },
                Duplicates = 118,
                Warnings = ["text_len: 31 rows lie more than 5 standard deviations from the mean", "label neutral has 4.1 % of the rows"],
            },
        };
    }

    private static double[] Probabilities(int[] truth, int labels, Random random)
    {
        var probabilities = new double[truth.Length * labels];
        for (var row = 0; row < truth.Length; row++)
        {
            var weights = Enumerable.Range(0, labels).Select(label => Math.Exp((label == truth[row] ? 2.2 + (labels / 40.0) : Math.Abs(label - truth[row]) == 1 ? 0.9 : 0) + (1.2 * Normal(random)))).ToArray();
            for (var label = 0; label < labels; label++)
            {
                probabilities[(row * labels) + label] = weights[label] / weights.Sum();
            }
        }

        return probabilities;
    }

    private static TrialRecord Trial(int number, Candidate linear, Random random)
    {
        var boosting = new Candidate { Name = "boosting", GradientBoosting = new GradientBoosting() };
        var failed = number % 13 == 5;
        return new TrialRecord
        {
            Number = number,
            Candidate = number % 3 == 1 ? boosting : linear,
            Parameters = number % 3 == 1
                ? new Dictionary<string, string> { ["maxDepth"] = $"{random.Next(2, 9)}", ["learningRate"] = random.NextDouble().ToString("G3", CultureInfo.InvariantCulture) }
                : new Dictionary<string, string> { ["c"] = Math.Pow(10, (random.NextDouble() * 4) - 2).ToString("G5", CultureInfo.InvariantCulture), ["classWeight"] = "balanced" },
            Value = failed ? null : 0.72 + (0.12 * (1 - Math.Exp(-number / 8.0)) * random.NextDouble()) + (0.02 * random.NextDouble()) - (number == 3 ? 0.6 : 0),
            Seconds = 0.4 + (8 * random.NextDouble()),
            Error = failed ? "the loss is not finite after 3 iterations; lower learningRate (0.97)" : null,
        };
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
