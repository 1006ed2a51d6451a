using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>What a run's shards come to and what they have done so far.</summary>
public sealed record EmbeddingJobTally
{
    /// <summary>The shards; null before their number is known, and where there is nothing to be done.</summary>
    public ShardStatus? Shards { get; private init; }

    /// <summary>Rows, chunks and the part that is done.</summary>
    public RunCounts Counts { get; private init; } = new();

    /// <summary>Counts what was seen of the run of <paramref name="plan"/>, with what the plan starts.</summary>
    public static EmbeddingJobTally Of(EmbeddingJobSnapshot seen, RunPlan plan, DateTimeOffset now)
    {
        // What a run that rests came to is in the status, and its Jobs go with time.
        if (plan.Run is { CompletionTime: not null } && plan.Run == seen.LastRun)
        {
            return new EmbeddingJobTally { Shards = seen.Job.Status?.Shards is { } shards ? shards with { Active = 0 } : null };
        }

        var attempts = new RunAttempts(seen, plan.Run!, now);
        if (Results(attempts, TaskParts.Plan).Select(result => result.Plan).FirstOrDefault() is not { } planned)
        {
            return new EmbeddingJobTally();
        }

        return plan.Run!.Result switch
        {
            RunReasons.UpToDate => new EmbeddingJobTally { Counts = new RunCounts { Rows = planned.Rows, Chunks = planned.Chunks, Rejected = planned.Rejected, Fraction = 1 } },
            EmbeddingJobReasons.Committed => new EmbeddingJobTally
            {
                Shards = ShardsOf(attempts, planned, plan),
                Counts = CountsOf(Results(attempts, TaskParts.Commit).First().Commit!, plan.Run),
            },
            _ => new EmbeddingJobTally { Shards = ShardsOf(attempts, planned, plan), Counts = CountsOf(attempts, planned, seen.Progress) },
        };
    }

    private static IEnumerable<TaskResult> Results(RunAttempts attempts, string part) =>
        attempts.Mine.Where(attempt => attempt.Part == part && attempt is { State: TaskState.Succeeded, Result: not null }).Select(attempt => attempt.Result!);

    private static ShardStatus ShardsOf(RunAttempts attempts, PlanResult planned, RunPlan plan)
    {
        var shards = attempts.Mine.Where(attempt => TaskParts.IsShard(attempt.Part)).GroupBy(attempt => attempt.Part, StringComparer.Ordinal).ToList();
        return new ShardStatus
        {
            Total = planned.Shards,
            Active = plan.Start.Count(task => TaskParts.IsShard(task.Part)) + shards.Count(shard => shard.Any(attempt => attempt.State == TaskState.Active)),
            Succeeded = shards.Count(shard => shard.Any(attempt => attempt.State == TaskState.Succeeded)),
            Failed = shards.Count(shard => attempts.Judge(shard.Key) is TaskVerdict.Hopeless),
        };
    }

    // What finished shards counted, and what running ones say.
    private static RunCounts CountsOf(RunAttempts attempts, PlanResult planned, IReadOnlyDictionary<string, TaskProgress> progress)
    {
        var done = attempts.Mine.Where(attempt => attempt is { State: TaskState.Succeeded, Result.Embed: not null }).Select(attempt => attempt.Result!.Embed!).DistinctBy(result => result.Shard).ToList();
        var running = attempts.Mine.Where(attempt => attempt.State == TaskState.Active && progress.ContainsKey(attempt.Part)).Select(attempt => progress[attempt.Part]).ToList();
        var fraction = (done.Count + running.Sum(progress => progress.Total > 0 ? Math.Min(1.0, (double)progress.Done / progress.Total) : 0)) / Math.Max(planned.Shards, 1);
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

    private static RunCounts CountsOf(CommitResult commit, RunStatus run)
    {
        var seconds = (run.CompletionTime!.Value - run.StartTime).TotalSeconds;
        return new RunCounts
        {
            Rows = commit.Rows,
            Chunks = commit.Chunks,
            Rejected = commit.Rejected,
            Fraction = 1,
            ChunksPerSecond = seconds > 0 ? commit.Chunks / seconds : null,
        };
    }
}
