using System.Collections.Concurrent;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;

namespace TextOps.Cluster.Tests.Support.Faults;

/// <summary>Every child of ours that a namespace ever held: a Job that was doubled and cleared away is seen too.</summary>
internal sealed class ChildRecord : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, IKubernetesObject> seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> gone = new(StringComparer.Ordinal);
    private readonly Task watching;

    private ChildRecord(IKubernetesClient client, string @namespace, string jobsFrom, string configMapsFrom) => watching = Task.WhenAll(
        Task.Run(() => WatchAsync<V1Job>(client, @namespace, jobsFrom)),
        Task.Run(() => WatchAsync<V1ConfigMap>(client, @namespace, configMapsFrom)));

    /// <summary>The Jobs.</summary>
    public IReadOnlyList<V1Job> Jobs => [.. seen.Values.OfType<V1Job>()];

    /// <summary>The ConfigMaps.</summary>
    public IReadOnlyList<V1ConfigMap> ConfigMaps => [.. seen.Values.OfType<V1ConfigMap>()];

    /// <summary>Whether there were children and all of them are gone.</summary>
    public bool AllGone => !seen.IsEmpty && seen.Keys.All(gone.ContainsKey);

    /// <summary>Starts to record.</summary>
    public static async Task<ChildRecord> StartAsync(IKubernetesClient client, string @namespace)
    {
        var jobs = await client.ListAsync<V1Job>(@namespace, null, TestContext.Current.CancellationToken);
        var configMaps = await client.ListAsync<V1ConfigMap>(@namespace, null, TestContext.Current.CancellationToken);
        return new ChildRecord(client, @namespace, jobs.ResourceVersion, configMaps.ResourceVersion);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        stop.Dispose();
    }

    private async Task WatchAsync<T>(IKubernetesClient client, string @namespace, string from) where T : class, IKubernetesObject
    {
        try
        {
            while (true)
            {
                await foreach (var change in client.WatchAsync<T>(@namespace, null, from, stop.Token))
                {
                    from = change.ResourceVersion;
                    if (change.Object?.Metadata is not { Uid: { } uid, Labels: { } labels } || !labels.ContainsKey(ApiGroup.PartLabel))
                    {
                        continue;
                    }

                    seen[uid] = change.Object;
                    if (change.Type == WatchEventType.Deleted)
                    {
                        gone[uid] = 0;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }
}
