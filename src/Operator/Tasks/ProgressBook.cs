using System.Collections.Concurrent;
using TextOps.Crds.Tasks;

namespace TextOps.Operator.Tasks;

/// <summary>
/// Progress of running tasks, by object, within a budget over all objects: an object's pods are asked at most once in <paramref name="interval"/>, all pods together at most
/// 50 times in a second, and progress alone is reported at most 5 times in a second. Where an object has more pods than the budget has room, those
/// that were asked longest ago come first.
/// </summary>
public sealed class ProgressBook(ProgressReader reader, TimeSpan interval, TimeProvider time)
{
    private const int PollsPerSecond = 50;
    private const int ReportsPerSecond = 5;

    private readonly RateBudget polls = new(PollsPerSecond, TimeSpan.FromSeconds(1), time);
    private readonly RateBudget reports = new(ReportsPerSecond, TimeSpan.FromSeconds(1), time);
    private readonly ConcurrentDictionary<OwnerKey, Page> pages = new();

    /// <summary>What was read last, by part of the attempts that run; asks nobody.</summary>
    public IReadOnlyDictionary<string, TaskProgress> Known(OwnerKey owner, IReadOnlyList<TaskAttempt> attempts) =>
        pages.TryGetValue(owner, out var page) ? page.ByPart(attempts) : new Dictionary<string, TaskProgress>(StringComparer.Ordinal);

    /// <summary>Asks the pods that run, as far as interval and budget allow; then as <see cref="Known"/>.</summary>
    public async Task<IReadOnlyDictionary<string, TaskProgress>> ReadAsync(OwnerKey owner, IReadOnlyList<TaskAttempt> attempts, CancellationToken cancellationToken)
    {
        var running = attempts.Where(IsRunning).ToList();
        var now = time.GetUtcNow();
        var page = pages.GetValueOrDefault(owner) ?? new Page(DateTimeOffset.MinValue, []);
        if (running.Count == 0 || now - page.Read < interval)
        {
            return page.ByPart(attempts);
        }

        var asked = running.OrderBy(attempt => page.Answers.GetValueOrDefault(attempt.JobName)?.Asked ?? DateTimeOffset.MinValue).TakeWhile(_ => polls.TryTake()).ToList();
        var answers = await Task.WhenAll(asked.Select(async attempt => KeyValuePair.Create(attempt.JobName, new Answer(now, await reader.ReadAsync(attempt.PodIP!, cancellationToken)))));
        var names = running.Select(attempt => attempt.JobName).ToHashSet(StringComparer.Ordinal);
        var merged = new Dictionary<string, Answer>(page.Answers.Where(answer => names.Contains(answer.Key)), StringComparer.Ordinal);
        foreach (var (job, answer) in answers)
        {
            merged[job] = answer;
        }

        page = new Page(asked.Count == 0 ? page.Read : now, merged);
        pages[owner] = page;
        return page.ByPart(attempts);
    }

    /// <summary>Whether progress alone may be reported now; it counts then.</summary>
    public bool MayReport() => reports.TryTake();

    /// <summary>Drops what is known of an object.</summary>
    public void Forget(OwnerKey owner) => pages.TryRemove(owner, out _);

    internal static bool IsRunning(TaskAttempt attempt) => attempt is { State: TaskState.Active, PodIP: not null };

    private sealed record Answer(DateTimeOffset Asked, TaskProgress? Progress);

    private sealed record Page(DateTimeOffset Read, Dictionary<string, Answer> Answers)
    {
        public IReadOnlyDictionary<string, TaskProgress> ByPart(IReadOnlyList<TaskAttempt> attempts)
        {
            var byPart = new Dictionary<string, TaskProgress>(StringComparer.Ordinal);
            foreach (var attempt in attempts.Where(IsRunning))
            {
                if (Answers.GetValueOrDefault(attempt.JobName)?.Progress is { } progress)
                {
                    byPart[attempt.Part] = progress;
                }
            }

            return byPart;
        }
    }
}
