using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Core;

/// <summary>An Event (v1): something that happened to an object, as <c>kubectl describe</c> shows it.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Event", PluralName = "events")]
public sealed record V1Event : IKubernetesObject
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = "v1";

    /// <inheritdoc/>
    public string Kind { get; init; } = "Event";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>What it happened to.</summary>
    public required V1ObjectReference InvolvedObject { get; init; }

    /// <summary>Normal or Warning.</summary>
    public string? Type { get; init; }

    /// <summary>What, for programs.</summary>
    public string? Reason { get; init; }

    /// <summary>What, for people; at most 1,024 characters.</summary>
    public string? Message { get; init; }

    /// <summary>Who reports.</summary>
    public V1EventSource? Source { get; init; }

    /// <summary>When it happened first.</summary>
    public DateTimeOffset? FirstTimestamp { get; init; }

    /// <summary>When it happened last.</summary>
    public DateTimeOffset? LastTimestamp { get; init; }

    /// <summary>How often.</summary>
    public int? Count { get; init; }
}

/// <summary>Names an object.</summary>
public sealed record V1ObjectReference
{
    /// <summary>Its <c>group/version</c>.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Its kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Its namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its uid.</summary>
    public string? Uid { get; init; }
}

/// <summary>Who reports an event.</summary>
public sealed record V1EventSource
{
    /// <summary>Component.</summary>
    public string? Component { get; init; }
}
