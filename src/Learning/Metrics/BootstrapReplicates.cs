namespace TextOps.Learning.Metrics;

/// <summary>The values that metrics took over draws of rows. A draw becomes weights (how often each row was drawn), so nothing is sorted or predicted again.</summary>
internal sealed class BootstrapReplicates(ScoredRows rows, int samples)
{
    private readonly Dictionary<string, List<double>> values = new(StringComparer.Ordinal);
    private readonly ConfusionCounts counts = new(rows.Labels);
    private readonly double[] weights = new double[rows.Rows];

    /// <summary>Adds the metrics of one draw.</summary>
    public void Add(ReadOnlySpan<int> drawn)
    {
        Array.Clear(weights);
        foreach (var row in drawn)
        {
            weights[row]++;
        }

        foreach (var (metric, value) in ClassificationMetrics.Summary(rows, counts, weights))
        {
            if (!values.TryGetValue(metric, out var series))
            {
                values[metric] = series = new List<double>(samples);
            }

            series.Add(value);
        }
    }

    /// <summary>The interval [low, high] of each metric that covers the part <paramref name="confidence"/>, by numpy's linear percentiles.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Intervals(double confidence)
    {
        var intervals = new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal);
        foreach (var (metric, series) in values)
        {
            var ascending = series.Order().ToArray();
            intervals[metric] = [Percentiles.Linear(ascending, (1 - confidence) / 2), Percentiles.Linear(ascending, (1 + confidence) / 2)];
        }

        return intervals;
    }
}
