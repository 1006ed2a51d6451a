using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;

namespace TextOps.Bench.Operator;

/// <summary>Plays the node: ends each pod as a plan ends that found everything up to date.</summary>
internal sealed class PodEnds(IKubernetesClient client, string @namespace)
{
    private const int AtOnce = 8;

    private static readonly TaskResult UpToDate = new()
    {
        Plan = new PlanResult { UpToDate = true, Version = 1, Shards = 1, Inputs = 1, InputBytes = 1_000_000, Output = "s3://bucket/bench/v000001", Rows = 1000, Chunks = 1000, Rejected = 0 },
    };

    /// <summary>Ends all pods that there are and that come, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Parallel.ForEachAsync(NewPodsAsync(cancellationToken), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, EndAsync);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // All have ended.
        }
    }

    private async IAsyncEnumerable<V1Pod> NewPodsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? from = null;
        while (true)
        {
            await foreach (var change in client.WatchAsync<V1Pod>(@namespace, null, from, cancellationToken))
            {
                from = change.ResourceVersion;
                if (change is { Type: WatchEventType.Added, Object: { } pod })
                {
                    yield return pod;
                }
            }
        }
    }

    private async ValueTask EndAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        var now = DateTimeOffset.UtcNow;
        var status = new V1PodStatus
        {
            Phase = "Succeeded",
            StartTime = now,
            ContainerStatuses =
            [
                new V1ContainerStatus
                {
                    Name = pod.Spec.Containers[0].Name,
                    Image = pod.Spec.Containers[0].Image ?? "",
                    State = new V1ContainerState
                    {
                        Terminated = new V1ContainerStateTerminated
                        {
                            ExitCode = 0,
                            Reason = "Completed",
                            Message = JsonSerializer.Serialize(UpToDate, Json.Objects),
                            StartedAt = now,
                            FinishedAt = now,
                        },
                    },
                },
            ],
        };
        var patch = new JsonObject { ["status"] = JsonSerializer.SerializeToNode(status, Json.Objects) };
        await client.PatchStatusAsync<V1Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, patch, cancellationToken);
    }
}
