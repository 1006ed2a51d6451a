using Microsoft.Net.Http.Headers;

namespace TextOps.Hosting.Metrics;

/// <summary>A text that metrics are exposed as.</summary>
/// <param name="ContentType">Its media type.</param>
/// <param name="IsOpenMetrics">OpenMetrics; else the older text of Prometheus.</param>
public sealed record MetricFormat(string ContentType, bool IsOpenMetrics)
{
    private const string OpenMetricsType = "application/openmetrics-text";
    private const string PrometheusType = "text/plain";

    /// <summary>OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/).</summary>
    public static MetricFormat OpenMetrics { get; } = new(OpenMetricsType + "; version=1.0.0; charset=utf-8", IsOpenMetrics: true);

    /// <summary>Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).</summary>
    public static MetricFormat Prometheus { get; } = new(PrometheusType + "; version=0.0.4; charset=utf-8", IsOpenMetrics: false);

    /// <summary>The format that an <c>Accept</c> header likes best (RFC 9110, 12.5.1); OpenMetrics where it does not say or likes both.</summary>
    public static MetricFormat For(string? accept)
    {
        if (!MediaTypeHeaderValue.TryParseList([accept ?? ""], out var ranges) || ranges.Count == 0)
        {
            return OpenMetrics;
        }

        return Quality(ranges, PrometheusType, "0.0.4") > Quality(ranges, OpenMetricsType, "1.0.0") ? Prometheus : OpenMetrics;
    }

    // The most specific range that fits counts. One that asks for another version of the format does not fit.
    private static double Quality(IList<MediaTypeHeaderValue> ranges, string type, string version)
    {
        var kind = type[..type.IndexOf('/', StringComparison.Ordinal)];
        var fitting = ranges
            .Select(range => (Range: range, Specificity: range switch
            {
                { MatchesAllTypes: true } => 1,
                { MatchesAllSubTypes: true } when range.Type.Equals(kind, StringComparison.OrdinalIgnoreCase) => 2,
                _ when range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase) && VersionOf(range) is var asked && (asked is null || asked == version) => 3,
                _ => 0,
            }))
            .Where(range => range.Specificity > 0)
            .ToList();
        return fitting.Count == 0 ? 0 : fitting.Where(range => range.Specificity == fitting.Max(other => other.Specificity)).Max(range => range.Range.Quality ?? 1);
    }

    private static string? VersionOf(MediaTypeHeaderValue range) =>
        range.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase))?.GetUnescapedValue().ToString();
}
