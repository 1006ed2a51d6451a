using System.Collections.Concurrent;

namespace TextOps.Operator.Tasks;

/// <summary>
/// What this process itself did to child Jobs, and which it saw: an informer's store is a moment behind, and a Job that is gone leaves no trace. Without it a pass would
/// repeat writes that are under way, and a Job that somebody deleted would come back under the name it had. A restarted operator begins with an empty
/// book, which costs repeated writes at most: names are deterministic, and creating what is there changes nothing.
/// </summary>
internal sealed class AttemptBook
{
    // A Job that was created and does not show up for so long is created again.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<OwnerKey, Dictionary<string, Entry>> pages = new();

    /// <summary>A Job was created; it may not be in the store for a while.</summary>
    public void Started(OwnerKey owner, TaskAttempt attempt) => Note(owner, attempt.JobName, _ => new Entry(attempt));

    /// <summary>The operator deleted a Job.</summary>
    public void Deleted(OwnerKey owner, string job) => Note(owner, job, entry => entry is null ? null : entry with { Deleted = true });

    /// <summary>How the attempt ended is in its Job's annotations.</summary>
    public void Kept(OwnerKey owner, TaskAttempt attempt) => Note(owner, attempt.JobName, entry => (entry ?? new Entry(attempt)) with { Outcome = attempt with { IsNew = false } });

    /// <summary>The outcome that was written for a Job; null where none was.</summary>
    public TaskAttempt? OutcomeOf(OwnerKey owner, TaskAttempt attempt)
    {
        if (!pages.TryGetValue(owner, out var page))
        {
            return null;
        }

        lock (page)
        {
            return page.GetValueOrDefault(attempt.JobName) is { } entry && entry.IsAbout(attempt) ? entry.Outcome : null;
        }
    }

    /// <summary>The attempts of <paramref name="owner"/> as the store has them, with what is known beside it: those just created, and those that are gone.</summary>
    public IReadOnlyList<TaskAttempt> Complete(OwnerKey owner, IReadOnlyList<TaskAttempt> stored, DateTimeOffset now)
    {
        if (stored.Count == 0 && !pages.ContainsKey(owner))
        {
            return stored;
        }

        var page = pages.GetOrAdd(owner, _ => new Dictionary<string, Entry>(StringComparer.Ordinal));
        lock (page)
        {
            var attempts = new List<TaskAttempt>(stored.Count);
            foreach (var attempt in stored)
            {
                var entry = page.GetValueOrDefault(attempt.JobName) is { } known && known.IsAbout(attempt) ? known : new Entry(attempt);
                page[attempt.JobName] = entry with { Attempt = attempt, Seen = true };
                attempts.Add(entry.Deleted ? attempt with { State = TaskState.Terminating, IsNew = false } : attempt);
            }

            var names = stored.Select(attempt => attempt.JobName).ToHashSet(StringComparer.Ordinal);
            foreach (var (name, entry) in page.Where(pair => !names.Contains(pair.Key)).ToList())
            {
                if (entry.Seen || entry.Deleted)
                {
                    page[name] = entry with { GoneAt = entry.GoneAt ?? now };
                    attempts.Add(Bare(entry.Attempt, TaskState.Gone) with { Finished = entry.Deleted ? null : entry.GoneAt ?? now });
                }
                else if (now - entry.Attempt.Created < Patience)
                {
                    attempts.Add(entry.Attempt);
                }
                else
                {
                    page.Remove(name);
                }
            }

            return attempts;
        }
    }

    /// <summary>Drops what is known of Jobs that are gone; their numbers are free again.</summary>
    public void ForgetGone(OwnerKey owner)
    {
        if (!pages.TryGetValue(owner, out var page))
        {
            return;
        }

        lock (page)
        {
            foreach (var name in page.Where(pair => pair.Value.GoneAt is not null).Select(pair => pair.Key).ToList())
            {
                page.Remove(name);
            }

            if (page.Count == 0)
            {
                pages.TryRemove(owner, out _);
            }
        }
    }

    /// <summary>Drops all that is known of an object's Jobs.</summary>
    public void Forget(OwnerKey owner) => pages.TryRemove(owner, out _);

    private void Note(OwnerKey owner, string job, Func<Entry?, Entry?> change)
    {
        var page = pages.GetOrAdd(owner, _ => new Dictionary<string, Entry>(StringComparer.Ordinal));
        lock (page)
        {
            if (change(page.GetValueOrDefault(job)) is { } entry)
            {
                page[job] = entry;
            }
        }
    }

    private static TaskAttempt Bare(TaskAttempt attempt, TaskState state) =>
        new() { JobName = attempt.JobName, RunKey = attempt.RunKey, Part = attempt.Part, Number = attempt.Number, State = state };

    private sealed record Entry(TaskAttempt Attempt)
    {
        public bool Seen { get; init; }

        public bool Deleted { get; init; }

        public DateTimeOffset? GoneAt { get; init; }

        public TaskAttempt? Outcome { get; init; }

        // An operator that led in between may have created a Job of the same name again.
        public bool IsAbout(TaskAttempt attempt) => Attempt.JobUid is null || Attempt.JobUid == attempt.JobUid;
    }
}
