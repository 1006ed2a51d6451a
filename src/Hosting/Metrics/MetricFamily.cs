using System.Collections.Concurrent;

namespace TextOps.Hosting.Metrics;

/// <summary>How an instrument's measurements change a series.</summary>
internal enum MetricChange
{
    /// <summary>They are added up.</summary>
    Add,

    /// <summary>They replace the value.</summary>
    Replace,

    /// <summary>They replace the value, and a look at the instrument tells all series that there are.</summary>
    Tell,

    /// <summary>They are counted by size.</summary>
    Observe,
}

/// <summary>All series of one metric, at most <see cref="MaxSeries"/>: measurements with labels beyond that are dropped and counted. Thread-safe.</summary>
internal sealed class MetricFamily(string name, MetricKind kind, MetricChange change, string? unit, string? help, IReadOnlyList<double> bounds)
{
    /// <summary>How many sets of labels a metric may have.</summary>
    public const int MaxSeries = 2000;

    private readonly ConcurrentDictionary<string, MetricSeries> series = new(StringComparer.Ordinal);
    private int count;
    private long dropped;

    /// <summary>Name of the family.</summary>
    public string Name => name;

    /// <summary>What its values mean.</summary>
    public MetricKind Kind => kind;

    /// <summary>How measurements change it.</summary>
    public MetricChange Change => change;

    /// <summary>Measurements that were dropped because there are too many series.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Takes a measurement.</summary>
    public void Record(double measured, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (kind == MetricKind.Counter && !(measured >= 0))
        {
            // A counter that shrinks would look like a restart.
            return;
        }

        if (Find(MetricLabels.Render(tags)) is not { } found)
        {
            Interlocked.Increment(ref dropped);
            return;
        }

        switch (change)
        {
            case MetricChange.Add:
                found.Add(measured);
                break;
            case MetricChange.Replace or MetricChange.Tell:
                found.Set(measured);
                break;
            default:
                found.Observe(measured);
                break;
        }
    }

    /// <summary>Forgets all series: those of an observable instrument are what it tells at each look.</summary>
    public void Clear()
    {
        series.Clear();
        Interlocked.Exchange(ref count, 0);
    }

    /// <summary>The family now.</summary>
    public MetricSnapshot Snapshot() => new(
        name,
        kind,
        unit,
        help,
        [.. series.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Value.Snapshot(one.Key, kind))]);

    private MetricSeries? Find(string labels)
    {
        if (series.TryGetValue(labels, out var known))
        {
            return known;
        }

        if (Interlocked.Increment(ref count) > MaxSeries)
        {
            Interlocked.Decrement(ref count);
            return null;
        }

        var made = new MetricSeries(bounds);
        if (series.TryAdd(labels, made))
        {
            return made;
        }

        Interlocked.Decrement(ref count);
        return series.GetValueOrDefault(labels);
    }
}
