using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Operator.Runs;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>Makes the status of an EmbeddingJob from a decision: what every kind reports, and the counts of its run.</summary>
public static class EmbeddingJobStatusBuilder
{
    /// <summary>Whether two statuses differ in nothing but how far the run is.</summary>
    public static bool IsSameButProgress(EmbeddingJobStatus? before, EmbeddingJobStatus after) => before is not null && JsonNode.DeepEquals(
        JsonSerializer.SerializeToNode(before with { Progress = null, Rows = null, Chunks = null, Rejected = null, Rate = null }, Json.Objects),
        JsonSerializer.SerializeToNode(after with { Progress = null, Rows = null, Chunks = null, Rejected = null, Rate = null }, Json.Objects));

    /// <summary>The status after <paramref name="plan"/>.</summary>
    public static EmbeddingJobStatus Build(EmbeddingJobSnapshot seen, RunPlan plan, DateTimeOffset now)
    {
        var old = seen.Job.Status ?? new EmbeddingJobStatus();
        var report = RunReport.Of(seen, plan, now);
        var tally = EmbeddingJobTally.Of(seen, plan, now);
        var counts = tally.Counts;
        var known = report.IsSameRun ? old : new EmbeddingJobStatus { Progress = "0%" };
        return old with
        {
            ObservedGeneration = report.ObservedGeneration,
            Conditions = report.Conditions,
            Run = report.Run,
            Runs = report.Runs,
            Progress = counts.Fraction is { } fraction ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(fraction * 100):F0}%") : known.Progress,
            Rows = counts.Rows ?? known.Rows,
            Chunks = counts.Chunks ?? known.Chunks,
            Rejected = counts.Rejected ?? known.Rejected,
            Rate = counts.ChunksPerSecond is { } rate ? string.Create(CultureInfo.InvariantCulture, $"{rate:F0} chunks/s") : known.Rate,
            Shards = tally.Shards ?? known.Shards,
            Version = plan.Version ?? old.Version,
            Output = plan.Output ?? old.Output,
            LastScheduleTime = report.LastScheduleTime,
            NextScheduleTime = report.NextScheduleTime,
            LastHandledRerun = report.LastHandledRerun,
        };
    }
}
