namespace TextOps.Runner.Gating;

/// <summary>What a version that serves was measured at.</summary>
internal sealed record ServingMeasurement
{
    /// <summary>Metrics by name (<c>ServingMetrics</c>); one that could not be measured is missing.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>By metric: what stands behind it, for people; a metric of which there is nothing to say is missing.</summary>
    public required IReadOnlyDictionary<string, string> Notes { get; init; }

    /// <summary>The first smoke request that did not pass, with the reason; null where all did.</summary>
    public string? SmokeFault { get; init; }
}
