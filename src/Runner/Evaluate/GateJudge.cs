using System.Globalization;
using TextOps.Crds;
using TextOps.Crds.Schema;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Logging;

namespace TextOps.Runner.Evaluate;

/// <summary>Decides gates: pure, from metrics that are computed already.</summary>
internal static class GateJudge
{
    // Bounds and metrics are decimals that went through binary fractions: 0.7 must pass "0.1 worse than 0.8".
    private const double Rounding = 1e-12;

    // What a status takes.
    private const int MaxBound = 128;

    /// <summary>How each gate comes out, in their order. A metric that the evaluation does not give fails its gate; an alias that names no version passes it.</summary>
    /// <param name="gates">The gates.</param>
    /// <param name="metrics">Metrics of this model by name.</param>
    /// <param name="others">The version that an alias names, judged on the same rows.</param>
    public static IReadOnlyList<GateStatus> Judge(IReadOnlyList<Gate> gates, IReadOnlyDictionary<string, double> metrics, Func<string, ComparedVersion> others) =>
        [.. gates.Select(gate => Judge(gate, Find(metrics, gate.Metric), others))];

    private static GateStatus Judge(Gate gate, double? value, Func<string, ComparedVersion> others)
    {
        var (bound, atLeast, words) = Bound(gate, others);
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
    private static (double? Bound, bool AtLeast, string Words) Bound(Gate gate, Func<string, ComparedVersion> others)
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
        var compared = others(reference.Alias);
        if (compared.Fault is { } fault)
        {
            return (double.NaN, true, Incomparable(reference.Alias, LogText.Escape(fault)));
        }

        if (compared.Metrics is not { } metrics)
        {
            return (null, true, $"alias {reference.Alias} names no version");
        }

        if (Find(metrics, gate.Metric) is not { } other)
        {
            return (double.NaN, true, Incomparable(reference.Alias, "it does not give this metric"));
        }

        var drop = Decimals.Value(reference.MaxDrop);
        var less = MetricNames.IsLessBetter(gate.Metric);
        var (bound, side, change) = less ? (other + drop, "at most", "plus") : (other - drop, "at least", "less");
        return (bound, !less, $"{side} {Text(bound)} ({reference.Alias} {Text(other)} {change} {Text(drop)})");
    }

    /// <summary>The words for a bound that another version cannot give; they follow "is not".</summary>
    private static string Incomparable(string alias, string why) => $"comparable with {alias}: {why}";

    private static double? Find(IReadOnlyDictionary<string, double> metrics, string metric) =>
        metrics.TryGetValue(metric, out var value) && !double.IsNaN(value) ? value : null;

    private static double Tolerance(double bound) => Rounding * Math.Max(1, Math.Abs(bound));

    private static GateStatus Status(Gate gate, double? value, string bound, bool passed) => new()
    {
        Name = gate.Name,
        Metric = gate.Metric,
        Value = value is { } found ? Text(found) : null,
        Bound = Ellipsis.Cut(bound, MaxBound),
        Passed = passed,
    };

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}

/// <summary>The version that a gate compares with.</summary>
/// <param name="Metrics">Its metrics by name; null where the alias names none, and then the gate holds.</param>
/// <param name="Fault">Why it cannot be compared with, and then the gate does not hold; null where it can.</param>
internal readonly record struct ComparedVersion(IReadOnlyDictionary<string, double>? Metrics, string? Fault = null);
