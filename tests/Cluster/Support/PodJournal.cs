using System.Collections.Concurrent;
using TextOps.Crds;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;

namespace TextOps.Cluster.Tests.Support;

/// <summary>All that happens to the pods of a namespace, in order, as the API server tells it.</summary>
internal sealed class PodJournal : IAsyncDisposable
{
    private readonly ConcurrentQueue<WatchEvent<V1Pod>> entries = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Task watch;

    public PodJournal(IKubernetesClient client, string @namespace) => watch = WatchAsync(client, @namespace);

    /// <summary>What happened so far.</summary>
    public IReadOnlyList<WatchEvent<V1Pod>> Entries => [.. entries.Where(entry => entry.Object is not null)];

    /// <summary>The run and part that a pod works for: <c>1f0c…/s00000</c>.</summary>
    public static string PartOf(V1Pod pod) => $"{pod.Metadata.Labels![ApiGroup.RunLabel]}/{pod.Metadata.Labels![ApiGroup.PartLabel]}";

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watch;
        stop.Dispose();
    }

    private async Task WatchAsync(IKubernetesClient client, string @namespace)
    {
        try
        {
            await foreach (var entry in client.WatchAsync<V1Pod>(@namespace, labelSelector: null, resourceVersion: null, stop.Token))
            {
                entries.Enqueue(entry);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }
}
