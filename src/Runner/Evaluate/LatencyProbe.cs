using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Features;
using TextOps.Learning.Models;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Evaluate;

/// <summary>How long single predictions take on one thread, text to probabilities, one after the other.</summary>
internal static class LatencyProbe
{
    private const int WarmUp = 10;
    private const int MaxRows = 500;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);

    /// <summary>Milliseconds of half and of 95 of 100 predictions of the first rows, as metrics by name: at most 500 rows, or as many as 5 seconds allow.</summary>
    /// <param name="folder">The model's folder.</param>
    public static IReadOnlyDictionary<string, double> Measure(string folder, IReadOnlyList<TextRow> rows, TaskContext context, CancellationToken cancellationToken)
    {
        // One thread: more of them wait for each other where the machine is busy, and a single row gives them little to share.
        using var model = ClassifierModel.Load(folder, threads: 1);
        context.Progress.Begin("MeasuringLatency", Math.Min(rows.Count, MaxRows));
        for (var row = 0; row < Math.Min(rows.Count, WarmUp); row++)
        {
            model.PredictProbabilities([rows[row]], cancellationToken);
        }

        var times = new List<double>();
        var begin = context.Time.GetTimestamp();
        for (var row = 0; row < Math.Min(rows.Count, MaxRows) && (row == 0 || context.Time.GetElapsedTime(begin) < MaxTime); row++)
        {
            var start = context.Time.GetTimestamp();
            model.PredictProbabilities([rows[row]], cancellationToken);
            times.Add(context.Time.GetElapsedTime(start).TotalMilliseconds);
            context.Progress.Advance(1);
        }

        times.Sort();
        return new Dictionary<string, double>(StringComparer.Ordinal) { [MetricNames.LatencyP50] = Of(times, 0.5), [MetricNames.LatencyP95] = Of(times, 0.95) };
    }

    /// <summary>The time that the given part of all stays at or below (nearest rank).</summary>
    private static double Of(List<double> sorted, double part) => Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Count) - 1)], 4);
}
