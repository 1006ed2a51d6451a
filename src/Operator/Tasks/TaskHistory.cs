namespace TextOps.Operator.Tasks;

/// <summary>What the attempts at one task amount to.</summary>
public abstract record TaskVerdict
{
    /// <summary>An attempt is under way, or an old pod still ends.</summary>
    public sealed record Waiting : TaskVerdict;

    /// <summary>The next attempt is due.</summary>
    public sealed record Due(int Attempt) : TaskVerdict;

    /// <summary>The next attempt is due later.</summary>
    public sealed record BackingOff(TimeSpan Wait, string Message) : TaskVerdict;

    /// <summary>It is done.</summary>
    public sealed record Done(TaskAttempt Attempt) : TaskVerdict;

    /// <summary>It cannot be done.</summary>
    public sealed record Lost(string Reason, string Message) : TaskVerdict;
}

/// <summary>Judges the attempts at one task: one that succeeded settles it, a refusal ends it, failures count up to a limit, disruptions do not count.</summary>
public static class TaskHistory
{
    /// <summary>Judges <paramref name="attempts"/>, all of one part of one run.</summary>
    /// <param name="retriesExhausted">Reason of <see cref="TaskVerdict.Lost"/> when failures exceed <paramref name="maxRetries"/>.</param>
    public static TaskVerdict Judge(
        IReadOnlyCollection<TaskAttempt> attempts, int maxRetries, string retriesExhausted, OperatorOptions options, DateTimeOffset now)
    {
        if (attempts.FirstOrDefault(attempt => attempt.State == TaskState.Succeeded) is { } done)
        {
            return new TaskVerdict.Done(done);
        }

        if (attempts.FirstOrDefault(attempt => attempt.State == TaskState.Refused) is { } refused)
        {
            return new TaskVerdict.Lost(refused.Result?.Error?.Reason ?? "Failed", refused.Message ?? "the task was refused");
        }

        if (attempts.Any(attempt => !attempt.IsOver))
        {
            return new TaskVerdict.Waiting();
        }

        var next = attempts.Count == 0 ? 0 : attempts.Max(attempt => attempt.Number) + 1;
        var failures = attempts.Count(attempt => attempt.State == TaskState.Failed);
        if (attempts.MaxBy(attempt => attempt.Number) is not { State: TaskState.Failed } last)
        {
            return new TaskVerdict.Due(next);
        }

        if (failures > maxRetries)
        {
            return new TaskVerdict.Lost(retriesExhausted, $"{last.Message} (attempt {failures} of {maxRetries + 1})");
        }

        var pause = Pause(failures, options);
        var wait = (last.Finished ?? now) + pause - now;
        return wait <= TimeSpan.Zero
            ? new TaskVerdict.Due(next)
            : new TaskVerdict.BackingOff(wait, $"{last.Message}; attempt {failures + 1} of {maxRetries + 1} follows in {Math.Ceiling(wait.TotalSeconds)} s");
    }

    private static TimeSpan Pause(int failures, OperatorOptions options)
    {
        var pause = options.RetryBackoff * Math.Pow(2, Math.Min(failures - 1, 16));
        return pause < options.MaxRetryBackoff ? pause : options.MaxRetryBackoff;
    }
}
