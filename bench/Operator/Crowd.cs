using System.Collections.Concurrent;
using System.Globalization;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Bench.Operator;

/// <summary>Many EmbeddingJobs in a namespace of their own.</summary>
internal sealed class Crowd(Cluster cluster, IKubernetesClient client, int size) : IAsyncDisposable
{
    private const int Creators = 16;

    public string Namespace { get; } = $"bench-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>Creates the namespace.</summary>
    public Task OpenAsync() => cluster.KubectlAsync("create", "namespace", Namespace);

    /// <summary>Creates all objects, as fast as the API server takes them.</summary>
    public Task CreateAsync() => Parallel.ForEachAsync(
        Enumerable.Range(0, size), new ParallelOptions { MaxDegreeOfParallelism = Creators }, async (i, cancel) => await client.CreateAsync(Member(i), cancel));

    /// <summary>Waits until as many objects of a kind as there are members have satisfied <paramref name="holds"/>, each at some time.</summary>
    public async Task WaitForAllAsync<T>(Func<T, bool> holds) where T : class, IKubernetesObject
    {
        var done = new ConcurrentDictionary<string, byte>(StringComparer.Ordinal);
        while (true)
        {
            await foreach (var change in client.WatchAsync<T>(Namespace, null, null, CancellationToken.None))
            {
                if (change.Object is { } seen && holds(seen) && done.TryAdd(seen.Metadata.Name!, 0) && done.Count == size)
                {
                    return;
                }
            }
        }
    }

    /// <summary>Deletes all, and waits until it is gone.</summary>
    public async ValueTask DisposeAsync() => await cluster.KubectlAsync("delete", "namespace", Namespace, "--timeout=15m");

    private EmbeddingJob Member(int number) => new()
    {
        Metadata = new V1ObjectMeta { Name = string.Create(CultureInfo.InvariantCulture, $"corpus-{number:D5}"), Namespace = Namespace },
        Spec = new EmbeddingJobSpec
        {
            Source = new TextSource { Uri = $"s3://bucket/corpora/{number}/*.jsonl", IdField = "id" },
            Model = new EmbeddingModel { Uri = "hf://sentence-transformers/all-MiniLM-L6-v2", Revision = "0123456789012345678901234567890123456789" },
        },
    };
}
