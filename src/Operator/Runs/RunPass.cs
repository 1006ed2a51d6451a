using TextOps.Crds;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Runs;

/// <summary>
/// One look at the run that an object is at: what keeps it from going on, or how it goes on by the steps of its kind. Each step's state is its Jobs, so the
/// decision can be taken again at any moment by any operator with the same outcome.
/// </summary>
internal sealed class RunPass
{
    // The schema bounds the message of a run to 1,024 characters.
    private const int MaxMessageBytes = 1024;

    // And its result to 64; a reason is in CamelCase.
    private const int MaxReason = 64;

    private readonly RunSnapshot seen;
    private readonly DateTimeOffset now;
    private readonly RunChoice choice;
    private readonly RunAttempts attempts;

    public RunPass(RunSnapshot seen, DateTimeOffset now)
    {
        this.seen = seen;
        this.now = now;
        choice = RunChoice.Of(seen, now);
        attempts = new RunAttempts(seen, choice.Run, now);
    }

    /// <summary>The run.</summary>
    public RunStatus Run => choice.Run;

    /// <summary>Time that is left to the run; null where it has no deadline.</summary>
    private TimeSpan? Deadline => seen.Spec.ActiveDeadlineSeconds is { } seconds && !seen.Awaits(Run) ? (Run.ResumeTime ?? Run.StartTime) + TimeSpan.FromSeconds(seconds) - now : null;

    /// <summary>Says what to do; <paramref name="advance"/> is asked where nothing keeps the run from going on.</summary>
    public RunPlan Decide(Func<RunPlan> advance)
    {
        var plan = seen switch
        {
            { Problems: [_, ..] } => Invalid(),
            _ when Run.CompletionTime is not null => Rest(),
            { Spec.Suspend: true } => Suspend(),
            _ when attempts.Others.Count > 0 => WaitForOthers(),
            _ when Deadline <= TimeSpan.Zero => Fail(RunReasons.DeadlineExceeded, $"the run took longer than spec.activeDeadlineSeconds ({seen.Spec.ActiveDeadlineSeconds})"),
            _ => advance(),
        };
        var next = seen.Spec.Suspend || seen.Problems.Count > 0 ? null : plan.NextScheduleTime - now;
        return next is null || plan.WakeAfter <= next ? plan : plan with { WakeAfter = next };
    }

    /// <summary>What the run's attempts at <paramref name="part"/> amount to.</summary>
    public TaskVerdict Judge(string part) => attempts.Judge(part);

    /// <summary>Starts what is due of <paramref name="steps"/>, <paramref name="parallelism"/> at once, waits for the rest, or fails with the first that is lost.</summary>
    public RunPlan Settle(IReadOnlyList<RunStep> steps, string message, int parallelism = 1)
    {
        if (steps.Select(step => step.Verdict).OfType<TaskVerdict.Hopeless>().FirstOrDefault() is { } lost)
        {
            return Fail(lost.Reason, lost.Message);
        }

        var waiting = steps.Select(step => step.Verdict).OfType<TaskVerdict.Waiting>().ToList();
        var due = steps.Where(step => step.Verdict is TaskVerdict.Due).Take(Math.Max(parallelism - waiting.Count, 0))
            .Select(step => new TaskToStart(step.Part, ((TaskVerdict.Due)step.Verdict).Attempt, step.Verb, step.Document())).ToList();
        var pause = steps.Select(step => step.Verdict).OfType<TaskVerdict.BackingOff>().MinBy(verdict => verdict.Wait);
        var notes = waiting.Select(verdict => verdict.Note).OfType<string>().ToList();
        var note = notes.Count > 1 ? $"{notes[0]} (and {notes.Count - 1} more)" : notes.FirstOrDefault();
        var going = Going();
        return going with
        {
            Start = due,
            News = note is null || IsTold(notes[0]) ? going.News : [.. going.News, new Announcement(EventType.Warning, RunEvents.PodNotStarting, note)],
            Message = string.Join("; ", new[] { message, pause?.Message, note }.Where(text => text is not null)),
            WakeAfter = Earliest([pause?.Wait, Deadline, .. waiting.Select(verdict => verdict.Wake), attempts.Mine.Any(ProgressBook.IsRunning) ? seen.Options.ProgressInterval : null]),
        };
    }

    /// <summary>Nothing can be started until something happens that the object is told of.</summary>
    public RunPlan Wait(string reason, string message)
    {
        var going = Going();
        return going with { Reason = reason, Message = message, WakeAfter = Deadline, News = [.. going.News, .. Unless(RunConditions.Ready, reason, EventType.Normal, message)] };
    }

    /// <summary>The run came to a good end: <paramref name="result"/> is one of <see cref="RunSnapshot.GoodResults"/>.</summary>
    public RunPlan Succeed(string result, string message, string? version, string? output) =>
        End(result, message, version, EventType.Normal) with { IsReady = true, Reason = result, Output = output };

