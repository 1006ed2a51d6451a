using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Core;

/// <summary>A Service (v1): the fields we render and read.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Service", PluralName = "services")]
public sealed record V1Service : IKubernetesObject
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = "v1";

    /// <inheritdoc/>
    public string Kind { get; init; } = "Service";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>Which pods are reached, and by which ports.</summary>
    public required V1ServiceSpec Spec { get; init; }
}

/// <summary>Which pods a Service reaches, and by which ports.</summary>
public sealed record V1ServiceSpec
{
    /// <summary>Labels of the pods.</summary>
    public IReadOnlyDictionary<string, string>? Selector { get; init; }

    /// <summary>Ports.</summary>
    public IReadOnlyList<V1ServicePort>? Ports { get; init; }
}

/// <summary>A port of a Service.</summary>
public sealed record V1ServicePort
{
    /// <summary>Name.</summary>
    public string? Name { get; init; }

    /// <summary>Number on the Service.</summary>
    public required int Port { get; init; }

    /// <summary>Number or name on the pods.</summary>
    public IntOrString? TargetPort { get; init; }

    /// <summary>TCP, UDP or SCTP; TCP where absent, but needed to apply a Service: up to Kubernetes 1.20 it is a key without a default.</summary>
    public string? Protocol { get; init; }
}
