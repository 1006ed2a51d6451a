using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.TrainingRuns;

/// <summary>How the best model is judged on the test split.</summary>
public sealed record Evaluation
{
    /// <summary>What the model must reach to be registered; all of them.</summary>
    [MaxItems(16), MapKeys("name")]
    public IReadOnlyList<Gate>? Gates { get; init; }

    /// <summary>How many times the test rows are drawn anew for the intervals of the metrics; 0 leaves intervals out.</summary>
    [Range(0, 10_000)]
    public int BootstrapSamples { get; init; } = 1000;

    /// <summary>What part of the drawn values an interval covers: a decimal from 0 to 1.</summary>
    [MaxLength(8), RegularExpression(Decimals.Fraction)]
    public string Confidence { get; init; } = "0.95";

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<Evaluation>> Rules { get; } =
    [
        new(Cel: null, evaluation => UnknownMetric(evaluation) is null, "metric must be one that an evaluation gives",
            (evaluation, at) => $"{at}gates: metric ({UnknownMetric(evaluation)}) is not known; use one of {MetricNames.List}, {MetricNames.LatencyP50}, {MetricNames.LatencyP95}, {MetricNames.ModelBytes}"),
    ];

    private static string? UnknownMetric(Evaluation evaluation) => evaluation.Gates?.FirstOrDefault(gate => !MetricNames.IsKnown(gate.Metric))?.Metric;
}

/// <summary>What a metric must reach: exactly one of its bounds is given.</summary>
public sealed record Gate
{
    /// <summary>Name of the gate.</summary>
    [MinLength(1), MaxLength(63), RegularExpression(Patterns.Label)]
    public required string Name { get; init; }

    /// <summary>The metric, for example <c>f1_macro</c>, <c>recall[negative]</c> or <c>latency_ms_p95</c>.</summary>
    [MinLength(1), MaxLength(300)]
    public required string Metric { get; init; }

    /// <summary>The metric must be at least this.</summary>
    [MaxLength(32), RegularExpression(Decimals.Signed)]
    public string? AtLeast { get; init; }

    /// <summary>The metric must be at most this.</summary>
    [MaxLength(32), RegularExpression(Decimals.Signed)]
    public string? AtMost { get; init; }

    /// <summary>The metric must not be much worse than another version's on the same rows.</summary>
    public GateReference? RelativeTo { get; init; }

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<Gate>> Rules { get; } =
    [
        new("[has(self.atLeast), has(self.atMost), has(self.relativeTo)].exists_one(given, given)",
            gate => new object?[] { gate.AtLeast, gate.AtMost, gate.RelativeTo }.Count(given => given is not null) == 1,
            "exactly one of atLeast, atMost and relativeTo must be given"),
    ];
}

/// <summary>Another version that a gate compares with: it is scored again on the same rows. Where the alias names none, the gate holds.</summary>
public sealed record GateReference
{
    /// <summary>Alias of the version, in the same registry and under the same name.</summary>
    [MinLength(1), MaxLength(63), RegularExpression(Patterns.Label)]
    public required string Alias { get; init; }

    /// <summary>How much worse the metric may be than that version's, in the metric's own unit.</summary>
    [MaxLength(32), RegularExpression(Decimals.NonNegative)]
    public string MaxDrop { get; init; } = "0";

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<GateReference>> Rules { get; } =
    [
        new("!self.alias.matches('^v?[0-9]+$')", reference => !Registration.ReadsAsVersion(reference.Alias),
            "alias must not read like a version, which never has that name: the gate would always hold; name an alias",
            (reference, at) => $"{at}alias ({reference.Alias}) reads like a version, and no version has that name: the gate would always hold; name an alias such as production"),
    ];
}
