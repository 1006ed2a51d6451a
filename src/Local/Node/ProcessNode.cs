using System.Collections.Concurrent;
using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using TextOps.Crds;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Local.Node;

/// <summary>
/// Plays the kubelet of one node: pods bound to it become child processes of the runner, with the files, environment, termination message and exit
/// codes that they would have in a cluster.
/// </summary>
internal sealed partial class ProcessNode(IKubernetesClient client, ProcessNodeOptions options, TimeProvider time, ILogger<ProcessNode> logger)
    : IEntityController<V1Pod>, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, PodProcess> processes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<NamespacedName, PodFolder> folders = new();
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Takes over the pods of an earlier process, and removes the files of those that are gone; call it before the first pass.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var pods = await client.ListAsync<V1Pod>(@namespace: null, labelSelector: null, cancellationToken);
        foreach (var pod in pods.Items.Where(pod => pod.Spec.NodeName == options.NodeName))
        {
            folders[NamespacedName.Of(pod)] = new PodFolder(options.PodsFolder, pod);
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

        folders[NamespacedName.Of(pod)] = new PodFolder(options.PodsFolder, pod);
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            await RemoveAsync(pod, cancellationToken);
            return ReconcileResult.Done;
        }

        switch (pod.Status?.Phase)
        {
            case "Succeeded" or "Failed":
                return ReconcileResult.Done;
            case not null and not "Pending" when !processes.ContainsKey(pod.Metadata.Uid!):
                await ReportAsync(pod, new V1PodStatus { Phase = "Failed", Reason = "NodeLost", Message = "the process that ran the pod is gone" }, cancellationToken);
                return ReconcileResult.Done;
            case var _ when processes.ContainsKey(pod.Metadata.Uid!):
                // This pass may rest on an older state of the pod; the process speaks for itself.
                return ReconcileResult.Done;
            default:
                return await StartAsync(pod, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        // A pod that is over goes at once, without a time in which it is being deleted.
        if (folders.TryRemove(new NamespacedName(@namespace, name), out var folder))
        {
            folder.Remove();
        }

        return Task.CompletedTask;
    }

    /// <summary>Ends all processes; their pods stay as they are, as with a node that is switched off.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(processes.Values.Select(process => process.StopAsync(options.StopGrace)));
        stopping.Dispose();
    }

    private async Task<ReconcileResult> StartAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        var folder = new PodFolder(options.PodsFolder, pod);
        PodProcess process;
        try
        {
            await folder.PrepareAsync(client, cancellationToken);
            process = PodProcess.Start(options.RunnerProgram, folder);
        }
        catch (Exception exception) when (exception is PodConfigurationException or Win32Exception or IOException or UnauthorizedAccessException)
        {
            var reason = exception is PodConfigurationException ? "CreateContainerConfigError" : "CreateContainerError";
            PodCannotStart(pod.Metadata.Namespace, pod.Metadata.Name, exception.Message);
            await ReportAsync(pod, Waiting(pod, reason, exception.Message), cancellationToken);
            return ReconcileResult.Again(TimeSpan.FromSeconds(5));
        }

        processes[pod.Metadata.Uid!] = process;
        await ReportAsync(pod, Running(pod, folder, process), cancellationToken);
        _ = WatchAsync(pod, folder, process);
        return ReconcileResult.Done;
    }

    private async Task WatchAsync(V1Pod pod, PodFolder folder, PodProcess process)
    {
        try
        {
            var exitCode = await process.WaitAsync(CancellationToken.None);
            if (!stopping.IsCancellationRequested)
            {
                var message = await folder.ReadTerminationMessageAsync(CancellationToken.None);
                await ReportAsync(pod, Terminated(pod, process, exitCode, message), CancellationToken.None);
            }
        }
        catch (Exception exception)
        {
            PodReportFailed(exception, pod.Metadata.Namespace, pod.Metadata.Name);
        }
    }

    private async Task RemoveAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        if (processes.TryGetValue(pod.Metadata.Uid!, out var process))
        {
            await process.StopAsync(TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? 30));
        }

        await client.DeleteAsync<V1Pod>(
            pod.Metadata.Name!, pod.Metadata.Namespace, new DeleteOptions { GracePeriodSeconds = 0, Uid = pod.Metadata.Uid }, cancellationToken);
        new PodFolder(options.PodsFolder, pod).Remove();
        if (processes.TryRemove(pod.Metadata.Uid!, out _))
        {
            process?.Dispose();
        }
    }

    private async Task ReportAsync(V1Pod pod, V1PodStatus status, CancellationToken cancellationToken)
    {
        try
        {
            var patch = new JsonObject { ["status"] = JsonSerializer.SerializeToNode(status, Json.Objects) };
            await client.PatchStatusAsync<V1Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, patch, cancellationToken);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            PodGone(pod.Metadata.Namespace, pod.Metadata.Name);
        }
    }

    private static V1PodStatus Waiting(V1Pod pod, string reason, string message) => new()
    {
        Phase = "Pending",
        ContainerStatuses = [ContainerStatus(pod, new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = reason, Message = message } })],
    };

    private static V1PodStatus Running(V1Pod pod, PodFolder folder, PodProcess process) => new()
    {
        Phase = "Running",
        PodIP = folder.Address,
        StartTime = process.Started,
        ContainerStatuses = [ContainerStatus(pod, new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = process.Started } }) with { Ready = true }],
    };

    private V1PodStatus Terminated(V1Pod pod, PodProcess process, int exitCode, string? message) => new()
    {
        Phase = exitCode == 0 ? "Succeeded" : "Failed",
        ContainerStatuses =
        [
            ContainerStatus(pod, new V1ContainerState
            {
                Terminated = new V1ContainerStateTerminated
                {
                    ExitCode = exitCode,
                    Reason = exitCode == 0 ? "Completed" : "Error",
                    Message = message,
                    StartedAt = process.Started,
                    FinishedAt = time.GetUtcNow(),
                },
            }),
        ],
    };

    private static V1ContainerStatus ContainerStatus(V1Pod pod, V1ContainerState state) =>
        new() { Name = pod.Spec.Containers[0].Name, Image = pod.Spec.Containers[0].Image ?? "", State = state };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pod {Namespace}/{Name} cannot start: {Cause}")]
    private partial void PodCannotStart(string? @namespace, string? name, string cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "The end of pod {Namespace}/{Name} could not be reported")]
    private partial void PodReportFailed(Exception exception, string? @namespace, string? name);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Pod {Namespace}/{Name} was removed before its status was reported")]
    private partial void PodGone(string? @namespace, string? name);
}

/// <summary>What a process node is told.</summary>
internal sealed record ProcessNodeOptions
{
    /// <summary>The node's name.</summary>
    public string NodeName { get; init; } = "local";

    /// <summary>The runner program that stands for every image.</summary>
    public required string RunnerProgram { get; init; }

    /// <summary>Where pods' files lie.</summary>
    public required string PodsFolder { get; init; }

    /// <summary>How long processes are given when the node stops.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);
}
