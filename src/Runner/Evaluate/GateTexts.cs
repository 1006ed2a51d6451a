using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Evaluate;

/// <summary>Gates of a result, which is never longer than a termination message.</summary>
internal static class GateTexts
{
    private static readonly (int Metric, int Bound, int Message)[] Lengths = [(300, 128, 1024), (300, 48, 1024), (80, 48, 768), (40, 24, 384), (16, 12, 192)];

    /// <summary>The result with the metrics and bounds of its gates cut as far as it needs; card and report have them whole.</summary>
    public static EvaluateResult Fit(EvaluateResult result) => Lengths
        .Select(length => result with { Gates = Cut(result.Gates, length.Metric, length.Bound) })
        .FirstOrDefault(fitting => ResultDocument.Fits(new TaskResult { Evaluate = fitting })) ?? result;

    /// <summary>The result with its message and the metrics and bounds of its gates cut as far as it needs, and at last without the URI of the evidence, which has them whole.</summary>
    public static GateResult Fit(GateResult result)
    {
        List<GateResult> shorter =
        [
            .. Lengths.Select(length => result with
            {
                Gates = Cut(result.Gates, length.Metric, length.Bound),
                Message = result.Message is { } message ? Ellipsis.Cut(message, length.Message) : null,
            }),
        ];
        return shorter.Find(fitting => ResultDocument.Fits(new TaskResult { Gate = fitting })) ?? shorter[^1] with { Evidence = null };
    }

    private static IReadOnlyList<GateStatus> Cut(IReadOnlyList<GateStatus> gates, int metric, int bound) =>
        [.. gates.Select(gate => gate with { Metric = Ellipsis.Cut(gate.Metric, metric), Bound = Ellipsis.Cut(gate.Bound, bound) })];
}
