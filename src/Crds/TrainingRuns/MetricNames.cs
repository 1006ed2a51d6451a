using System.Collections.Frozen;

namespace TextOps.Crds.TrainingRuns;

/// <summary>Names of metrics, after scikit-learn's scorers. One of a class is written <c>recall[negative]</c>.</summary>
public static class MetricNames
{
    /// <summary>Part of the rows whose label is right.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>Mean of the recalls of the classes that are true of a row.</summary>
    public const string BalancedAccuracy = "balanced_accuracy";

    /// <summary>Mean of the classes' F1, over the classes that occur, true or predicted; so are the other means.</summary>
    public const string F1Macro = "f1_macro";

    /// <summary>Mean of the classes' F1, weighted by their rows.</summary>
    public const string F1Weighted = "f1_weighted";

    /// <summary>Mean of the classes' precisions.</summary>
    public const string PrecisionMacro = "precision_macro";

    /// <summary>Mean of the classes' precisions, weighted by their rows.</summary>
    public const string PrecisionWeighted = "precision_weighted";

    /// <summary>Mean of the classes' recalls; 0 counts for one that was predicted but never true.</summary>
    public const string RecallMacro = "recall_macro";

    /// <summary>Mean of the classes' recalls, weighted by their rows.</summary>
    public const string RecallWeighted = "recall_weighted";

    /// <summary>Area under the ROC curve: of the second label for two classes, else the mean of one against the rest.</summary>
    public const string RocAuc = "roc_auc";

    /// <summary>Average precision: of the second label for two classes, else the mean over classes.</summary>
    public const string AveragePrecision = "average_precision";

    /// <summary>Mean negative log probability of the true class; less is better.</summary>
    public const string LogLoss = "log_loss";

    /// <summary>Mean squared error of the probabilities: of the second label for two classes, else summed over classes; less is better.</summary>
    public const string Brier = "brier";

    /// <summary>Matthews correlation coefficient.</summary>
    public const string Mcc = "mcc";

    /// <summary>Milliseconds that 95 of 100 single predictions stay below, text to probabilities; less is better.</summary>
    public const string LatencyP95 = "latency_ms_p95";

    /// <summary>Milliseconds of half of the single predictions; less is better.</summary>
    public const string LatencyP50 = "latency_ms_p50";

    /// <summary>Size of the model's files, in bytes; less is better.</summary>
    public const string ModelBytes = "model_bytes";

    /// <summary>Of an embedding model: Spearman's rank correlation of cosines and given similarities.</summary>
    public const string CosineSpearman = "cosine_spearman";

    /// <summary>Of an embedding model: Pearson's correlation of cosines and given similarities.</summary>
    public const string CosinePearson = "cosine_pearson";

    /// <summary>Of a cross-encoder: mean normalised discounted cumulative gain of the first ten texts of a query.</summary>
    public const string Ndcg10 = "ndcg@10";

    /// <summary>Of a cross-encoder: mean reciprocal rank of the first relevant one of ten texts.</summary>
    public const string Mrr10 = "mrr@10";

    private static readonly FrozenSet<string> Scores = new[]
    {
        Accuracy, BalancedAccuracy, F1Macro, F1Weighted, PrecisionMacro, PrecisionWeighted, RecallMacro, RecallWeighted, RocAuc, AveragePrecision, LogLoss, Brier, Mcc,
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> PerClass = new[] { "precision", "recall", "f1" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>All names, for messages.</summary>
    public static string List { get; } =
        string.Join(", ", Scores.Order(StringComparer.Ordinal)) + ", precision[LABEL], recall[LABEL], f1[LABEL]";

    /// <summary>The metric <paramref name="metric"/> (precision, recall or f1) of one class.</summary>
    public static string OfClass(string metric, string label) => $"{metric}[{label}]";

    /// <summary>Whether <paramref name="metric"/> is computed from predictions.</summary>
    public static bool IsScore(string metric) =>
        Scores.Contains(metric) || (metric.EndsWith(']') && metric.IndexOf('[', StringComparison.Ordinal) is > 0 and var at && PerClass.Contains(metric[..at]));

    /// <summary>Whether <paramref name="metric"/> is one that an evaluation gives: a score, a latency or a size.</summary>
    public static bool IsKnown(string metric) => IsScore(metric) || metric is LatencyP50 or LatencyP95 or ModelBytes;

    /// <summary>Whether less is better.</summary>
    public static bool IsLessBetter(string metric) => metric is LogLoss or Brier or LatencyP50 or LatencyP95 or ModelBytes;
}
