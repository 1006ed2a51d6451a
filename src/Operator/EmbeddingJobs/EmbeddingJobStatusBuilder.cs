using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>Makes the status of an EmbeddingJob from a decision: conditions are computed anew, the rest follows the run.</summary>
public static class EmbeddingJobStatusBuilder
{
    // Far below the 32,768 characters that the schema allows, and more than anybody reads.
    private const int MaxMessageBytes = 4096;

    /// <summary>Whether two statuses differ in nothing but how far the run is.</summary>
    public static bool IsSameButProgress(EmbeddingJobStatus? before, EmbeddingJobStatus after) => before is not null && JsonNode.DeepEquals(
        JsonSerializer.SerializeToNode(before with { Progress = null, Rows = null, Chunks = null, Rejected = null, Rate = null }, Json.Objects),
        JsonSerializer.SerializeToNode(after with { Progress = null, Rows = null, Chunks = null, Rejected = null, Rate = null }, Json.Objects));

    /// <summary>The status after <paramref name="plan"/>.</summary>
    public static EmbeddingJobStatus Build(EmbeddingJobSnapshot seen, EmbeddingJobPlan plan, DateTimeOffset now)
    {
        var old = seen.Job.Status ?? new EmbeddingJobStatus();
        var sameRun = old.Run is not null && plan.Run is not null && old.Run.Id == plan.Run.Id && old.Run.StartTime == plan.Run.StartTime;
        var counts = plan.Counts;
        return old with
        {
            ObservedGeneration = seen.Job.Metadata.Generation,
            Conditions = Conditions(seen, plan, now),
            Run = plan.Run,
            Runs = History(old.Runs ?? [], plan.Ended, seen.Spec.RunHistoryLimit),
            Progress = counts.Fraction is { } fraction ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(fraction * 100):F0}%") : sameRun ? old.Progress : "0%",
            Rows = counts.Rows ?? (sameRun ? old.Rows : null),
            Chunks = counts.Chunks ?? (sameRun ? old.Chunks : null),
            Rejected = counts.Rejected ?? (sameRun ? old.Rejected : null),
            Rate = counts.ChunksPerSecond is { } rate ? string.Create(CultureInfo.InvariantCulture, $"{rate:F0} chunks/s") : sameRun ? old.Rate : null,
            Shards = plan.Shards ?? (sameRun ? old.Shards : null),
            Version = plan.Version,
            Output = plan.Output,
            LastScheduleTime = plan.LastScheduleTime,
            NextScheduleTime = plan.NextScheduleTime,
            LastHandledRerun = seen.PendingRerun ?? old.LastHandledRerun,
        };
    }

    private static IReadOnlyList<V1Condition> Conditions(EmbeddingJobSnapshot seen, EmbeddingJobPlan plan, DateTimeOffset now)
    {
        var conditions = seen.Job.Status?.Conditions;
        var text = Ellipsis.Cut(plan.Message, MaxMessageBytes);
        Set(RunConditions.Ready, plan.Reason is EmbeddingJobReasons.Committed or RunReasons.UpToDate, plan.Reason, text);
        Set(RunConditions.Reconciling, plan.Reconciling, plan.Reason, text);
        Set(RunConditions.Stalled, plan.Stalled is not null, plan.Stalled ?? RunReasons.NotStalled, plan.Stalled is null ? "" : text);
        return conditions!;

        void Set(string type, bool holds, string reason, string message) => conditions = Kubernetes.Runtime.Conditions.Set(
            conditions, type, holds ? ConditionStatus.True : ConditionStatus.False, reason, message, seen.Job.Metadata.Generation, now);
    }

    private static IReadOnlyList<RunStatus> History(IReadOnlyList<RunStatus> runs, IReadOnlyList<RunStatus> ended, int limit) =>
        [.. ended.Where(one => !runs.Any(run => run.Id == one.Id && run.StartTime == one.StartTime)).Concat(runs).Take(limit)];
}