    /// <summary>The run failed, and a person is needed.</summary>
    // What still runs is ended by the pass after this one, when the status holds the end: a cut in between must not take away what the end was judged by.
    public RunPlan Fail(string reason, string message)
    {
        // A pod may give any reason: one that reads like a good end must not be taken for it.
        var stalled = reason.Length is > 0 and <= MaxReason && reason.All(char.IsAsciiLetterOrDigit) && !seen.GoodResults.Contains(reason, StringComparer.Ordinal) ? reason : RunReasons.Failed;
        return End(stalled, message, version: null, EventType.Warning) with { Reason = RunReasons.Failed, Stalled = stalled, WakeAfter = TimeSpan.Zero };
    }

    // The run is over: what still runs ends, and children go after their time to live.
    private RunPlan Rest()
    {
        var left = Run.CompletionTime!.Value + TimeSpan.FromSeconds(seen.Spec.TtlSecondsAfterFinished) - now;
        var gone = attempts.Others.Concat(attempts.Mine.Where(attempt => left <= TimeSpan.Zero || attempt.State == TaskState.Active));
        var isGood = seen.GoodResults.Contains(Run.Result, StringComparer.Ordinal);
        return Going() with
        {
            Delete = Deletable(gone),
            IsReady = isGood,
            Reason = isGood ? Run.Result! : RunReasons.Failed,
            Message = Run.Message ?? "",
            Stalled = isGood ? null : Run.Result,
            Reconciling = false,
            WakeAfter = left > TimeSpan.Zero && seen.Attempts.Count > 0 ? left : null,
        };
    }

    // Nothing can be run by this spec.
    private RunPlan Invalid() => (Run.CompletionTime is null ? Going() : Rest()) with
    {
        Delete = Deletable(seen.Attempts.Where(attempt => attempt.State == TaskState.Active)),
        IsReady = false,
        Reason = RunReasons.Failed,
        Message = string.Join("; ", seen.Problems),
        Stalled = RunReasons.InvalidSpec,
        Reconciling = false,
        News = [.. choice.News.Where(news => news.Reason != RunEvents.RunStarted), .. Unless(RunConditions.Stalled, RunReasons.InvalidSpec, EventType.Warning, string.Join("; ", seen.Problems))],
    };

    // Pods stop with grace; the run keeps what it has and its finished Jobs.
    private RunPlan Suspend() => Going() with
    {
        Delete = Deletable(attempts.Others.Concat(attempts.Mine.Where(attempt => attempt.State == TaskState.Active))),
        Reason = RunReasons.Suspended,
        Message = "spec.suspend is true; set it to false to resume",
        Reconciling = false,
        News = [.. choice.News, .. Unless(RunConditions.Ready, RunReasons.Suspended, EventType.Normal, "spec.suspend is true: pods end with grace")],
    };

    // Children of earlier runs end before the new run starts, so that no two runs write at once.
    private RunPlan WaitForOthers() => Going() with
    {
        Delete = Deletable(attempts.Others),
        Message = "waiting for the pods of the run before to end",
        WakeAfter = attempts.Others.Select(attempt => attempt.LingersUntil - now).Min(),
    };

    private RunPlan End(string result, string message, string? version, EventType news)
    {
        var going = Going();
        var ended = Run with { CompletionTime = now, Result = result, Message = Ellipsis.Cut(message, MaxMessageBytes), Version = version };
        return going with
        {
            Run = ended,
            Ended = [ended, .. going.Ended],
            Message = message,
            Reconciling = false,
            Version = version,
            WakeAfter = TimeSpan.FromSeconds(seen.Spec.TtlSecondsAfterFinished),
            News = [.. going.News, new Announcement(news, result, message)],
        };
    }

    private RunPlan Going() => new()
    {
        Run = Run,
        Ended = choice.Superseded is null ? [] : [choice.Superseded],
        LastScheduleTime = choice.LastScheduleTime,
        NextScheduleTime = choice.NextScheduleTime,
        News = choice.News,
        Reason = RunReasons.Running,
        Message = "",
        Reconciling = true,
    };

    private bool IsTold(string note) => Conditions.Find(seen.Status?.Conditions, RunConditions.Ready)?.Message?.Contains(note, StringComparison.Ordinal) == true;

    private IEnumerable<Announcement> Unless(string condition, string reason, EventType type, string message) =>
        seen.Says(condition, reason) ? [] : [new Announcement(type, reason, message)];

    private static IReadOnlyList<string> Deletable(IEnumerable<TaskAttempt> attempts) =>
        [.. attempts.Where(attempt => attempt.State is not (TaskState.Terminating or TaskState.Gone)).Select(attempt => attempt.JobName)];

    private static TimeSpan? Earliest(IEnumerable<TimeSpan?> waits) => waits.Min();
}
