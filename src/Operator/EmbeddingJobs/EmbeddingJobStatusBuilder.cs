using System.Globalization;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>Makes the status of an EmbeddingJob from a decision: conditions are computed anew, the rest follows the run.</summary>
public static class EmbeddingJobStatusBuilder
{
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
            LastHandledRerun = seen.PendingRerun ?? old.LastHandledRerun,
        };
    }

    private static IReadOnlyList<V1Condition> Conditions(EmbeddingJobSnapshot seen, EmbeddingJobPlan plan, DateTimeOffset now)
    {
        var conditions = seen.Job.Status?.Conditions;
        Set(EmbeddingJobConditions.Ready, plan.Reason is EmbeddingJobReasons.Committed or EmbeddingJobReasons.UpToDate, plan.Reason, plan.Message);
        Set(EmbeddingJobConditions.Reconciling, plan.Reconciling, plan.Reason, plan.Message);
        Set(EmbeddingJobConditions.Stalled, plan.Stalled is not null, plan.Stalled ?? EmbeddingJobReasons.NotStalled, plan.Stalled is null ? "" : plan.Message);
        return conditions!;

        void Set(string type, bool holds, string reason, string message) => conditions = Kubernetes.Runtime.Conditions.Set(
            conditions, type, holds ? ConditionStatus.True : ConditionStatus.False, reason, message, seen.Job.Metadata.Generation, now);
    }

    private static IReadOnlyList<RunStatus> History(IReadOnlyList<RunStatus> runs, RunStatus? ended, int limit)
    {
        if (ended is not null && !runs.Any(run => run.Id == ended.Id && run.StartTime == ended.StartTime))
        {
            runs = [ended, .. runs];
        }

        return [.. runs.Take(limit)];
    }
}
