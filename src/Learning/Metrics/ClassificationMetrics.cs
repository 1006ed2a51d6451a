using TextOps.Crds.TrainingRuns;

namespace TextOps.Learning.Metrics;

/// <summary>The metrics of a classifier, as scikit-learn 1.9 defines them.</summary>
public static class ClassificationMetrics
{
    /// <summary>Computes all metrics; an undefined one (ROC-AUC where truth lacks a label) is left out. Takes O(labels * rows * log rows).</summary>
    /// <param name="truth">Numbers of the true labels, <c>[rows]</c>.</param>
    /// <param name="probabilities">Probabilities <c>[rows, labels]</c>, row by row.</param>
    /// <param name="labels">The labels, at least two, in the order of the columns.</param>
    /// <exception cref="ArgumentException">No rows, fewer than two labels, sizes that do not fit, a label that is out of range or a probability that is no number.</exception>
    public static ClassificationReport Compute(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, IReadOnlyList<string> labels)
    {
        var rows = ScoredRows.Of(truth, probabilities, labels.Count);
        var counts = new ConfusionCounts(labels.Count);
        var metrics = Summary(rows, counts, weights: []);
        for (var label = 0; label < labels.Count; label++)
        {
            metrics[MetricNames.OfClass("precision", labels[label])] = counts.Precision(label);
            metrics[MetricNames.OfClass("recall", labels[label])] = counts.Recall(label);
            metrics[MetricNames.OfClass("f1", labels[label])] = counts.F1(label);
        }

        return new ClassificationReport(metrics, Matrix(counts), rows.Predicted);
    }

    /// <summary>All metrics but those of single labels, with the rows weighted; what is undefined is left out. Leaves the counts in <paramref name="counts"/>.</summary>
    internal static Dictionary<string, double> Summary(ScoredRows rows, ConfusionCounts counts, ReadOnlySpan<double> weights)
    {
        rows.Count(counts, weights);
        var losses = rows.Losses(weights);
        var areas = rows.Areas(weights);
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            [MetricNames.Accuracy] = counts.Accuracy,
            [MetricNames.BalancedAccuracy] = counts.BalancedAccuracy,
            [MetricNames.F1Macro] = counts.Macro(counts.F1),
            [MetricNames.F1Weighted] = counts.Weighted(counts.F1),
            [MetricNames.PrecisionMacro] = counts.Macro(counts.Precision),
            [MetricNames.PrecisionWeighted] = counts.Weighted(counts.Precision),
            [MetricNames.RecallMacro] = counts.Macro(counts.Recall),
            [MetricNames.RecallWeighted] = counts.Weighted(counts.Recall),
            [MetricNames.Mcc] = counts.Mcc,
            [MetricNames.LogLoss] = losses.Log,
            [MetricNames.Brier] = losses.Brier,
        };
        Add(metrics, MetricNames.RocAuc, areas.RocAuc);
        Add(metrics, MetricNames.AveragePrecision, areas.AveragePrecision);
        return metrics;
    }

    private static void Add(Dictionary<string, double> metrics, string name, double value)
    {
        if (!double.IsNaN(value))
        {
            metrics[name] = value;
        }
    }

    private static long[][] Matrix(ConfusionCounts counts)
    {
        var matrix = new long[counts.Labels][];
        for (var truth = 0; truth < counts.Labels; truth++)
        {
            matrix[truth] = new long[counts.Labels];
            for (var predicted = 0; predicted < counts.Labels; predicted++)
            {
                matrix[truth][predicted] = (long)counts.Count(truth, predicted);
            }
        }

        return matrix;
    }
}
