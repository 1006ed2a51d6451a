using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Local.Node;

/// <summary>
/// Plays the cluster's Job controller for Jobs as ours are: one pod, no retries. The pod is bound to the process node at once. A pod that disappears
/// fails its Job, as with <c>backoffLimit: 0</c> in a cluster.
/// </summary>
internal sealed class JobController(IKubernetesClient client, ProcessNodeOptions node, TimeProvider time) : IEntityController<V1Job>
{
    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(V1Job job, CancellationToken cancellationToken)
    {
        if (job.Metadata.DeletionTimestamp is not null || job.Status?.Conditions is { Count: > 0 })
        {
            return ReconcileResult.Done;
        }

        var pod = await client.GetAsync<V1Pod>(PodName(job), job.Metadata.Namespace, cancellationToken);
        switch (pod)
        {
            case { Status.Phase: "Succeeded" }:
                await ReportAsync(job, Ended(job, "Complete", null, null) with { Succeeded = 1, CompletionTime = time.GetUtcNow() }, cancellationToken);
                break;
            case { Status.Phase: "Failed" }:
                await ReportAsync(job, Ended(job, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit") with { Failed = 1 }, cancellationToken);
                break;
            case null when job.Status?.StartTime is not null:
                await ReportAsync(job, Ended(job, "Failed", "BackoffLimitExceeded", "the Job's pod is gone") with { Failed = 1 }, cancellationToken);
                break;
            case null:
                await CreatePodAsync(job, cancellationToken);
                await ReportAsync(job, new V1JobStatus { StartTime = time.GetUtcNow(), Active = 1 }, cancellationToken);
                break;
            default:
                if (job.Status?.StartTime is null)
                {
                    await ReportAsync(job, new V1JobStatus { StartTime = time.GetUtcNow(), Active = 1 }, cancellationToken);
                }

                break;
        }

        return ReconcileResult.Done;
    }

    /// <inheritdoc/>
    public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CreatePodAsync(V1Job job, CancellationToken cancellationToken)
    {
        var template = job.Spec.Template;
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal) { [V1Job.NameLabel] = job.Metadata.Name! };
        foreach (var (key, value) in template.Metadata?.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            labels[key] = value;
        }

        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Name = PodName(job),
                Namespace = job.Metadata.Namespace,
                Labels = labels,
                Annotations = template.Metadata?.Annotations,
                OwnerReferences = [OwnerReferences.ToController(job)],
            },
            Spec = template.Spec with { NodeName = node.NodeName },
        };
        try
        {
            await client.CreateAsync(pod, cancellationToken);
        }
        catch (KubernetesException exception) when (exception.IsAlreadyExists)
        {
            // An earlier pass made it and was cut off before it could say so.
        }
    }

    private async Task ReportAsync(V1Job job, V1JobStatus status, CancellationToken cancellationToken)
    {
        var patch = new JsonObject { ["status"] = JsonSerializer.SerializeToNode(status, Json.Objects) };
        patch["status"]!.AsObject().TryAdd("active", null);
        try
        {
            await client.PatchStatusAsync<V1Job>(job.Metadata.Name!, job.Metadata.Namespace, patch, cancellationToken);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            // It was deleted in the meantime; nobody asks for its status any more.
        }
    }

    private V1JobStatus Ended(V1Job job, string condition, string? reason, string? message) => new()
    {
        StartTime = job.Status?.StartTime ?? time.GetUtcNow(),
        Conditions = [new V1JobCondition { Type = condition, Status = "True", Reason = reason, Message = message, LastTransitionTime = time.GetUtcNow() }],
    };

    // As the cluster's Job controller, but the suffix follows from the Job, so that a cut-off pass finds its pod again.
    private static string PodName(V1Job job) =>
        $"{job.Metadata.Name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(job.Metadata.Uid!)))[..5]}";
}
