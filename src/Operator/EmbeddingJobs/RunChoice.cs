using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.EmbeddingJobs;

/// <summary>Which run an object is at: the last one goes on, or a change, an annotation or the schedule begins another.</summary>
internal sealed record RunChoice
{
    /// <summary>The run.</summary>
    public required RunStatus Run { get; init; }

    /// <summary>The run that ends for it.</summary>
    public RunStatus? Superseded { get; init; }

    /// <summary>The last time of the schedule that was acted on.</summary>
    public DateTimeOffset? LastScheduleTime { get; init; }

    /// <summary>The first time of the schedule that was not.</summary>
    public DateTimeOffset? NextScheduleTime { get; init; }

    /// <summary>What there is to tell.</summary>
    public IReadOnlyList<Announcement> News { get; init; } = [];

    /// <summary>Chooses the run.</summary>
    public static RunChoice Of(EmbeddingJobSnapshot seen, DateTimeOffset now)
    {
        var hash = EmbeddingJobRun.Hash(seen.Spec);
        var last = seen.LastRun;
        var choice = last is null || last.Hash != hash || seen.PendingRerun is not null
            ? New(seen, hash, seen.PendingRerun is { } rerun ? $"rerun:{rerun}" : "spec", now)
            : new RunChoice { Run = Resumed(seen, last, now, out var news), News = news };
        choice = choice with { LastScheduleTime = seen.Job.Status?.LastScheduleTime, NextScheduleTime = seen.Job.Status?.NextScheduleTime };

        // A schedule that cannot be read has no times, and what cannot run should not be noted as run.
        if (seen.Problems.Count > 0)
        {
            return choice;
        }

        var look = ScheduleLook.At(now, seen.Spec.Schedule, choice.NextScheduleTime);
        if (look?.Due is not { } due)
        {
            return choice with { NextScheduleTime = look?.Next };
        }

        return seen.Spec.Suspend ? choice : OnTime(seen, choice, look, due, now) with { LastScheduleTime = due, NextScheduleTime = look.Next };
    }

    private static RunChoice OnTime(EmbeddingJobSnapshot seen, RunChoice choice, ScheduleLook look, DateTimeOffset due, DateTimeOffset now)
    {
        var time = ScheduleLook.Show(due);
        if (look.IsTooLate)
        {
            return Skip(choice, EventType.Warning, $"{look.Times} missed by more than spec.schedule.startingDeadlineSeconds ({seen.Spec.Schedule!.StartingDeadlineSeconds}); the last was {time}");
        }

        if (choice.Run.CompletionTime is not null || (seen.Spec.Schedule!.ConcurrencyPolicy == ConcurrencyPolicy.Replace && choice.Run.Id == seen.LastRun?.Id))
        {
            return New(seen, choice.Run.Hash, $"schedule:{time}", now, look.Missed > 1 ? $"{look.Times} had come since the operator last looked, only the latest is run" : null);
        }

        return Skip(choice, EventType.Normal, $"{time} is skipped: run {choice.Run.Id} is under way; set spec.schedule.concurrencyPolicy to Replace to cancel it instead");
    }

    private static RunChoice Skip(RunChoice choice, EventType type, string message) =>
        choice with { News = [.. choice.News, new Announcement(type, EmbeddingJobEvents.ScheduleSkipped, message)] };

    private static RunChoice New(EmbeddingJobSnapshot seen, string hash, string trigger, DateTimeOffset now, string? remark = null)
    {
        var run = new RunStatus { Id = RunIdentity.RunId(hash, trigger), Hash = hash, Trigger = trigger, Image = seen.Options.RunnerImage, StartTime = now };
        var started = new Announcement(EventType.Normal, EmbeddingJobEvents.RunStarted, $"run {run.Id} started: {Wording.Trigger(trigger)}{(remark is null ? "" : $"; {remark}")}");
        if (seen.LastRun is not { CompletionTime: null } superseded)
        {
            return new RunChoice { Run = run, News = [started] };
        }

        superseded = superseded with { CompletionTime = now, Result = RunReasons.Superseded, Message = $"run {run.Id} took its place: {Wording.Trigger(trigger)}" };
        return new RunChoice
        {
            Run = run,
            Superseded = superseded,
            News = [new Announcement(EventType.Normal, EmbeddingJobEvents.RunSuperseded, $"run {superseded.Id} was cancelled: {superseded.Message}"), started],
        };
    }

    // A deadline counts the time in which a run could go on: it begins anew when that begins anew.
    private static RunStatus Resumed(EmbeddingJobSnapshot seen, RunStatus run, DateTimeOffset now, out IReadOnlyList<Announcement> news)
    {
        news = [];
        if (run.CompletionTime is not null || !seen.WasHeld || seen.Spec.Suspend || seen.Problems.Count > 0)
        {
            return run;
        }

        news = [new Announcement(EventType.Normal, EmbeddingJobEvents.Resumed, $"run {run.Id} goes on")];
        return run with { ResumeTime = now };
    }
}
