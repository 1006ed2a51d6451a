using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace TextOps.Hosting.Metrics;

/// <summary>
/// Listens to the instruments of some meters and keeps what they measure, from the moment it is made. Instruments of one name and kind share a family;
/// one whose samples another family has already is left out and logged.
/// </summary>
public sealed partial class MetricRegistry : IDisposable
{
    /// <summary>Buckets of histograms that advise none: those of Prometheus' own clients, in seconds.</summary>
    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private const string OurMeters = "TextOps.";

    private const string DroppedName = "textops_metrics_dropped_measurements";

    private readonly Lock gate = new();
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<string, MetricFamily> families = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> reserved = MetricName.Reserved(DroppedName, MetricKind.Counter).ToDictionary(name => name, _ => DroppedName, StringComparer.Ordinal);
    private readonly MeterListener listener;

    /// <summary>Starts to listen to the meters that <paramref name="listensTo"/> selects, also to those made later.</summary>
    public MetricRegistry(Func<Meter, bool> listensTo, ILogger<MetricRegistry> logger)
    {
        this.logger = logger;
        listener = new MeterListener
        {
            InstrumentPublished = (instrument, source) =>
            {
                if (listensTo(instrument.Meter) && Adopt(instrument) is { } family)
                {
                    source.EnableMeasurementEvents(instrument, family);
                }
            },
        };
        listener.SetMeasurementEventCallback<byte>((_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<short>((_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<int>((_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<long>((_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<float>((_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<double>((_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<decimal>((_, value, tags, family) => Record(family, (double)value, tags));
        listener.Start();
    }

    /// <summary>Whether a meter is one of ours: the runtime's, the client's, the process's.</summary>
    public static bool IsOurs(Meter meter) => meter.Name.StartsWith(OurMeters, StringComparison.Ordinal);

    /// <summary>All families by name; observable instruments are asked now.</summary>
    public IReadOnlyList<MetricSnapshot> Collect()
    {
        lock (gate)
        {
            foreach (var family in families.Values.Where(family => family.Change == MetricChange.Tell))
            {
                family.Clear();
            }

            try
            {
                listener.RecordObservableInstruments();
            }
            catch (AggregateException problem)
            {
                // The others were asked all the same.
                LogNotObserved(problem);
            }

            return [.. families.Values.Select(family => family.Snapshot()).Append(Dropped()).OrderBy(family => family.Name, StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();

    private static void Record(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => ((MetricFamily)family!).Record(value, tags);

    private MetricFamily? Adopt(Instrument instrument)
    {
        if (Meaning(instrument) is not var (kind, change))
        {
            return null;
        }

        var unit = MetricName.Unit(instrument.Unit);
        var name = MetricName.Family(instrument.Name, unit, kind);
        lock (gate)
        {
            if (families.TryGetValue(name, out var known) && known.Kind == kind && known.Change == change)
            {
                return known;
            }

            var names = MetricName.Reserved(name, kind).ToList();
            if (names.Find(reserved.ContainsKey) is { } taken)
            {
                LogClash(instrument.Name, instrument.Meter.Name, taken, reserved[taken]);
                return null;
            }

            names.ForEach(sample => reserved[sample] = name);
            return families[name] = new MetricFamily(name, kind, change, unit, instrument.Description, kind == MetricKind.Histogram ? BoundsOf(instrument) : []);
        }
    }

    private static (MetricKind Kind, MetricChange Change)? Meaning(Instrument instrument)
    {
        var type = instrument.GetType();
        return !type.IsGenericType ? null : type.GetGenericTypeDefinition() switch
        {
            var definition when definition == typeof(Counter<>) => (MetricKind.Counter, MetricChange.Add),
            var definition when definition == typeof(ObservableCounter<>) => (MetricKind.Counter, MetricChange.Tell),
            var definition when definition == typeof(UpDownCounter<>) => (MetricKind.Gauge, MetricChange.Add),
            var definition when definition == typeof(ObservableUpDownCounter<>) => (MetricKind.Gauge, MetricChange.Tell),
            var definition when definition == typeof(ObservableGauge<>) => (MetricKind.Gauge, MetricChange.Tell),
            var definition when definition == typeof(Gauge<>) => (MetricKind.Gauge, MetricChange.Replace),
            var definition when definition == typeof(Histogram<>) => (MetricKind.Histogram, MetricChange.Observe),
            _ => null,
        };
    }

    private static double[] BoundsOf(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => bounds,
            Histogram<float> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.Select(bound => (double)bound),
            Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.Select(bound => (double)bound),
            Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.Select(bound => (double)bound),
            _ => DefaultBounds,
        };
        return [.. advised.Where(double.IsFinite).Distinct().Order()];
    }

    private MetricSnapshot Dropped() => new(
        DroppedName,
        MetricKind.Counter,
        Unit: null,
        $"Measurements left out because their metric has {MetricFamily.MaxSeries} sets of labels already.",
        [.. families.Values.Where(family => family.Dropped > 0).OrderBy(family => family.Name, StringComparer.Ordinal)
            .Select(family => new SeriesSnapshot($"metric=\"{family.Name}\"", family.Dropped, []))]);

    [LoggerMessage(EventName = "MetricClash", Level = LogLevel.Warning, Message = "Metric {Instrument} of meter {Meter} is left out: {Sample} belongs to {Family}; rename one of them")]
    private partial void LogClash(string instrument, string meter, string sample, string family);

    [LoggerMessage(EventName = "MetricNotObserved", Level = LogLevel.Warning, Message = "Some observable metrics could not be read")]
    private partial void LogNotObserved(Exception problem);
}
