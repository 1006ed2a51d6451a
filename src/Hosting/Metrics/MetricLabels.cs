using System.Globalization;
using System.Text;
using TextOps.Crds;

namespace TextOps.Hosting.Metrics;

/// <summary>The tags of a measurement as the text between a sample's braces, the same in both formats: <c>code="200",method="GET"</c>, by name.</summary>
internal static class MetricLabels
{
    private const int MaxValueBytes = 256;

    /// <summary>Renders <paramref name="tags"/>; empty values are left out, which means the same.</summary>
    public static string Render(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags)
        {
            if (Text(value) is { Length: > 0 } text)
            {
                labels[MetricName.Label(name)] = text;
            }
        }

        var rendered = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            rendered.Append(rendered.Length == 0 ? "" : ",").Append(name).Append("=\"").Append(Escape(value)).Append('"');
        }

        return rendered.ToString();
    }

    /// <summary>A text within quotes.</summary>
    public static string Escape(string text) => text
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", @"\n", StringComparison.Ordinal);

    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        string text => Ellipsis.Cut(text, MaxValueBytes),
        IFormattable formattable => Ellipsis.Cut(formattable.ToString(null, CultureInfo.InvariantCulture), MaxValueBytes),
        _ => Ellipsis.Cut(value.ToString() ?? "", MaxValueBytes),
    };
}
