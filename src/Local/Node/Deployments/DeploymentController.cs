using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Local.Node.Deployments;

/// <summary>
/// Plays the cluster's Deployment and ReplicaSet controllers in one: pods are made of the Deployment's template, bound to the process node at once, and replaced by
/// those of the next template as its strategy says.
/// </summary>
internal sealed class DeploymentController(IKubernetesClient client, ProcessNodeOptions node, TimeProvider time) : IEntityController<V1Deployment>
{
    /// <summary>Label of a Deployment's pods: hash of the template that they were made of.</summary>
    public const string HashLabel = "pod-template-hash";

    private const int HashLength = 10;
    private const int SuffixLength = 5;

    /// <summary>No vowels, so that no words come out (k8s.io/apimachinery, util/rand).</summary>
    private const string SuffixLetters = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Times in a status have whole seconds: a deadline that is not over for less than one is not over yet.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(V1Deployment deployment, CancellationToken cancellationToken)
    {
        if (deployment.Metadata.DeletionTimestamp is not null)
        {
            return ReconcileResult.Done;
        }

        var hash = HashOf(deployment.Spec.Template);
        var pods = await PodsAsync(deployment, cancellationToken);
        var step = RolloutStep.Decide(deployment.Spec, pods, pod => pod.Metadata.Labels?.GetValueOrDefault(HashLabel) == hash);
        foreach (var pod in step.Delete)
        {
            await client.DeleteAsync<V1Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, new DeleteOptions { Uid = pod.Metadata.Uid }, cancellationToken);
        }

        for (var made = 0; made < step.Create; made++)
        {
            await client.CreateAsync(Pod(deployment, hash), cancellationToken);
        }

        var now = time.GetUtcNow();
        var status = RolloutStatus.Of(deployment, $"{deployment.Metadata.Name}-{hash}", step, now);
        await ReportAsync(deployment, status, cancellationToken);
        return RolloutStatus.DeadlineOf(deployment, status) is { } deadline
            ? ReconcileResult.Again((deadline > now ? deadline - now : TimeSpan.Zero) + Rounding)
            : ReconcileResult.Done;
    }

    /// <inheritdoc/>
    public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Read from the server, so that no pass misses a pod that an earlier one made.</summary>
    private async Task<IReadOnlyList<V1Pod>> PodsAsync(V1Deployment deployment, CancellationToken cancellationToken)
    {
        var selector = string.Join(',', (deployment.Spec.Selector.MatchLabels ?? new Dictionary<string, string>(StringComparer.Ordinal)).Select(label => $"{label.Key}={label.Value}"));
        var pods = await client.ListAsync<V1Pod>(deployment.Metadata.Namespace, selector, cancellationToken);
        return [.. pods.Items.Where(pod => OwnerReferences.ControllerOf(pod)?.Uid == deployment.Metadata.Uid)];
    }

    private V1Pod Pod(V1Deployment deployment, string hash)
    {
        var template = deployment.Spec.Template;
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal) { [HashLabel] = hash };
        foreach (var (key, value) in template.Metadata?.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            labels[key] = value;
        }

        return new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{deployment.Metadata.Name}-{hash}-{RandomNumberGenerator.GetString(SuffixLetters, SuffixLength)}",
                Namespace = deployment.Metadata.Namespace,
                Labels = labels,
                Annotations = template.Metadata?.Annotations,
                OwnerReferences = [OwnerReferences.ToController(deployment)],
            },
            Spec = template.Spec with { NodeName = node.NodeName, RestartPolicy = "Always" },
        };
    }

    private async Task ReportAsync(V1Deployment deployment, V1DeploymentStatus status, CancellationToken cancellationToken)
    {
        var (before, after) = (JsonSerializer.SerializeToNode(deployment.Status, Json.Objects), JsonSerializer.SerializeToNode(status, Json.Objects));
        if (!JsonNode.DeepEquals(before, after))
        {
            await client.PatchStatusAsync<V1Deployment>(deployment.Metadata.Name!, deployment.Metadata.Namespace, new JsonObject { ["status"] = after }, cancellationToken);
        }
    }

    private static string HashOf(V1PodTemplateSpec template) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(template, Json.Objects)))[..HashLength];
}
