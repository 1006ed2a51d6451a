using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using TextOps.Crds;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;

namespace TextOps.Local.Node;

/// <summary>
/// Writes the status of one pod: one write at a time, always the newest, tried again until the API server has taken it. All members are thread-safe.
/// </summary>
internal sealed partial class PodStatusWriter(IKubernetesClient client, V1Pod pod, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource closing = new();
    private PodReport latest = PodReport.Of(pod);
    private PodReport? reported;
    private PodReport? unwritten;
    private Task writing = Task.CompletedTask;
    private bool isWriting;

    /// <summary>Changes what is known of the pod; it is written soon, unless it was reported so before.</summary>
    public void Update(Func<PodReport, PodReport> change)
    {
        lock (gate)
        {
            latest = change(latest);
            if (latest == reported || closing.IsCancellationRequested)
            {
                return;
            }

            reported = unwritten = latest;
            if (!isWriting)
            {
                isWriting = true;
                writing = Task.Run(WriteAsync, CancellationToken.None);
            }
        }
    }

    /// <summary>Waits until all is written, or nothing is written any more.</summary>
    public Task FlushAsync()
    {
        lock (gate)
        {
            return writing;
        }
    }

    /// <summary>Writes nothing any more.</summary>
    public Task CloseAsync() => closing.CancelAsync();

    public void Dispose() => closing.Dispose();

    private async Task WriteAsync()
    {
        while (true)
        {
            PodReport report;
            lock (gate)
            {
                if (unwritten is null || closing.IsCancellationRequested)
                {
                    isWriting = false;
                    return;
                }

                report = unwritten;
                unwritten = null;
            }

            try
            {
                await WriteAsync(report, closing.Token);
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                // The pod's status stays as it is.
            }
            catch (KubernetesException problem) when (problem.IsNotFound)
            {
                PodGone(pod.Metadata.Namespace, pod.Metadata.Name);
            }
            catch (Exception problem)
            {
                await TryAgainAsync(report, problem);
            }
        }
    }

    // As the kubelet: the pod is read first, because merging conditions of others into a list that has changed meanwhile would undo them.
    private async Task WriteAsync(PodReport report, CancellationToken cancellationToken)
    {
        var current = await client.GetAsync<V1Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, cancellationToken);
        if (current is null || current.Metadata.Uid != pod.Metadata.Uid)
        {
            PodGone(pod.Metadata.Namespace, pod.Metadata.Name);
            return;
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = current.Metadata.ResourceVersion },
            ["status"] = JsonSerializer.SerializeToNode(report.ToStatus(current.Status, time.GetUtcNow()), Json.Objects),
        };
        await client.PatchStatusAsync<V1Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, patch, cancellationToken);
    }

    private async Task TryAgainAsync(PodReport report, Exception problem)
    {
        lock (gate)
        {
            unwritten ??= report;
        }

        if (problem is KubernetesException { IsConflict: true })
        {
            return;
        }

        PodNotReported(problem, pod.Metadata.Namespace, pod.Metadata.Name);
        await Task.Delay(RetryDelay, time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [LoggerMessage(EventName = "PodNotReported", Level = LogLevel.Warning, Message = "The status of pod {Namespace}/{Name} could not be written and is tried again")]
    private partial void PodNotReported(Exception exception, string? @namespace, string? name);

    [LoggerMessage(EventName = "PodGone", Level = LogLevel.Debug, Message = "Pod {Namespace}/{Name} was removed before its status was reported")]
    private partial void PodGone(string? @namespace, string? name);
}
