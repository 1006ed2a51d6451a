using System.Diagnostics.Metrics;

namespace TextOps.Kubernetes.Tests.Support;

/// <summary>Adds up what a meter's instruments measure; one series for each name and set of tags, written <c>name{key=value,…}</c>.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly Lock gate = new();
    private readonly MeterListener listener = new();
    private readonly Dictionary<string, List<double>> series = [];

    public Measurements(Meter meter)
    {
        listener.InstrumentPublished = (instrument, it) =>
        {
            if (instrument.Meter == meter)
            {
                Instruments[instrument.Name] = instrument;
                it.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
    }

    public Dictionary<string, Instrument> Instruments { get; } = [];

    /// <summary>All that was measured of a series, in order.</summary>
    public IReadOnlyList<double> Of(string name)
    {
        lock (gate)
        {
            return series.TryGetValue(name, out var values) ? [.. values] : [];
        }
    }

    /// <summary>The sum of a counter; null where it was never measured.</summary>
    public double? Sum(string name) => Of(name) is { Count: > 0 } values ? values.Sum() : null;

    /// <summary>What a gauge says now; null where nobody measures it.</summary>
    public double? Now(string name)
    {
        var before = Of(name).Count;
        listener.RecordObservableInstruments();
        var after = Of(name);
        return after.Count > before ? after[^1] : null;
    }

    public void Dispose() => listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = $"{instrument.Name}{{{string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}}}";
        lock (gate)
        {
            if (!series.TryGetValue(name, out var values))
            {
                series[name] = values = [];
            }

            values.Add(value);
        }
    }
}
