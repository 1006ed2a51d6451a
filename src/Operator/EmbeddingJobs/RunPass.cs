using System.Globalization;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>One look at one run: plan → shards → commit, or what keeps it from going on.</summary>
internal sealed class RunPass
{
    // The schema bounds the message of a run to 1,024 characters.
    private const int MaxMessageBytes = 1024;

    private readonly EmbeddingJobSnapshot seen;
    private readonly RunChoice choice;
    private readonly DateTimeOffset now;
    private readonly List<TaskAttempt> mine;
    private readonly List<TaskAttempt> others;
    private readonly ILookup<string, TaskAttempt> byPart;
    private readonly RunDocuments documents;
    private readonly RunTally tally;
    private readonly TaskRules rules;

    public RunPass(EmbeddingJobSnapshot seen, RunChoice choice, DateTimeOffset now)
    {
        this.seen = seen;
        this.choice = choice;
        this.now = now;
        var key = RunIdentity.RunKey(seen.Job.Metadata.Uid!, choice.Run.Id);
        mine = [.. seen.Attempts.Where(attempt => attempt.RunKey == key)];
        others = [.. seen.Attempts.Where(attempt => attempt.RunKey != key && attempt.State != TaskState.Gone && !(attempt.State == TaskState.Terminating && attempt.IsOver(now)))];
        byPart = mine.ToLookup(attempt => attempt.Part, StringComparer.Ordinal);
        rules = seen.TaskRules;
        documents = new RunDocuments(seen, choice.Run);
        tally = new RunTally(mine, seen.Progress, Judge);
    }

    /// <summary>Whether earlier runs have children left.</summary>
    public bool HasOthers => others.Count > 0;

    /// <summary>Time that is left to the run; null where it has no deadline.</summary>
    public TimeSpan? Deadline => seen.Spec.ActiveDeadlineSeconds is { } seconds ? (Run.ResumeTime ?? Run.StartTime) + TimeSpan.FromSeconds(seconds) - now : null;

    private RunStatus Run => choice.Run;

    /// <summary>The run is over: what still runs ends, and children go after their time to live.</summary>
    public EmbeddingJobPlan Rest()
    {
        var left = Run.CompletionTime!.Value + TimeSpan.FromSeconds(seen.Spec.TtlSecondsAfterFinished) - now;
        var gone = others.Concat(mine.Where(attempt => left <= TimeSpan.Zero || attempt.State == TaskState.Active));
        var failed = Run.Result is not (EmbeddingJobReasons.Committed or RunReasons.UpToDate);
        return Going() with
        {
            Delete = Deletable(gone),
            Reason = failed ? RunReasons.Failed : Run.Result!,
            Message = Run.Message ?? "",
            Stalled = failed ? Run.Result : null,
            Reconciling = false,
            WakeAfter = left > TimeSpan.Zero && seen.Attempts.Count > 0 ? left : null,
            Shards = seen.Job.Status?.Shards is { } shards ? shards with { Active = 0 } : null,
        };
    }

    /// <summary>Nothing can be run by this spec.</summary>
    public EmbeddingJobPlan Invalid() => (Run.CompletionTime is null ? Going() : Rest()) with
    {
        Delete = Deletable(seen.Attempts.Where(attempt => attempt.State == TaskState.Active)),
        Reason = RunReasons.Failed,
        Message = string.Join("; ", seen.Problems),
        Stalled = RunReasons.InvalidSpec,
        Reconciling = false,
        News = [.. choice.News.Where(news => news.Reason != EmbeddingJobEvents.RunStarted), .. Unless(RunConditions.Stalled, RunReasons.InvalidSpec, EventType.Warning, string.Join("; ", seen.Problems))],
    };

