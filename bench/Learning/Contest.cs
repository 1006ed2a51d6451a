using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;

namespace TextOps.Bench.Learning;

/// <summary>A classifier that is measured, and its counterpart in scikit-learn.</summary>
/// <param name="Name">As the table shows it.</param>
/// <param name="Trainer">Ours.</param>
/// <param name="Family">The family as <c>classifiers.csv</c> names it.</param>
/// <param name="Row">Part of the parameters of its row in <c>classifiers.csv</c>.</param>
/// <param name="Here">scikit-learn's class and its parameters as JSON; null where it has none of that kind.</param>
internal sealed record Contest(string Name, IClassifierTrainer Trainer, string Family, string Row, (string Class, string Parameters)? Here)
{
    /// <summary>What is measured on features; add a row here.</summary>
    public static IReadOnlyList<Contest> On(FeatureSet features, Dataset dataset) =>
        features.TakesVectors ? [Logistic("10.0", 2000), Forest(200), Boosting(dataset.Labels.Count > 20 ? 40 : 200)] : [Logistic("1.0", 1000), Logistic("10.0", 1000)];

    private static Contest Logistic(string c, int iterations) => new(
        $"logistic regression, C {c}",
        new LogisticRegressionTrainer(new LogisticRegression { C = c, MaxIter = iterations }),
        "LogisticRegression",
        $"\"C\": {c}",
        ("LogisticRegression", $$"""{"C": {{c}}, "max_iter": {{iterations}}}"""));

    private static Contest Forest(int trees) => new(
        $"random forest, {trees} trees",
        new RandomForestTrainer(new RandomForest { NEstimators = trees }),
        "RandomForest",
        $"\"n_estimators\": {trees}",
        ("RandomForestClassifier", $$"""{"n_estimators": {{trees}}, "random_state": 0}"""));

    private static Contest Boosting(int rounds) => new(
        $"gradient boosting, {rounds} rounds",
        new GradientBoostingTrainer(new GradientBoosting { NEstimators = rounds }),
        "XGBoost",
        $"\"n_estimators\": {rounds}",
        null);
}
