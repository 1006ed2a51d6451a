using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;

namespace TextOps.Learning.Tests.Families;

public sealed class ClassifierTrainersTests
{
    [Fact]
    public void Each_family_has_its_trainer()
    {
        Assert.IsType<LogisticRegressionTrainer>(ClassifierTrainers.Of(new Candidate { Name = "a", LogisticRegression = new LogisticRegression() }));
        Assert.IsType<GradientBoostingTrainer>(ClassifierTrainers.Of(new Candidate { Name = "a", GradientBoosting = new GradientBoosting() }));
        Assert.IsType<RandomForestTrainer>(ClassifierTrainers.Of(new Candidate { Name = "a", RandomForest = new RandomForest() }));
    }

    [Fact]
    public void A_candidate_without_family_is_refused() =>
        Assert.Contains("candidate 'a' names no family", Assert.Throws<ArgumentException>(() => ClassifierTrainers.Of(new Candidate { Name = "a" })).Message, StringComparison.Ordinal);
}
