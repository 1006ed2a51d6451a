using System.Globalization;
using System.Text;

namespace TextOps.Hosting.Metrics;

/// <summary>Writes metric families as text, in their order.</summary>
public static class MetricText
{
    /// <summary>The whole document.</summary>
    public static string Write(IEnumerable<MetricSnapshot> families, MetricFormat format)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            Family(text, family, format);
        }

        if (format.IsOpenMetrics)
        {
            text.Append("# EOF\n");
        }

        return text.ToString();
    }

    private static void Family(StringBuilder text, MetricSnapshot family, MetricFormat format)
    {
        // OpenMetrics names the family, the older format the samples.
        var counter = family.Name + "_total";
        var name = family.Kind == MetricKind.Counter && !format.IsOpenMetrics ? counter : family.Name;
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {family.Kind switch { MetricKind.Counter => "counter", MetricKind.Gauge => "gauge", _ => "histogram" }}\n");
        if (family.Unit is { } unit && format.IsOpenMetrics)
        {
            text.Append(CultureInfo.InvariantCulture, $"# UNIT {name} {unit}\n");
        }

        if (!string.IsNullOrEmpty(family.Help))
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {Help(family.Help, format)}\n");
        }

        foreach (var series in family.Series)
        {
            switch (family.Kind)
            {
                case MetricKind.Counter:
                    Sample(text, counter, series.Labels, series.Value);
                    break;
                case MetricKind.Gauge:
                    Sample(text, family.Name, series.Labels, series.Value);
                    break;
                default:
                    Histogram(text, family.Name, series, format);
                    break;
            }
        }
    }

    private static void Histogram(StringBuilder text, string name, SeriesSnapshot series, MetricFormat format)
    {
        foreach (var (bound, count) in series.Buckets)
        {
            var le = $"le=\"{Bound(bound, format)}\"";
            Sample(text, name + "_bucket", series.Labels.Length == 0 ? le : $"{series.Labels},{le}", count);
        }

        Sample(text, name + "_sum", series.Labels, series.Value);
        Sample(text, name + "_count", series.Labels, series.Buckets[^1].Count);
    }

    private static void Sample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    // OpenMetrics: bounds are written as floating-point numbers, so that all writers spell a bound alike.
    private static string Bound(double bound, MetricFormat format)
    {
        var number = Number(bound);
        return format.IsOpenMetrics && number.All(character => char.IsAsciiDigit(character) || character == '-') ? number + ".0" : number;
    }

    // The shortest digits that read back as the same value.
    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e'),
    };

    private static string Help(string help, MetricFormat format) => format.IsOpenMetrics
        ? MetricLabels.Escape(help)
        : help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
}
