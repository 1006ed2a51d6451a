namespace TextOps.Crds.ModelDeployments;

/// <summary>Metrics of a version that serves; gates may name them beside those of its card.</summary>
public static class ServingMetrics
{
    /// <summary>Part of the smoke requests that passed.</summary>
    public const string SmokePassRate = "smoke_pass_rate";

    /// <summary>Part of the requests of the soak time that failed (status 5xx, or no answer): those of the gate's own probe and those of real clients.</summary>
    public const string ErrorRate = "error_rate";

    /// <summary>Milliseconds that half of the probe's requests stay below, from request to answer.</summary>
    public const string LatencyP50 = "serving_latency_ms_p50";

    /// <summary>Milliseconds that 95 of 100 of the probe's requests stay below.</summary>
    public const string LatencyP95 = "serving_latency_ms_p95";

    /// <summary>Milliseconds that 99 of 100 of the probe's requests stay below.</summary>
    public const string LatencyP99 = "serving_latency_ms_p99";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [SmokePassRate, ErrorRate, LatencyP50, LatencyP95, LatencyP99];

    /// <summary>Whether <paramref name="metric"/> can be known only of a version that serves.</summary>
    public static bool IsServing(string metric) => All.Contains(metric, StringComparer.Ordinal);
}
