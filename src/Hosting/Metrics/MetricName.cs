using System.Text;

namespace TextOps.Hosting.Metrics;

/// <summary>Names as OpenMetrics 1.0 has them, made from those of .NET's instruments.</summary>
internal static class MetricName
{
    private const string Total = "_total";

    /// <summary>
    /// The name of a metric family: characters that are not allowed become <c>_</c>, a unit is the end of the name (<c>_seconds</c>), and a counter's
    /// <c>_total</c> is left to its samples.
    /// </summary>
    public static string Family(string instrument, string? unit, MetricKind kind)
    {
        var name = Clean(instrument, allowColon: true);
        if (kind == MetricKind.Counter && name.EndsWith(Total, StringComparison.Ordinal) && name.Length > Total.Length)
        {
            name = name[..^Total.Length];
        }

        return unit is null || name.EndsWith("_" + unit, StringComparison.Ordinal) ? name : $"{name}_{unit}";
    }

    /// <summary>A unit spelled as in names: <c>s</c> is <c>seconds</c>; null for none, for a bare number (<c>1</c>) and for a note (<c>{requests}</c>).</summary>
    public static string? Unit(string? unit) => unit switch
    {
        null or "" or "1" => null,
        _ when unit.StartsWith('{') => null,
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "min" => "minutes",
        "h" => "hours",
        "d" => "days",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "%" => "percent",
        _ => Clean(unit, allowColon: false),
    };

    /// <summary>A label's name.</summary>
    public static string Label(string tag) => Clean(tag, allowColon: false) switch
    {
        // "le" is the bound of a histogram's bucket, and "__" belongs to Prometheus itself.
        "le" => "exported_le",
        ['_', '_', ..] reserved => "exported" + reserved,
        var name => name,
    };

    /// <summary>All sample names that a family takes; no other family may have one of them.</summary>
    public static IEnumerable<string> Reserved(string family, MetricKind kind) => kind switch
    {
        MetricKind.Counter => [family, family + Total, family + "_created"],
        MetricKind.Gauge => [family],
        _ => [family, family + "_bucket", family + "_count", family + "_sum", family + "_created"],
    };

    private static string Clean(string name, bool allowColon)
    {
        var clean = new StringBuilder(name.Length + 1);
        foreach (var character in name)
        {
            clean.Append(char.IsAsciiLetterOrDigit(character) || character == '_' || (allowColon && character == ':') ? character : '_');
        }

        if (clean.Length == 0 || char.IsAsciiDigit(clean[0]))
        {
            clean.Insert(0, '_');
        }

        return clean.ToString();
    }
}
