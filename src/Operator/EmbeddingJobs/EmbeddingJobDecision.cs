using System.Globalization;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Tasks;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>
/// Decides about an EmbeddingJob: a pure function of what was seen and of the time. A run goes plan → shards → commit; each step's state is its Jobs,
/// so the decision can be taken again at any moment by any operator with the same outcome.
/// </summary>
public static class EmbeddingJobDecision
{
    private const string PlanPart = "plan";
    private const string CommitPart = "commit";

    // The schema bounds the message of a run to 1,024 characters.
    private const int MaxMessageBytes = 1024;

    /// <summary>Looks at <paramref name="seen"/> and says what to do.</summary>
    public static EmbeddingJobPlan Decide(EmbeddingJobSnapshot seen, DateTimeOffset now)
    {
        var (run, superseded) = CurrentRun(seen, now);
        var key = RunIdentity.RunKey(seen.Job.Metadata.Uid!, run.Id);
        var others = seen.Attempts.Where(attempt => attempt.RunKey != key).ToList();
        var mine = seen.Attempts.Where(attempt => attempt.RunKey == key).ToList();
        var context = new Pass(seen, run, mine, superseded, now);

        return seen switch
        {
            _ when run.CompletionTime is not null => context.Rest(others),
            { SpecErrors: [_, ..] errors } => context.Invalid(errors, seen.Attempts),
            { Store: null } => context.Invalid(["spec.output.uri is not set and this operator has no default store; set it, for example s3://bucket/prefix"], seen.Attempts),
            { Spec.Suspend: true } => context.Suspend(others),
            _ when others.Count > 0 => context.WaitFor(others),
            _ when context.Deadline is { } left && left <= TimeSpan.Zero =>
                context.Fail(EmbeddingJobReasons.DeadlineExceeded, $"the run took longer than spec.activeDeadlineSeconds ({seen.Spec.ActiveDeadlineSeconds})"),
            _ => context.Advance(),
        };
    }

    /// <summary>The part of shard <paramref name="index"/>.</summary>
    public static string ShardPart(int index) => string.Create(CultureInfo.InvariantCulture, $"s{index:D5}");

    private static (RunStatus Run, RunStatus? Superseded) CurrentRun(EmbeddingJobSnapshot seen, DateTimeOffset now)
    {
        var hash = RunIdentity.RunHash(seen.Spec);
        var last = seen.LastRun;
        var rerun = seen.PendingRerun;
        if (last is not null && last.Hash == hash && rerun is null)
        {
            return (last, null);
        }

        var trigger = rerun is null ? "spec" : $"rerun:{rerun}";
        var run = new RunStatus { Id = RunIdentity.RunId(hash, trigger), Hash = hash, Trigger = trigger, Image = seen.Options.RunnerImage, StartTime = now };
        return last is { CompletionTime: null }
            ? (run, last with { CompletionTime = now, Result = EmbeddingJobReasons.Superseded, Message = "a newer run took its place" })
            : (run, null);
    }

    /// <summary>One look at one run.</summary>
    private sealed class Pass(EmbeddingJobSnapshot seen, RunStatus run, List<TaskAttempt> mine, RunStatus? superseded, DateTimeOffset now)
    {
        private readonly ILookup<string, TaskAttempt> byPart = mine.ToLookup(attempt => attempt.Part, StringComparer.Ordinal);

        public TimeSpan? Deadline =>
            seen.Spec.ActiveDeadlineSeconds is { } seconds ? run.StartTime + TimeSpan.FromSeconds(seconds) - now : null;

        /// <summary>The run is over: children go after their time to live.</summary>
        public EmbeddingJobPlan Rest(List<TaskAttempt> others)
        {
            var left = run.CompletionTime!.Value + TimeSpan.FromSeconds(seen.Spec.TtlSecondsAfterFinished) - now;
            var gone = others.Concat(mine.Where(attempt => left <= TimeSpan.Zero || attempt.State == TaskState.Active)).Where(IsDeletable);
            var failed = run.Result is not (EmbeddingJobReasons.Committed or EmbeddingJobReasons.UpToDate);
            return new EmbeddingJobPlan
            {
                Run = run,
                Delete = [.. gone.Select(attempt => attempt.JobName)],
                Reason = failed ? EmbeddingJobReasons.Failed : run.Result!,
                Message = run.Message ?? "",
                Stalled = failed ? run.Result : null,
                WakeAfter = left > TimeSpan.Zero && seen.Attempts.Count > 0 ? left : null,
                Shards = seen.Job.Status?.Shards is { } shards ? shards with { Active = 0 } : null,
                Version = seen.Job.Status?.Version,
                Output = seen.Job.Status?.Output,
            };
        }

