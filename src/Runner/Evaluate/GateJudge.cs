using System.Globalization;
using TextOps.Crds.Schema;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Evaluate;

/// <summary>Decides gates: pure, from metrics that are computed already.</summary>
internal static class GateJudge
{
    // Bounds and metrics are decimals that went through binary fractions: 0.7 must pass "0.1 worse than 0.8".
    private const double Rounding = 1e-12;

    /// <summary>How each gate comes out, in their order. A metric that the evaluation does not give fails its gate; an alias that names no version passes it.</summary>
    /// <param name="gates">The gates.</param>
    /// <param name="metrics">Metrics of this model by name.</param>
    /// <param name="otherMetrics">Metrics of the version that an alias names, on the same rows; null where it names none.</param>
    public static IReadOnlyList<GateStatus> Judge(
        IReadOnlyList<Gate> gates, IReadOnlyDictionary<string, double> metrics, Func<string, IReadOnlyDictionary<string, double>?> otherMetrics) =>
        [.. gates.Select(gate => Judge(gate, Find(metrics, gate.Metric), otherMetrics))];

    private static GateStatus Judge(Gate gate, double? value, Func<string, IReadOnlyDictionary<string, double>?> otherMetrics)
    {
        var (bound, atLeast, words) = Bound(gate, otherMetrics);
        if (value is not { } found)
        {
            return Status(gate, null, $"{words}; the evaluation does not give this metric", passed: false);
        }

        var passed = bound switch
        {
            null => gate.RelativeTo is not null,
            _ when double.IsNaN(bound.Value) => false,
            _ when atLeast => found >= bound.Value - Tolerance(bound.Value),
            _ => found <= bound.Value + Tolerance(bound.Value),
        };
        return Status(gate, found, words, passed);
    }

    /// <summary>The bound, whether the metric must be at least (not: at most) it, and the words for it. Null: nothing to compare with. NaN: it cannot be compared.</summary>
    private static (double? Bound, bool AtLeast, string Words) Bound(Gate gate, Func<string, IReadOnlyDictionary<string, double>?> otherMetrics)
    {
        if (gate.AtLeast is { } least)
        {
            return (Decimals.Value(least), true, $"at least {least}");
        }

        if (gate.AtMost is { } most)
        {
            return (Decimals.Value(most), false, $"at most {most}");
        }

        var reference = gate.RelativeTo ?? throw new ArgumentException($"gate {gate.Name} has no bound; give atLeast, atMost or relativeTo", nameof(gate));
        if (otherMetrics(reference.Alias) is not { } others)
        {
            return (null, true, $"alias {reference.Alias} names no version");
        }

        if (Find(others, gate.Metric) is not { } other)
        {
            return (double.NaN, true, $"{reference.Alias} does not give this metric");
        }

        var drop = Decimals.Value(reference.MaxDrop);
        var less = MetricNames.IsLessBetter(gate.Metric);
        var (bound, side, change) = less ? (other + drop, "at most", "plus") : (other - drop, "at least", "less");
        return (bound, !less, $"{side} {Text(bound)} ({reference.Alias} {Text(other)} {change} {Text(drop)})");
    }

    private static double? Find(IReadOnlyDictionary<string, double> metrics, string metric) =>
        metrics.TryGetValue(metric, out var value) && !double.IsNaN(value) ? value : null;

    private static double Tolerance(double bound) => Rounding * Math.Max(1, Math.Abs(bound));

    private static GateStatus Status(Gate gate, double? value, string bound, bool passed) => new()
    {
        Name = gate.Name,
        Metric = gate.Metric,
        Value = value is { } found ? Text(found) : null,
        Bound = bound,
        Passed = passed,
    };

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