    /// <summary>Pods stop with grace; the run keeps what it has and its finished Jobs.</summary>
    public EmbeddingJobPlan Suspend() => Going() with
    {
        Delete = Deletable(others.Concat(mine.Where(attempt => attempt.State == TaskState.Active))),
        Reason = RunReasons.Suspended,
        Message = "spec.suspend is true; set it to false to resume",
        Reconciling = false,
        Shards = tally.Shards(),
        Counts = tally.Counts(),
        News = [.. choice.News, .. Unless(RunConditions.Ready, RunReasons.Suspended, EventType.Normal, "spec.suspend is true: pods end with grace")],
    };

    /// <summary>Children of earlier runs end before the new run starts, so that no two runs write at once.</summary>
    public EmbeddingJobPlan WaitForOthers() => Going() with
    {
        Delete = Deletable(others),
        Message = "waiting for the pods of the run before to end",
        WakeAfter = others.Select(attempt => attempt.LingersUntil - now).Min(),
    };

    /// <summary>Goes on: what is due starts, what is lost ends the run.</summary>
    public EmbeddingJobPlan Advance()
    {
        if (Deadline <= TimeSpan.Zero)
        {
            return Fail(RunReasons.DeadlineExceeded, $"the run took longer than spec.activeDeadlineSeconds ({seen.Spec.ActiveDeadlineSeconds})");
        }

        return Judge(TaskParts.Plan) switch
        {
            TaskVerdict.Done { Attempt.Result.Plan: { } plan } => plan.UpToDate ? FoundUpToDate(plan) : AdvanceShards(plan),
            var verdict => Settle([new Step(verdict, TaskParts.Plan, "plan", documents.Plan)], "planning: listing and pinning the input"),
        };
    }

    private EmbeddingJobPlan AdvanceShards(PlanResult plan)
    {
        var shards = Enumerable.Range(0, plan.Shards)
            .Select(index => new Step(Judge(TaskParts.Shard(index)), TaskParts.Shard(index), "embed", () => documents.Embed(plan, index)))
            .ToList();
        if (!shards.TrueForAll(shard => shard.Verdict is TaskVerdict.Done))
        {
            return Settle(shards, $"embedding {Wording.Version(plan.Version)}: {Wording.Count(plan.Inputs, "input")} of {Wording.Bytes(plan.InputBytes)} in {Wording.Count(plan.Shards, "shard")}");
        }

        return Judge(TaskParts.Commit) switch
        {
            TaskVerdict.Done { Attempt.Result.Commit: { } commit } => Committed(commit),
            var verdict => Settle([new Step(verdict, TaskParts.Commit, "commit", () => documents.Commit(plan))], $"committing {Wording.Version(plan.Version)}"),
        };
    }

    /// <summary>Starts what is due within the parallelism, waits for the rest, or fails with the first that is lost.</summary>
    private EmbeddingJobPlan Settle(IReadOnlyList<Step> steps, string message)
    {
        if (steps.Select(step => step.Verdict).OfType<TaskVerdict.Hopeless>().FirstOrDefault() is { } lost)
        {
            return Fail(lost.Reason, lost.Message);
        }

        var waiting = steps.Select(step => step.Verdict).OfType<TaskVerdict.Waiting>().ToList();
        var due = steps.Where(step => step.Verdict is TaskVerdict.Due).Take(Math.Max(seen.Spec.Parallelism - waiting.Count, 0))
            .Select(step => new TaskToStart(step.Part, ((TaskVerdict.Due)step.Verdict).Attempt, step.Verb, step.Document())).ToList();
        var pause = steps.Select(step => step.Verdict).OfType<TaskVerdict.BackingOff>().MinBy(verdict => verdict.Wait);
        var notes = waiting.Select(verdict => verdict.Note).OfType<string>().ToList();
        var note = notes.Count > 1 ? $"{notes[0]} (and {notes.Count - 1} more)" : notes.FirstOrDefault();
        var going = Going();
        return going with
        {
            Start = due,
            News = note is null || IsTold(notes[0]) ? going.News : [.. going.News, new Announcement(EventType.Warning, EmbeddingJobEvents.PodNotStarting, note)],
            Message = string.Join("; ", new[] { message, pause?.Message, note }.Where(text => text is not null)),
            WakeAfter = Earliest([pause?.Wait, Deadline, .. waiting.Select(verdict => verdict.Wake), mine.Exists(ProgressBook.IsRunning) ? seen.Options.ProgressInterval : null]),
            Shards = tally.Shards(started: due.Count(task => TaskParts.IsShard(task.Part))),
            Counts = tally.Counts(),
        };
    }

