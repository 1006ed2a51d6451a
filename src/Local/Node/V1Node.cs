using TextOps.Crds.Meta;

namespace TextOps.Local.Node;

/// <summary>A Node (v1): the fields that a kubelet reports and a scheduler needs.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Node", PluralName = "nodes")]
internal sealed record V1Node : IKubernetesObject
{
    public string ApiVersion { get; init; } = "v1";

    public string Kind { get; init; } = "Node";

    public V1ObjectMeta Metadata { get; init; } = new();

    public V1NodeStatus? Status { get; init; }
}

/// <summary>What a node reports.</summary>
internal sealed record V1NodeStatus
{
    /// <summary>What there is, by resource, as quantities.</summary>
    public IReadOnlyDictionary<string, string>? Capacity { get; init; }

    /// <summary>What pods may have of it.</summary>
    public IReadOnlyDictionary<string, string>? Allocatable { get; init; }

    /// <summary>Ready and others.</summary>
    public IReadOnlyList<V1NodeCondition>? Conditions { get; init; }
}

/// <summary>A condition of a node.</summary>
internal sealed record V1NodeCondition
{
    public required string Type { get; init; }

    public required string Status { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? LastHeartbeatTime { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }
}
