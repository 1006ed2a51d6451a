using System.Globalization;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Evaluate.Report;

/// <summary>How metrics are named and their values written for people.</summary>
internal static class MetricTexts
{
    private static readonly (string Metric, string Words)[] Known =
    [
        (MetricNames.Accuracy, "rows whose label is right"),
        (MetricNames.BalancedAccuracy, "mean of the classes' recalls"),
        (MetricNames.F1Macro, "mean of the classes' F1"),
        (MetricNames.F1Weighted, "mean F1, weighted by rows"),
        (MetricNames.PrecisionMacro, "mean of the classes' precisions"),
        (MetricNames.PrecisionWeighted, "mean precision, weighted by rows"),
        (MetricNames.RecallMacro, "mean of the classes' recalls"),
        (MetricNames.RecallWeighted, "mean recall, weighted by rows"),
        (MetricNames.RocAuc, "area under the ROC curve"),
        (MetricNames.AveragePrecision, "area under the precision-recall curve"),
        (MetricNames.Mcc, "Matthews correlation, -1 to 1"),
        (MetricNames.LogLoss, "mean -log probability of the true label; less is better"),
        (MetricNames.Brier, "squared error of the probabilities; less is better"),
        (MetricNames.LatencyP50, "median time of one prediction; less is better"),
        (MetricNames.LatencyP95, "95 of 100 predictions are faster; less is better"),
        (MetricNames.ModelBytes, "size of the model's files; less is better"),
    ];

    /// <summary>The metrics that a table shows, in order; those of single labels are not among them.</summary>
    public static IEnumerable<string> Order => Known.Select(known => known.Metric);

    /// <summary>What the metric is, in a few words; empty for those of single labels.</summary>
    public static string Words(string metric) => Known.FirstOrDefault(known => known.Metric == metric).Words ?? "";

    /// <summary>Whether the metric lies between 0 and 1.</summary>
    public static bool IsPart(string metric) => MetricNames.IsScore(metric) && metric is not (MetricNames.LogLoss or MetricNames.Mcc or MetricNames.Brier);

    /// <summary>A value with its unit.</summary>
    public static string Value(string metric, double value) => metric switch
    {
        MetricNames.LatencyP50 or MetricNames.LatencyP95 => value.ToString("0.00", CultureInfo.InvariantCulture) + " ms",
        MetricNames.ModelBytes => Bytes(value),
        _ => Score(value),
    };

    /// <summary>A score, with four digits after the point.</summary>
    public static string Score(double value) => double.IsFinite(value) ? value.ToString("0.0000", CultureInfo.InvariantCulture) : "–";

    /// <summary>A count, in groups of thousands.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A part as per cent.</summary>
    public static string Percent(double part) => double.IsFinite(part) ? (part * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %" : "–";

    private static string Bytes(double bytes) => bytes switch
    {
        >= 1e9 => (bytes / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " GB",
        >= 1e6 => (bytes / 1e6).ToString("0.00", CultureInfo.InvariantCulture) + " MB",
        >= 1e3 => (bytes / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " kB",
        _ => bytes.ToString("0", CultureInfo.InvariantCulture) + " bytes",
    };
}
