namespace TextOps.Hosting.Metrics;

/// <summary>What a metric's values mean, in OpenMetrics' terms.</summary>
public enum MetricKind
{
    /// <summary>A sum that only grows.</summary>
    Counter,

    /// <summary>A value that goes up and down.</summary>
    Gauge,

    /// <summary>How often values fell below each of some bounds.</summary>
    Histogram,
}
