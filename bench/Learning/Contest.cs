using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;

namespace TextOps.Bench.Learning;

/// <summary>A classifier that is measured, and its counterpart in scikit-learn.</summary>
/// <param name="Name">As the table shows it.</param>
/// <param name="Trainer">Ours.</param>
/// <param name="Family">scikit-learn's class.</param>
/// <param name="Row">Part of the parameters of its row in <c>classifiers.csv</c>.</param>
/// <param name="Parameters">Parameters to fit scikit-learn with, as JSON.</param>
internal sealed record Contest(string Name, IClassifierTrainer Trainer, string Family, string Row, string Parameters)
{
    /// <summary>What is measured on features; add a row here.</summary>
    public static IReadOnlyList<Contest> On(FeatureSet features) => features.TakesVectors ? [Logistic("10.0", 2000)] : [Logistic("1.0", 1000), Logistic("10.0", 1000)];

    private static Contest Logistic(string c, int iterations) => new(
        $"logistic regression, C {c}",
        new LogisticRegressionTrainer(new LogisticRegression { C = c, MaxIter = iterations }),
        "LogisticRegression",
        $"\"C\": {c}",
        $$"""{"C": {{c}}, "max_iter": {{iterations}}}""");
}
