using System.Globalization;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Local.Display;

/// <summary>Values of metrics as people read them.</summary>
internal static class MetricText
{
    /// <summary>A value: scores with four decimals, milliseconds with two, sizes whole.</summary>
    public static string Value(string metric, double value) => value.ToString(Format(metric), CultureInfo.InvariantCulture);

    /// <summary>A difference, with its sign.</summary>
    public static string Difference(string metric, double difference) =>
        (difference > 0 ? "+" : "") + difference.ToString(Format(metric), CultureInfo.InvariantCulture);

    /// <summary>What a difference means: <c>better</c>, <c>worse</c>, or nothing where it is not seen in what is shown.</summary>
    public static string Direction(string metric, double difference) =>
        double.Parse(difference.ToString(Format(metric), CultureInfo.InvariantCulture), NumberStyles.Number, CultureInfo.InvariantCulture) == 0 ? ""
        : difference > 0 != MetricNames.IsLessBetter(metric) ? "better" : "worse";

    /// <summary>A size: <c>980 B</c>, <c>12.3 kB</c>, <c>4.5 MB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => $"{bytes} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:F1} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F2} GB"),
    };

    private static string Format(string metric) => metric switch
    {
        MetricNames.ModelBytes => "N0",
        MetricNames.LatencyP50 or MetricNames.LatencyP95 => "F2",
        _ => "F4",
    };
}
