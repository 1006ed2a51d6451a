using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Evaluate;

/// <summary>Gates of a result, which is never longer than a termination message.</summary>
internal static class GateTexts
{
    private static readonly (int Metric, int Bound)[] Lengths = [(300, 128), (300, 48), (80, 48), (40, 24), (16, 12)];

    /// <summary>The result with the metrics and bounds of its gates cut as far as it needs; card and report have them whole.</summary>
    public static EvaluateResult Fit(EvaluateResult result) => Lengths
        .Select(length => result with { Gates = [.. result.Gates.Select(gate => Cut(gate, length.Metric, length.Bound))] })
        .FirstOrDefault(fitting => ResultDocument.Fits(new TaskResult { Evaluate = fitting })) ?? result;

    private static GateStatus Cut(GateStatus gate, int metric, int bound) => gate with { Metric = Ellipsis.Cut(gate.Metric, metric), Bound = Ellipsis.Cut(gate.Bound, bound) };
}
