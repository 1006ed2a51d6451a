namespace TextOps.Learning.Metrics;

/// <summary>What a classifier's probabilities came to.</summary>
/// <param name="Metrics">Metrics by name (<see cref="Crds.TrainingRuns.MetricNames"/>), those of each label too; undefined ones are left out.</param>
/// <param name="ConfusionMatrix">Rows by true label (outer) and predicted label (inner).</param>
/// <param name="Predicted">The predicted label of each row: the first of the largest probabilities.</param>
public sealed record ClassificationReport(IReadOnlyDictionary<string, double> Metrics, long[][] ConfusionMatrix, IReadOnlyList<int> Predicted);
