namespace TextOps.Hosting.Metrics;

/// <summary>The values that one set of labels has. Thread-safe.</summary>
/// <param name="bounds">Upper bounds of a histogram's buckets, ascending and finite; empty for counters and gauges.</param>
internal sealed class MetricSeries(IReadOnlyList<double> bounds)
{
    private readonly Lock gate = new();
    private readonly long[] counts = new long[bounds.Count + 1];
    private double value;

    /// <summary>Replaces the value.</summary>
    public void Set(double to)
    {
        lock (gate)
        {
            value = to;
        }
    }

    /// <summary>Adds to the value.</summary>
    public void Add(double by)
    {
        lock (gate)
        {
            value += by;
        }
    }

    /// <summary>Counts a value of a histogram.</summary>
    public void Observe(double observed)
    {
        var bucket = 0;

        // Bounds are inclusive. What is not a number compares with none and falls into the last.
        while (bucket < bounds.Count && !(observed <= bounds[bucket]))
        {
            bucket++;
        }

        lock (gate)
        {
            counts[bucket]++;
            value += observed;
        }
    }

    /// <summary>The values now.</summary>
    public SeriesSnapshot Snapshot(string labels, MetricKind kind)
    {
        lock (gate)
        {
            if (kind != MetricKind.Histogram)
            {
                return new SeriesSnapshot(labels, value, []);
            }

            var buckets = new List<(double, long)>(counts.Length);
            var sum = 0L;
            for (var i = 0; i < counts.Length; i++)
            {
                sum += counts[i];
                buckets.Add((i < bounds.Count ? bounds[i] : double.PositiveInfinity, sum));
            }

            return new SeriesSnapshot(labels, value, buckets);
        }
    }
}
