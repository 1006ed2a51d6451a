using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Local.Node.Probes;

namespace TextOps.Local.Node;

/// <summary>
/// Plays the kubelet of one node: pods bound to it become child processes of the runner, with the files, environment, probes, restarts, termination
/// message and exit codes that they would have in a cluster.
/// </summary>
internal sealed partial class ProcessNode(IKubernetesClient client, ProcessNodeOptions options, TimeProvider time, ILogger<ProcessNode> logger)
    : IEntityController<V1Pod>, IAsyncDisposable
{
    private static readonly TimeSpan RemovalRetry = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, PodWorker> workers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> removals = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<NamespacedName, PodFolder> folders = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly HttpClient http = HttpProbe.CreateClient();

    /// <summary>
    /// Takes over the pods of an earlier process: those that stay are not ready until they run again. Removes the files of those that are gone. Call it before
    /// anybody looks at pods.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var pods = await client.ListAsync<V1Pod>(@namespace: null, labelSelector: null, cancellationToken);
        foreach (var pod in pods.Items.Where(pod => pod.Spec.NodeName == options.NodeName))
        {
            folders[NamespacedName.Of(pod)] = new PodFolder(options.PodsFolder, pod);
            if (Stays(pod) && pod.Status?.Phase == "Running")
            {
                using var status = new PodStatusWriter(client, pod, time, logger);
                status.Update(report => report);
                await status.FlushAsync().WaitAsync(cancellationToken);
            }
        }

        var known = folders.Values.Select(folder => folder.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var left in Directory.Exists(options.PodsFolder) ? Directory.EnumerateDirectories(options.PodsFolder).Where(path => !known.Contains(path)) : [])
        {
            Directory.Delete(left, recursive: true);
        }
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        if (pod.Spec.NodeName != options.NodeName)
        {
            return ReconcileResult.Done;
        }

        var key = NamespacedName.Of(pod);
        RemoveOthers(key, pod.Metadata.Uid);
        var folder = folders[key] = new PodFolder(options.PodsFolder, pod);
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            var grace = TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? 30);
            if (workers.TryGetValue(pod.Metadata.Uid!, out var worker))
            {
                Remove(worker, grace);
            }
            else
            {
                await DeleteAsync(pod, cancellationToken);
                folder.Remove();
            }

            return ReconcileResult.Done;
        }

        switch (pod.Status?.Phase)
        {
            case "Succeeded" or "Failed":
            case var _ when workers.ContainsKey(pod.Metadata.Uid!):
                // A pass may rest on an older state of the pod; its worker knows better.
                break;
            case not null and not "Pending" when !Stays(pod):
                await ReportLostAsync(pod, cancellationToken);
                break;
            default:
                workers[pod.Metadata.Uid!] = PodWorker.Start(client, pod, folder, options, http, time, logger);
                break;
        }

        return ReconcileResult.Done;
    }

    /// <inheritdoc/>
    public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        // A pod that is over, or is deleted with force, goes at once, without a time in which it is being deleted.
        var key = new NamespacedName(@namespace, name);
        RemoveOthers(key, uid: null);
        if (folders.TryRemove(key, out var folder) && !workers.Values.Any(worker => worker.Folder.Path == folder.Path))
        {
            folder.Remove();
        }

        return Task.CompletedTask;
    }

    /// <summary>Ends all processes; their pods stay as they are, as with a node that is switched off.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(workers.Values.Select(worker => worker.AbandonAsync(options.StopGrace)));
        Task[] ending;
        lock (removals)
        {
            ending = [.. removals.Values];
        }

        await Task.WhenAll(ending);
        foreach (var worker in workers.Values)
        {
            worker.Dispose();
        }

        http.Dispose();
        stopping.Dispose();
    }

    /// <summary>Whether a pod's container is started again whenever it ends.</summary>
    private static bool Stays(V1Pod pod) => pod.Spec.RestartPolicy == "Always";

    /// <summary>Ends what runs of pods that had this name before.</summary>
    private void RemoveOthers(NamespacedName key, string? uid)
    {
        foreach (var (other, worker) in workers)
        {
            if (other != uid && worker.Key == key)
            {
                Remove(worker, options.StopGrace);
            }
        }
    }

    private void Remove(PodWorker worker, TimeSpan grace)
    {
        worker.Stop(grace);
        lock (removals)
        {
            if (!removals.ContainsKey(worker.Uid))
            {
                // Beside the passes: a process may take its whole grace to end, and other pods do not wait for it.
                removals[worker.Uid] = Task.Run(() => RemoveAsync(worker), CancellationToken.None);
            }
        }
    }

    private async Task RemoveAsync(PodWorker worker)
    {
        await worker.Completion;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await DeleteAsync(worker.Pod, stopping.Token);
                worker.Folder.Remove();

                // Not disposed: the node may be about to abandon it, and nothing of it is left that would have to be given back.
                workers.TryRemove(worker.Uid, out _);
                lock (removals)
                {
                    removals.Remove(worker.Uid);
                }

                return;
            }
            catch (Exception problem)
            {
                PodNotRemoved(problem, worker.Key);
                await Task.Delay(RemovalRetry, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task DeleteAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            await client.DeleteAsync<V1Pod>(
                pod.Metadata.Name!, pod.Metadata.Namespace, new DeleteOptions { GracePeriodSeconds = 0, Uid = pod.Metadata.Uid }, cancellationToken);
        }
        catch (KubernetesException problem) when (problem.IsConflict)
        {
            // Another pod has the name by now.
        }
    }

    private async Task ReportLostAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        var status = new JsonObject { ["phase"] = "Failed", ["reason"] = "NodeLost", ["message"] = "the process that ran the pod is gone" };
        await client.PatchStatusAsync<V1Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, new JsonObject { ["status"] = status }, cancellationToken);
    }

    [LoggerMessage(EventName = "PodNotRemoved", Level = LogLevel.Warning, Message = "Pod {Pod} has ended and could not be removed; it is tried again")]
    private partial void PodNotRemoved(Exception exception, NamespacedName pod);
}
