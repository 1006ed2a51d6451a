using System.Globalization;

namespace TextOps.Operator.Tasks;

/// <summary>What the attempts at one task amount to.</summary>
public abstract record TaskVerdict
{
    /// <summary>An attempt is under way, or an old pod still ends.</summary>
    /// <param name="Wake">When to look again though nothing happens.</param>
    /// <param name="Note">What keeps it, for people.</param>
    public sealed record Waiting(TimeSpan? Wake = null, string? Note = null) : TaskVerdict;

    /// <summary>The next attempt is due.</summary>
    public sealed record Due(int Attempt) : TaskVerdict;

    /// <summary>The next attempt is due later.</summary>
    public sealed record BackingOff(TimeSpan Wait, string Message) : TaskVerdict;

    /// <summary>It is done.</summary>
    public sealed record Done(TaskAttempt Attempt) : TaskVerdict;

    /// <summary>It cannot be done.</summary>
    public sealed record Hopeless(string Reason, string Message) : TaskVerdict;
}

/// <summary>What an object says of its tasks' attempts, and the reasons it gives where they come to nothing.</summary>
public sealed record TaskRules
{
    /// <summary>How many failures are tried again.</summary>
    public required int MaxRetries { get; init; }

    /// <summary>How long a pod may fail to start because of its image or configuration.</summary>
    public required TimeSpan PodStartTimeout { get; init; }

    /// <summary>Kueue's queue, where Jobs wait before they get pods.</summary>
    public string? QueueName { get; init; }

    /// <summary>Reason where it failed too often.</summary>
    public required string RetriesExhausted { get; init; }

    /// <summary>Reason where its pod did not start in time.</summary>
    public required string PodDidNotStart { get; init; }

    /// <summary>Reason where it was refused without one.</summary>
    public required string Refused { get; init; }
}

/// <summary>
/// Judges the attempts at one task: one that succeeded settles it, a refusal ends it, failures count up to a limit. Disruptions, Jobs that somebody deleted and
/// lost results do not count; they are spaced out, and too many lost results in a row end it, because the next one would be lost too.
/// </summary>
public static class TaskHistory
{
    /// <summary>How many results may be lost in a row.</summary>
    public const int MaxLostResults = 3;

    // Time in which a cluster that works makes a Job's pod.
    private static readonly TimeSpan PodCreation = TimeSpan.FromSeconds(30);

    /// <summary>Judges <paramref name="attempts"/>, all of one part of one run.</summary>
    public static TaskVerdict Judge(IReadOnlyCollection<TaskAttempt> attempts, TaskRules rules, OperatorOptions options, DateTimeOffset now)
    {
        if (attempts.FirstOrDefault(attempt => attempt.State == TaskState.Succeeded) is { } done)
        {
            return new TaskVerdict.Done(done);
        }

        if (attempts.FirstOrDefault(attempt => attempt.State == TaskState.Refused) is { } refused)
        {
            return new TaskVerdict.Hopeless(refused.Result?.Error?.Reason ?? rules.Refused, refused.Message ?? "the task was refused");
        }

        if (attempts.FirstOrDefault(attempt => !attempt.IsOver(now)) is { } open)
        {
            return open.State == TaskState.Active ? Watch(open, rules, now) : new TaskVerdict.Waiting(open.LingersUntil - now);
        }

        var next = attempts.Count == 0 ? 0 : attempts.Max(attempt => attempt.Number) + 1;
        var ended = attempts.Where(attempt => attempt.State != TaskState.Terminating).OrderByDescending(attempt => attempt.Number).ToList();
        return ended.Count == 0 ? new TaskVerdict.Due(next) : AfterEnd(ended, next, rules, options, now);
    }

    private static TaskVerdict AfterEnd(List<TaskAttempt> newestFirst, int next, TaskRules rules, OperatorOptions options, DateTimeOffset now)
    {
        var last = newestFirst[0];
        var failures = newestFirst.Count(attempt => attempt.State == TaskState.Failed);
        var inARow = newestFirst.TakeWhile(attempt => attempt.State == last.State).Count();
        switch (last.State)
        {
            case TaskState.Failed when failures > rules.MaxRetries:
                return new TaskVerdict.Hopeless(rules.RetriesExhausted, $"{last.Message} (attempt {failures} of {rules.MaxRetries + 1})");
            case TaskState.Failed:
                return At(last, Doubled(options.RetryBackoff, failures, options.MaxRetryBackoff), next, $"{last.Message}; attempt {failures + 1} of {rules.MaxRetries + 1}", now);
            case TaskState.ResultLost when inARow >= MaxLostResults:
                return new TaskVerdict.Hopeless(
                    rules.RetriesExhausted, $"the task of {last.Part} completed {inARow} times in a row and its result was lost each time; does something delete or change its pods?");
            case TaskState.Gone when last.Finished is null:
                return new TaskVerdict.Due(next);
            default:
                var cause = last.State == TaskState.Gone ? $"Job {last.JobName} was deleted" : last.Message ?? "the pod was taken away";
                return At(last, Doubled(options.DisruptionBackoff, inARow, options.MaxDisruptionBackoff), next, $"{cause}; the next attempt", now);
        }
    }

    private static TaskVerdict At(TaskAttempt last, TimeSpan pause, int next, string what, DateTimeOffset now)
    {
        var due = (last.Finished ?? now) + pause;
        return due <= now
            ? new TaskVerdict.Due(next)
            : new TaskVerdict.BackingOff(due - now, string.Create(CultureInfo.InvariantCulture, $"{what} follows at {due.UtcDateTime:HH:mm:ss} UTC"));
    }

    private static TaskVerdict Watch(TaskAttempt attempt, TaskRules rules, DateTimeOffset now)
    {
        if (attempt.Hold is { } hold)
        {
            var left = hold.IsFault ? (hold.Since ?? attempt.Created ?? now) + rules.PodStartTimeout - now : (TimeSpan?)null;
            return left <= TimeSpan.Zero
                ? new TaskVerdict.Hopeless(rules.PodDidNotStart, $"the pod of Job {attempt.JobName} did not start within spec.podStartTimeoutSeconds ({rules.PodStartTimeout.TotalSeconds:F0}): {hold}")
                : new TaskVerdict.Waiting(left, $"a pod does not start: {hold}{(hold.IsFault ? "" : $" (after an edit of spec.runner delete Job {attempt.JobName}: it is made again)")}");
        }

        if (attempt.HasPod || attempt.Created is not { } created)
        {
            return new TaskVerdict.Waiting();
        }

        var patience = created + PodCreation - now;
        return patience > TimeSpan.Zero
            ? new TaskVerdict.Waiting(patience)
            : new TaskVerdict.Waiting(null, rules.QueueName is { } queue
                ? $"Job {attempt.JobName} waits in queue {queue}"
                : $"the cluster has not made a pod for Job {attempt.JobName} yet; see kubectl describe job {attempt.JobName}");
    }

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan longest)
    {
        var pause = first * Math.Pow(2, Math.Min(times - 1, 16));
        return pause < longest ? pause : longest;
    }
}
