using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Tasks;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>Counts a run's shards and what they have done so far.</summary>
internal sealed class RunTally(IReadOnlyList<TaskAttempt> attempts, IReadOnlyDictionary<string, TaskProgress> progress, Func<string, TaskVerdict> judge)
{
    private PlanResult? Plan => attempts.FirstOrDefault(attempt => attempt is { Part: TaskParts.Plan, State: TaskState.Succeeded })?.Result?.Plan;

    /// <summary>The shards, <paramref name="started"/> of them in this very pass; null before the plan is known.</summary>
    public ShardStatus? Shards(int started = 0)
    {
        if (Plan is not { } plan)
        {
            return null;
        }

        var shards = attempts.Where(attempt => TaskParts.IsShard(attempt.Part)).GroupBy(attempt => attempt.Part, StringComparer.Ordinal).ToList();
        return new ShardStatus
        {
            Total = plan.Shards,
            Active = started + shards.Count(shard => shard.Any(attempt => attempt.State == TaskState.Active)),
            Succeeded = shards.Count(shard => shard.Any(attempt => attempt.State == TaskState.Succeeded)),
            Failed = shards.Count(shard => judge(shard.Key) is TaskVerdict.Hopeless),
        };
    }

    /// <summary>Rows, chunks and the part that is done: what finished shards counted, and what running ones say.</summary>
    public RunCounts Counts()
    {
        if (Plan is not { } plan)
        {
            return new RunCounts();
        }

        var done = attempts.Where(attempt => attempt is { State: TaskState.Succeeded, Result.Embed: not null }).Select(attempt => attempt.Result!.Embed!).DistinctBy(result => result.Shard).ToList();
        var running = attempts.Where(attempt => attempt.State == TaskState.Active && progress.ContainsKey(attempt.Part)).Select(attempt => progress[attempt.Part]).ToList();
        var fraction = (done.Count + running.Sum(progress => progress.Total > 0 ? Math.Min(1.0, (double)progress.Done / progress.Total) : 0)) / Math.Max(plan.Shards, 1);
        return new RunCounts
        {
            Rows = done.Sum(result => result.Rows) + running.Sum(progress => progress.Rows),
            Chunks = done.Sum(result => result.Chunks) + running.Sum(progress => progress.Chunks),
            Rejected = done.Sum(result => result.Rejected) + running.Sum(progress => progress.Rejected),
            Fraction = Math.Min(fraction, 0.99),
            ChunksPerSecond = running.Count > 0 ? running.Sum(progress => progress.ChunksPerSecond) : null,
            TokensPerSecond = running.Count > 0 ? running.Sum(progress => progress.TokensPerSecond) : null,
        };
    }
}
