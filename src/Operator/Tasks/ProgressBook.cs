using System.Collections.Concurrent;
using TextOps.Crds.Tasks;

namespace TextOps.Operator.Tasks;

/// <summary>Progress of running tasks, by object; each object's pods are asked at most once in <paramref name="interval"/>.</summary>
public sealed class ProgressBook(ProgressReader reader, TimeSpan interval, TimeProvider time)
{
    private readonly ConcurrentDictionary<(string? Namespace, string Name), Page> pages = new();

    /// <summary>Progress by part of the attempts that run; what was read last while the interval is not over.</summary>
    public async Task<IReadOnlyDictionary<string, TaskProgress>> ReadAsync(
        string? @namespace, string name, IReadOnlyList<TaskAttempt> attempts, CancellationToken cancellationToken)
    {
        var running = attempts.Where(attempt => attempt is { State: TaskState.Active, PodIP: not null }).ToList();
        var now = time.GetUtcNow();
        if (pages.TryGetValue((@namespace, name), out var page) && now - page.Read < interval)
        {
            return page.ByPart;
        }

        if (running.Count == 0)
        {
            return new Dictionary<string, TaskProgress>(StringComparer.Ordinal);
        }

        var answers = await Task.WhenAll(running.Select(async attempt => (attempt.Part, Progress: await reader.ReadAsync(attempt.PodIP!, cancellationToken))));
        var byPart = answers.Where(answer => answer.Progress is not null).ToDictionary(answer => answer.Part, answer => answer.Progress!, StringComparer.Ordinal);
        pages[(@namespace, name)] = new Page(now, byPart);
        return byPart;
    }

    /// <summary>Drops what is known of an object.</summary>
    public void Forget(string? @namespace, string name) => pages.TryRemove((@namespace, name), out _);

    private sealed record Page(DateTimeOffset Read, IReadOnlyDictionary<string, TaskProgress> ByPart);
}