    private bool IsTold(string note) =>
        Conditions.Find(seen.Job.Status?.Conditions, RunConditions.Ready)?.Message?.Contains(note, StringComparison.Ordinal) == true;

    private EmbeddingJobPlan FoundUpToDate(PlanResult plan) =>
        End(RunReasons.UpToDate, $"{Wording.Version(plan.Version)} already has this content; nothing was computed", Wording.Version(plan.Version), plan.Output) with
        {
            Counts = new RunCounts { Rows = plan.Rows, Chunks = plan.Chunks, Rejected = plan.Rejected, Fraction = 1 },
        };

    private EmbeddingJobPlan Committed(CommitResult commit)
    {
        var message = $"{Wording.Version(commit.Version)}: {commit.Chunks} chunks of {commit.Embedded} rows, {commit.Rejected} rejected";
        var seconds = (now - Run.StartTime).TotalSeconds;
        return End(EmbeddingJobReasons.Committed, message, Wording.Version(commit.Version), commit.Output) with
        {
            Shards = tally.Shards(),
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

    // What still runs is ended by the pass after this one, when the status holds the end: a cut in between must not take away what the end was judged by.
    private EmbeddingJobPlan Fail(string reason, string message) => End(reason, message, version: null, output: null) with
    {
        Reason = RunReasons.Failed,
        Stalled = reason,
        Version = seen.Job.Status?.Version,
        Output = seen.Job.Status?.Output,
        Shards = tally.Shards(),
        Counts = tally.Counts(),
        WakeAfter = TimeSpan.Zero,
    };

    private EmbeddingJobPlan End(string result, string message, string? version, string? output)
    {
        var ended = Run with { CompletionTime = now, Result = result, Message = Ellipsis.Cut(message, MaxMessageBytes), Version = version };
        var isGood = result is EmbeddingJobReasons.Committed or RunReasons.UpToDate;
        return Going() with
        {
            Run = ended,
            Ended = choice.Superseded is null ? [ended] : [ended, choice.Superseded],
            Reason = result,
            Message = message,
            Reconciling = false,
            Version = version,
            Output = output,
            WakeAfter = TimeSpan.FromSeconds(seen.Spec.TtlSecondsAfterFinished),
            News = [.. choice.News, new Announcement(isGood ? EventType.Normal : EventType.Warning, result, message)],
        };
    }

    private EmbeddingJobPlan Going() => new()
    {
        Run = Run,
        Ended = choice.Superseded is null ? [] : [choice.Superseded],
        LastScheduleTime = choice.LastScheduleTime,
        NextScheduleTime = choice.NextScheduleTime,
        News = choice.News,
        Reason = RunReasons.Running,
        Message = "",
        Reconciling = true,
        Version = seen.Job.Status?.Version,
        Output = seen.Job.Status?.Output,
    };

    private TaskVerdict Judge(string part) => TaskHistory.Judge([.. byPart[part]], rules, seen.Options, now);

    private IEnumerable<Announcement> Unless(string condition, string reason, EventType type, string message) =>
        Conditions.Find(seen.Job.Status?.Conditions, condition)?.Reason == reason ? [] : [new Announcement(type, reason, message)];

    private static IReadOnlyList<string> Deletable(IEnumerable<TaskAttempt> attempts) =>
        [.. attempts.Where(attempt => attempt.State is not (TaskState.Terminating or TaskState.Gone)).Select(attempt => attempt.JobName)];

    private static TimeSpan? Earliest(IEnumerable<TimeSpan?> waits) => waits.Min();

    private sealed record Step(TaskVerdict Verdict, string Part, string Verb, Func<TaskDocument> Document);
}
