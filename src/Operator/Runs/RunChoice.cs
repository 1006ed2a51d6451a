using TextOps.Crds.Runs;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Runs;

/// <summary>Which run an object is at: the last one goes on, or a change, an annotation, a new version of its dataset or the schedule begins another.</summary>
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
    public static RunChoice Of(RunSnapshot seen, DateTimeOffset now)
    {
        var last = seen.LastRun;
        var choice = last is null || last.Hash != seen.RunHash || seen.PendingRerun is not null
            ? New(seen, seen.PendingRerun is { } rerun ? $"rerun:{rerun}" : "spec", now)
            : new RunChoice { Run = Resumed(seen, last, now, out var news), News = news };
        choice = choice with { LastScheduleTime = seen.Status?.LastScheduleTime, NextScheduleTime = seen.Status?.NextScheduleTime };

        // A schedule that cannot be read has no times, and what cannot run should not be noted as run.
        if (seen.Problems.Count > 0)
        {
            return choice;
        }

        // A run that is under way is not cancelled for a newer version: datasets that change often would never be trained on.
        if (seen is { Spec.Suspend: false, PendingInput: { } input } && choice.Run.CompletionTime is not null)
        {
            choice = New(seen, $"dataset:{input}", now) with { LastScheduleTime = choice.LastScheduleTime, NextScheduleTime = choice.NextScheduleTime };
        }

        var look = ScheduleLook.At(now, seen.Spec.Schedule, choice.NextScheduleTime);
        if (look?.Due is not { } due)
        {
            return choice with { NextScheduleTime = look?.Next };
        }

        return seen.Spec.Suspend ? choice : OnTime(seen, choice, look, due, now) with { LastScheduleTime = due, NextScheduleTime = look.Next };
    }

    private static RunChoice OnTime(RunSnapshot seen, RunChoice choice, ScheduleLook look, DateTimeOffset due, DateTimeOffset now)
    {
        var time = ScheduleLook.Show(due);
        if (look.IsTooLate)
        {
            return Skip(choice, EventType.Warning, $"{look.Times} missed by more than spec.schedule.startingDeadlineSeconds ({seen.Spec.Schedule!.StartingDeadlineSeconds}); the last was {time}");
        }

        if (choice.Run.CompletionTime is not null || (seen.Spec.Schedule!.ConcurrencyPolicy == ConcurrencyPolicy.Replace && choice.Run.Id == seen.LastRun?.Id))
        {
            return New(seen, $"schedule:{time}", now, look.Missed > 1 ? $"{look.Times} had come since the operator last looked, only the latest is run" : null);
        }

        return Skip(choice, EventType.Normal, $"{time} is skipped: run {choice.Run.Id} is under way; set spec.schedule.concurrencyPolicy to Replace to cancel it instead");
    }

    private static RunChoice Skip(RunChoice choice, EventType type, string message) =>
        choice with { News = [.. choice.News, new Announcement(type, RunEvents.ScheduleSkipped, message)] };

    private static RunChoice New(RunSnapshot seen, string trigger, DateTimeOffset now, string? remark = null)
    {
        var hash = seen.RunHash;
        var run = new RunStatus
        {
            Id = RunIdentity.RunId(hash, trigger),
            Hash = hash,
            Trigger = trigger,
            Image = seen.Options.RunnerImage,
            StartTime = now,
            Input = seen.Input,
        };
        var started = new Announcement(EventType.Normal, RunEvents.RunStarted, $"run {run.Id} started: {Wording.Trigger(trigger)}{(remark is null ? "" : $"; {remark}")}");
        if (seen.LastRun is not { CompletionTime: null } superseded)
        {
            return new RunChoice { Run = run, News = [started] };
        }

        superseded = superseded with { CompletionTime = now, Result = RunReasons.Superseded, Message = $"run {run.Id} took its place: {Wording.Trigger(trigger)}" };
        return new RunChoice
        {
            Run = run,
            Superseded = superseded,
            News = [new Announcement(EventType.Normal, RunEvents.RunSuperseded, $"run {superseded.Id} was cancelled: {superseded.Message}"), started],
        };
    }

    // A deadline counts the time in which a run could go on: it begins anew when that begins anew.
    private static RunStatus Resumed(RunSnapshot seen, RunStatus run, DateTimeOffset now, out IReadOnlyList<Announcement> news)
    {
        news = [];
        if (run.CompletionTime is not null || seen.Spec.Suspend || seen.Problems.Count > 0)
        {
            return run;
        }

        // A run that began before there was a version reads the first one.
        run = run with { Input = run.Input ?? seen.Input };
        if (!seen.WasHeld || seen.Awaits(run))
        {
            return run;
        }

        news = [new Announcement(EventType.Normal, RunEvents.Resumed, $"run {run.Id} goes on")];
        return run with { ResumeTime = now };
    }
}