        /// <summary>Nothing can be run by this spec.</summary>
        public EmbeddingJobPlan Invalid(IReadOnlyList<string> errors, IReadOnlyList<TaskAttempt> children) => Running() with
        {
            Delete = [.. children.Where(attempt => attempt.State == TaskState.Active).Select(attempt => attempt.JobName)],
            Reason = EmbeddingJobReasons.Failed,
            Message = string.Join("; ", errors),
            Stalled = EmbeddingJobReasons.InvalidSpec,
            Reconciling = false,
        };

        /// <summary>Pods stop with grace; the run keeps what it has and its finished Jobs.</summary>
        public EmbeddingJobPlan Suspend(List<TaskAttempt> others) => Running() with
        {
            Delete = [.. others.Concat(mine.Where(attempt => attempt.State == TaskState.Active)).Where(IsDeletable).Select(attempt => attempt.JobName)],
            Reason = EmbeddingJobReasons.Suspended,
            Message = "spec.suspend is true; set it to false to resume",
            Reconciling = false,
            Shards = CountShards(),
            Counts = Count(),
        };

        /// <summary>Children of earlier runs end before the new run starts, so that no two runs write at once.</summary>
        public EmbeddingJobPlan WaitFor(List<TaskAttempt> others) => Running() with
        {
            Delete = [.. others.Where(IsDeletable).Select(attempt => attempt.JobName)],
            Message = "waiting for the pods of the run before to end",
            WakeAfter = TimeSpan.FromSeconds(1),
        };

        public EmbeddingJobPlan Advance()
        {
            switch (Judge(PlanPart))
            {
                case TaskVerdict.Done { Attempt.Result.Plan: { } plan }:
                    return plan.UpToDate ? FoundUpToDate(plan) : AdvanceShards(plan);
                case var verdict:
                    return Settle([(verdict, PlanPart, "plan", PlanDocument)], "planning: listing and pinning the input");
            }
        }

        public EmbeddingJobPlan Fail(string reason, string message) => End(reason, message, version: null) with
        {
            Delete = [.. mine.Where(attempt => attempt.State == TaskState.Active).Select(attempt => attempt.JobName)],
            Reason = EmbeddingJobReasons.Failed,
            Stalled = reason,
            Shards = CountShards(),
            Counts = Count(),
        };

        private EmbeddingJobPlan AdvanceShards(PlanResult plan)
        {
            var shards = Enumerable.Range(0, plan.Shards)
                .Select(index => (Verdict: Judge(ShardPart(index)), Part: ShardPart(index), Verb: "embed", Document: (Func<TaskDocument>)(() => EmbedDocument(plan, index))))
                .ToList();
            var message = $"embedding {VersionName(plan.Version)}: {Counted(plan.Inputs, "input")} of {Bytes(plan.InputBytes)} in {Counted(plan.Shards, "shard")}";
            if (shards.All(shard => shard.Verdict is TaskVerdict.Done))
            {
                var verdict = Judge(CommitPart);
                if (verdict is TaskVerdict.Done { Attempt.Result.Commit: { } commit })
                {
                    return Committed(commit);
                }

                shards = [(verdict, CommitPart, "commit", () => CommitDocument(plan))];
                message = $"committing {VersionName(plan.Version)}";
            }

            return Settle(shards, message) with { Shards = CountShards(), Counts = Count() };
        }

        /// <summary>Starts what is due within the parallelism, waits for the rest, or fails with the first that is lost.</summary>
        private EmbeddingJobPlan Settle(IReadOnlyList<(TaskVerdict Verdict, string Part, string Verb, Func<TaskDocument> Document)> tasks, string message)
        {
            if (tasks.Select(task => task.Verdict).OfType<TaskVerdict.Lost>().FirstOrDefault() is { } lost)
            {
                return Fail(lost.Reason, lost.Message);
            }

            var free = seen.Spec.Parallelism - tasks.Count(task => task.Verdict is TaskVerdict.Waiting);
            var due = tasks.Where(task => task.Verdict is TaskVerdict.Due).Take(Math.Max(free, 0))
                .Select(task => new TaskToStart(task.Part, ((TaskVerdict.Due)task.Verdict).Attempt, task.Verb, task.Document()));
            var pause = tasks.Select(task => task.Verdict).OfType<TaskVerdict.BackingOff>().MinBy(verdict => verdict.Wait);
            var waiting = mine.Select(attempt => attempt.Waiting).FirstOrDefault(reason => reason is not null);
            return Running() with
            {
                Start = [.. due],
                Message = string.Join("; ", new[] { message, pause?.Message, waiting is null ? null : $"a pod does not start: {waiting}" }.Where(part => part is not null)),
                WakeAfter = Earliest(pause?.Wait, Deadline, tasks.Any(task => task.Verdict is TaskVerdict.Waiting) ? seen.Options.ProgressInterval : null),
            };
        }

