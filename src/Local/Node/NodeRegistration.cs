using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Local.Node;

/// <summary>Makes a process node known to a cluster, so that its scheduler binds pods to it, and takes it back.</summary>
internal sealed class NodeRegistration(IKubernetesClient client, string name, TimeProvider time)
{
    private const int MaxPods = 1000;

    /// <summary>Creates the Node, or takes over the one of an earlier process, and reports it ready.</summary>
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        try
        {
            var labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["kubernetes.io/hostname"] = name, ["kubernetes.io/os"] = "linux" };
            await client.CreateAsync(new V1Node { Metadata = new V1ObjectMeta { Name = name, Labels = labels } }, cancellationToken);
        }
        catch (KubernetesException problem) when (problem.IsAlreadyExists)
        {
            // An earlier process was ended before it could take it back.
        }

        var now = time.GetUtcNow();
        var capacity = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cpu"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
            ["memory"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes.ToString(CultureInfo.InvariantCulture),
            ["pods"] = MaxPods.ToString(CultureInfo.InvariantCulture),
        };
        var status = new V1NodeStatus
        {
            Capacity = capacity,
            Allocatable = capacity,
            Conditions =
            [
                new V1NodeCondition { Type = "Ready", Status = "True", Reason = "ProcessNodeReady", Message = "runs pods as processes", LastHeartbeatTime = now, LastTransitionTime = now },
            ],
        };
        await client.PatchStatusAsync<V1Node>(name, null, new JsonObject { ["status"] = JsonSerializer.SerializeToNode(status, Json.Objects) }, cancellationToken);

        // The API server marks new nodes as not ready, and it takes a controller that we may not have to take the mark away.
        await client.PatchAsync<V1Node>(name, null, new JsonObject { ["spec"] = new JsonObject { ["taints"] = null } }, cancellationToken);
    }

    /// <summary>Deletes the Node, so that no more pods are bound to it.</summary>
    public Task UnregisterAsync(CancellationToken cancellationToken) => client.DeleteAsync<V1Node>(name, null, options: null, cancellationToken);
}
