using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Operator.Tests.EmbeddingJobs;

/// <summary>A cluster's client that counts calls and refuses what a test wants refused.</summary>
internal sealed class WatchedClient(IKubernetesClient cluster) : IKubernetesClient
{
    private readonly ConcurrentDictionary<string, int> calls = new(StringComparer.Ordinal);

    /// <summary>Calls so far, by verb and kind: <c>create Job</c>. Watches are not counted.</summary>
    public IReadOnlyDictionary<string, int> Calls => new SortedDictionary<string, int>(calls, StringComparer.Ordinal);

    /// <summary>How often the status of an EmbeddingJob was written.</summary>
    public int StatusWrites => calls.GetValueOrDefault("status EmbeddingJob");

    /// <summary>Calls that write something, Events apart.</summary>
    public int Writes => calls.Where(call => !call.Key.StartsWith("get", StringComparison.Ordinal) && !call.Key.StartsWith("list", StringComparison.Ordinal) && !call.Key.EndsWith(" Event", StringComparison.Ordinal))
        .Sum(call => call.Value);

    /// <summary>What creating an object is refused with; null: it is created.</summary>
    public Func<IKubernetesObject, KubernetesException?> RefuseCreate { get; set; } = _ => null;

    /// <summary>What a patch of an object of a kind and name is refused with; null: it is done.</summary>
    public Func<EntityType, string, KubernetesException?> RefusePatch { get; set; } = (_, _) => null;

    /// <summary>What a watch waits for before it tells of an object: watches of different kinds do not keep step.</summary>
    public Func<IKubernetesObject, Task> Delay { get; set; } = _ => Task.CompletedTask;

    /// <summary>After how many more writes that change something the caller is cut off, without learning that the last one came through; null: never.</summary>
    public int? WritesLeft { get; set; }

    /// <summary>Counts from nothing again.</summary>
    public void Reset() => calls.Clear();

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        RefuseCreate(entity) is { } refusal ? Task.FromException<T>(refusal) : WrittenAsync(Counted<T>("create").CreateAsync(entity, cancellationToken));

    public Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        WrittenAsync(Counted<T>("status").UpdateStatusAsync(entity, cancellationToken));

    public Task<T?> GetAsync<T>(string name, string? @namespace, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        Counted<T>("get").GetAsync<T>(name, @namespace, cancellationToken);

    public Task<KubernetesList<T>> ListAsync<T>(string? @namespace, string? labelSelector, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        Counted<T>("list").ListAsync<T>(@namespace, labelSelector, cancellationToken);

    public Task<T> UpdateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        WrittenAsync(Counted<T>("update").UpdateAsync(entity, cancellationToken));

    public async Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        if (RefusePatch(EntityType.Of<T>(), name) is { } refusal)
        {
            throw refusal;
        }

        var before = WritesLeft is null ? null : await cluster.GetAsync<T>(name, @namespace, cancellationToken);
        var after = await Counted<T>(patch is KubernetesPatch.Apply ? "apply" : "patch").PatchAsync<T>(name, @namespace, patch, cancellationToken);
        if (before?.Metadata.ResourceVersion != after.Metadata.ResourceVersion)
        {
            CountDown();
        }

        return after;
    }

    public Task<T> PatchStatusAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        WrittenAsync(Counted<T>("status").PatchStatusAsync<T>(name, @namespace, patch, cancellationToken));

    public async Task DeleteAsync<T>(string name, string? @namespace, DeleteOptions? options, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        var isThere = WritesLeft is not null && await cluster.GetAsync<T>(name, @namespace, cancellationToken) is { Metadata.DeletionTimestamp: null };
        await Counted<T>("delete").DeleteAsync<T>(name, @namespace, options, cancellationToken);
        if (isThere)
        {
            CountDown();
        }
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? @namespace, string? labelSelector, string? resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        await foreach (var news in cluster.WatchAsync<T>(@namespace, labelSelector, resourceVersion, cancellationToken))
        {
            if (news.Object is { } entity)
            {
                await Delay(entity).WaitAsync(cancellationToken);
            }

            yield return news;
        }
    }

    private async Task<T> WrittenAsync<T>(Task<T> write)
    {
        var written = await write;
        CountDown();
        return written;
    }

    private void CountDown()
    {
        if (--WritesLeft <= 0)
        {
            WritesLeft = null;
            throw new CutOffException();
        }
    }

    private IKubernetesClient Counted<T>(string verb) where T : class, IKubernetesObject
    {
        calls.AddOrUpdate($"{verb} {EntityType.Of<T>().Kind}", 1, (_, count) => count + 1);
        return cluster;
    }
}

/// <summary>The operator ends here, between two writes.</summary>
internal sealed class CutOffException : Exception;