        private EmbeddingJobPlan FoundUpToDate(PlanResult plan)
        {
            var message = $"{VersionName(plan.Version)} already has this content; nothing was computed";
            return End(EmbeddingJobReasons.UpToDate, message, VersionName(plan.Version)) with
            {
                Version = VersionName(plan.Version),
                Output = plan.Output,
                Counts = new RunCounts { Rows = plan.Rows, Chunks = plan.Chunks, Rejected = plan.Rejected, Fraction = 1 },
            };
        }

        private EmbeddingJobPlan Committed(CommitResult commit)
        {
            var message = $"{VersionName(commit.Version)}: {commit.Chunks} chunks of {commit.Embedded} rows, {commit.Rejected} rejected";
            var seconds = (now - run.StartTime).TotalSeconds;
            return End(EmbeddingJobReasons.Committed, message, VersionName(commit.Version)) with
            {
                Version = VersionName(commit.Version),
                Output = commit.Output,
                Shards = CountShards(),
                Counts = new RunCounts
                {
                    Rows = commit.Rows,
                    Chunks = commit.Chunks,
                    Rejected = commit.Rejected,
                    Fraction = 1,
                    ChunksPerSecond = seconds > 0 ? commit.Chunks / seconds : null,
                },
            };
        }

        private EmbeddingJobPlan End(string result, string message, string? version)
        {
            var ended = run with { CompletionTime = now, Result = result, Message = Ellipsis.Cut(message, MaxMessageBytes), Version = version };
            return Running() with
            {
                Run = ended,
                Ended = ended,
                Reason = result,
                Message = message,
                Reconciling = false,
                WakeAfter = TimeSpan.FromSeconds(seen.Spec.TtlSecondsAfterFinished),
            };
        }

        private EmbeddingJobPlan Running() => new()
        {
            Run = run,
            Ended = superseded,
            Reason = EmbeddingJobReasons.Running,
            Message = "",
            Reconciling = true,
            Version = seen.Job.Status?.Version,
            Output = seen.Job.Status?.Output,
        };

        private TaskVerdict Judge(string part) => TaskHistory.Judge(
            [.. byPart[part]], seen.Spec.MaxRetriesPerShard, EmbeddingJobReasons.RetriesExhausted, seen.Options, now);

        private ShardStatus? CountShards()
        {
            if (Planned is not { } plan)
            {
                return null;
            }

            var shards = byPart.Where(part => part.Key.StartsWith('s')).ToList();
            return new ShardStatus
            {
                Total = plan.Shards,
                Active = shards.Count(shard => shard.Any(attempt => attempt.State == TaskState.Active)),
                Succeeded = shards.Count(shard => shard.Any(attempt => attempt.State == TaskState.Succeeded)),
                Failed = shards.Count(shard => shard.Any(attempt => attempt.State == TaskState.Refused)),
            };
        }

        private RunCounts Count()
        {
            if (Planned is not { } plan)
            {
                return new RunCounts();
            }

            var done = mine.Where(attempt => attempt is { State: TaskState.Succeeded, Result.Embed: not null }).Select(attempt => attempt.Result!.Embed!).DistinctBy(result => result.Shard).ToList();
            var running = mine.Where(attempt => attempt.State == TaskState.Active && seen.Progress.ContainsKey(attempt.Part)).Select(attempt => seen.Progress[attempt.Part]).ToList();
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

        private PlanResult? Planned =>
            mine.FirstOrDefault(attempt => attempt is { Part: PlanPart, State: TaskState.Succeeded })?.Result?.Plan;

        private PlanTask PlanDocument() => new()
        {
            Owner = Owner,
            RunId = run.Id,
            Output = Output,
            Trigger = run.Trigger,
            Source = seen.Spec.Source,
            Model = seen.Spec.Model,
            Chunking = seen.Spec.Chunking,
            Validation = seen.Spec.Validation,
            Format = seen.Spec.Output.Format,
            Shards = seen.Spec.Shards,
        };

        private EmbedTask EmbedDocument(PlanResult plan, int shard) =>
            new() { Owner = Owner, RunId = run.Id, Output = Output, Version = plan.Version, Shard = shard };

        private CommitTask CommitDocument(PlanResult plan) =>
            new() { Owner = Owner, RunId = run.Id, Output = Output, Version = plan.Version, KeepVersions = seen.Spec.Output.KeepVersions };

        private TaskOwner Owner => new() { Namespace = seen.Job.Metadata.Namespace!, Name = seen.Job.Metadata.Name! };

        private TaskOutput Output => new() { Uri = seen.Store!, Name = seen.OutputName };
    }

    private static bool IsDeletable(TaskAttempt attempt) => attempt.State != TaskState.Terminating;

    private static TimeSpan? Earliest(params TimeSpan?[] waits) => waits.Where(wait => wait is not null).Min();

    private static string VersionName(int version) => string.Create(CultureInfo.InvariantCulture, $"v{version:D6}");

    private static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => $"{bytes} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:F0} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F2} GB"),
    };
}
