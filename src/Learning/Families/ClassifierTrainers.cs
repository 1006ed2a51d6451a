using TextOps.Crds.TrainingRuns;

namespace TextOps.Learning.Families;

/// <summary>Finds the trainer of a candidate.</summary>
public static class ClassifierTrainers
{
    /// <summary>The trainer of the candidate's family with its parameters.</summary>
    /// <exception cref="ArgumentException">The candidate names no family.</exception>
    public static IClassifierTrainer Of(Candidate candidate) => candidate switch
    {
        { LogisticRegression: { } parameters } => new LogisticRegressionTrainer(parameters),
        { GradientBoosting: { } parameters } => new GradientBoostingTrainer(parameters),
        { RandomForest: { } parameters } => new RandomForestTrainer(parameters),
        _ => throw new ArgumentException($"candidate '{candidate.Name}' names no family; give one of logisticRegression, gradientBoosting and randomForest", nameof(candidate)),
    };
}
