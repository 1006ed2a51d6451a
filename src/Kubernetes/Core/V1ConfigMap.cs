using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Core;

/// <summary>A ConfigMap (v1).</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "ConfigMap", PluralName = "configmaps")]
public sealed record V1ConfigMap : IKubernetesObject
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = "v1";

    /// <inheritdoc/>
    public string Kind { get; init; } = "ConfigMap";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>Keys and their texts.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }

    /// <summary>Whether data can no longer change.</summary>
    public bool? Immutable { get; init; }
}
