using System.Globalization;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Operator.Runs;

namespace TextOps.Operator.TrainingRuns;

/// <summary>How messages about a TrainingRun name trials, values and gates.</summary>
internal sealed class TrainingRunWording(TrainingRunSnapshot seen)
{
    // More than anybody reads; the first tells most.
    private const int ShownErrors = 3;

    private string Objective => seen.Spec.Search.Objective.Metric;

    private bool IsSearch => seen.Trials.IsSearch;

    /// <summary><c>boosting #17</c>; without the number where there is nothing to choose from.</summary>
    public string Trial(Trial trial) => IsSearch ? string.Create(CultureInfo.InvariantCulture, $"{trial.Candidate.Name} #{trial.Number}") : trial.Candidate.Name;

    /// <summary><c>f1_macro=0.8731</c>; null where there is no value.</summary>
    public string? Metric(double? value) => value is { } known ? $"{Objective}={Wording.Score(known)}" : null;

    public string Searching(TrainingRunTally tally) =>
        $"searching: {tally.Over} of {Wording.Count(seen.Trials.Trials.Count, "trial")}{Failed(tally)}{(tally.Best is { } best ? $", best {Trial(best)} {Metric(tally.BestValue)}" : "")}";

    public string Searched(TrainingRunTally tally) =>
        $"{Wording.Count(seen.Trials.Trials.Count, "trial")}{Failed(tally)}, best {Trial(tally.Best!)} {Metric(tally.BestValue)}";

    public string TrialsFailed(TrainingRunTally tally)
    {
        var total = seen.Trials.Trials.Count;
        var errors = string.Join("; ", tally.Failures.DistinctBy(failure => failure.Error, StringComparer.Ordinal).Take(ShownErrors).Select(failure => $"{Trial(failure.Trial)}: {failure.Error}"));
        return tally.Failures.Count == total
            ? $"all {Wording.Count(total, "trial")} failed: {errors}"
            : $"{tally.Failures.Count} of {Wording.Count(total, "trial")} failed, and spec.search.maxFailedTrials is {seen.Spec.Search.MaxFailedTrials}: {errors}";
    }

    public static string Prepared(PrepareResult prepared) =>
        $"{Wording.Rows(prepared.Rows)}: {Count(prepared.Train)} for training, {Count(prepared.Validation)} for validation, {Count(prepared.Test)} for the test; {Count(prepared.Rejected)} left out";

    public string Evaluated(PrepareResult? prepared, EvaluateResult evaluated) =>
        $"{(evaluated.Value is { } value ? $"{Objective} {Wording.Score(value)}" : $"{Objective} could not be computed")}{OnTestRows(prepared)}; {evaluated.Report}";

    public string Registered(PrepareResult prepared, Trial best, EvaluateResult evaluated, RegisteredVersion version) =>
        $"{VersionNumber.Name(version.Version)}: {Trial(best)}{(evaluated.Value is { } value ? $", {Objective} {Wording.Score(value)}" : "")}{OnTestRows(prepared)}{Alias}";

    public string Registered(RegisteredVersion version) => $"{VersionNumber.Name(version.Version)}{Alias}: {version.Output}";

    /// <summary>Each gate with its value: <c>good-enough: f1_macro 0.8731 at least 0.6</c>.</summary>
    public static string Gates(IReadOnlyList<GateStatus> gates) =>
        string.Join("; ", gates.Select(gate => $"{gate.Name}: {gate.Metric} {Value(gate)} {(gate.Passed ? "" : "is not ")}{gate.Bound}"));

    /// <summary>The gates that do not hold: <c>f1_macro 0.5512 is not at least 0.6 (good-enough)</c>.</summary>
    public static string FailedGates(IReadOnlyList<GateStatus> gates) =>
        string.Join("; ", gates.Where(gate => !gate.Passed).Select(gate => $"{gate.Metric} {(gate.Value is null ? "could not be computed" : $"{Value(gate)} is not {gate.Bound}")} ({gate.Name})"));

    private string Alias => seen.Spec.Register.Alias is { } alias ? $", alias {alias}" : "";

    private static string Failed(TrainingRunTally tally) => tally.Failures.Count > 0 ? $" ({tally.Failures.Count} failed)" : "";

    private static string OnTestRows(PrepareResult? prepared) => prepared is null ? "" : $" on {Count(prepared.Test)} test {(prepared.Test == 1 ? "row" : "rows")}";

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    // Sizes are whole numbers and stay so.
    private static string Value(GateStatus gate) => gate.Value switch
    {
        null => "(no value)",
        var text when text.Contains('.', StringComparison.Ordinal) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => Wording.Score(value),
        var text => text,
    };
}
