using TextOps.Crds.Meta;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Cluster.Tests.Support;

/// <summary>TrainingRuns as a test writes them down.</summary>
internal static class TrainingRuns
{
    /// <summary>A valid object over labelled rows: one linear model on words, and a gate that it passes.</summary>
    public static TrainingRun Over(string dataset, string name) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new TrainingRunSpec
        {
            Dataset = new Dataset { Source = new DatasetSource { Uri = $"file://{dataset}" }, IdField = "id" },
            Features = [new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures() }],
            Candidates = [new Candidate { Name = "linear", LogisticRegression = new LogisticRegression { C = "10" } }],
            Evaluation = new Evaluation { Gates = [new Gate { Name = "good-enough", Metric = MetricNames.Accuracy, AtLeast = "0.6" }], BootstrapSamples = 20 },
        },
    };

    /// <summary>One that tries so many strengths of the penalty, most of them too strong to learn anything.</summary>
    public static TrainingRun Searching(string dataset, string name, int trials) => Over(dataset, name).With(spec => spec with
    {
        Candidates =
        [
            spec.Candidates[0] with
            {
                Search = new CandidateSearch
                {
                    MaxTrials = trials,
                    Space = [new SearchParameter { Name = "c", Float = new FloatRange { Min = "0.0001", Max = "10", Log = true } }],
                },
            },
        ],
        Search = new TrainingSearch { Objective = new Objective { Metric = MetricNames.LogLoss }, ParallelTrials = 4, TrialsPerJob = 2, Seed = 7 },
    });

    /// <summary>The object after an edit of its spec.</summary>
    public static TrainingRun With(this TrainingRun training, Func<TrainingRunSpec, TrainingRunSpec> edit) => training with { Spec = edit(training.Spec) };
}
