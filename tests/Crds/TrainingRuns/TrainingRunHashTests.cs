using TextOps.Crds.Runs;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Crds.Tests.TrainingRuns;

public sealed class TrainingRunHashTests
{
    private static readonly TrainingRunSpec Spec = new()
    {
        Dataset = new Dataset { Embeddings = new DatasetEmbeddings { Job = "chunks" } },
        Features = [new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures() }],
        Candidates = [new Candidate { Name = "linear", LogisticRegression = new LogisticRegression() }],
    };

    public static TheoryData<string, TrainingRunSpec> Steering => new()
    {
        { "suspend", Spec with { Suspend = true } },
        { "schedule", Spec with { Schedule = new RunSchedule { Cron = "0 3 * * *" } } },
        { "queue", Spec with { QueueName = "batch" } },
        { "history", Spec with { RunHistoryLimit = 3 } },
        { "parallelTrials", Spec with { Search = Spec.Search with { ParallelTrials = 8 } } },
        { "follow", Spec with { Dataset = Spec.Dataset with { Follow = true } } },
    };

    public static TheoryData<string, TrainingRunSpec> Defining => new()
    {
        { "dataset", Spec with { Dataset = Spec.Dataset with { LabelField = "topic" } } },
        { "features", Spec with { Features = [new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures { NgramMax = 2 } }] } },
        { "candidates", Spec with { Candidates = [new Candidate { Name = "linear", LogisticRegression = new LogisticRegression { C = "10" } }] } },
        { "seed", Spec with { Search = Spec.Search with { Seed = 1 } } },
        { "evaluation", Spec with { Evaluation = Spec.Evaluation with { Confidence = "0.9" } } },
        { "register", Spec with { Register = Spec.Register with { Alias = "staging" } } },
    };

    [Theory]
    [MemberData(nameof(Steering), DisableDiscoveryEnumeration = true)]
    public void What_only_steers_runs_starts_none(string field, TrainingRunSpec changed) => Assert.True(TrainingRunHash.Of(Spec) == TrainingRunHash.Of(changed), field);

    [Theory]
    [MemberData(nameof(Defining), DisableDiscoveryEnumeration = true)]
    public void What_decides_the_result_starts_a_run(string field, TrainingRunSpec changed) => Assert.True(TrainingRunHash.Of(Spec) != TrainingRunHash.Of(changed), field);
}
