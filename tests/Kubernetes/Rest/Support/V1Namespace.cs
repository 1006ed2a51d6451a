using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Tests.Rest.Support;

/// <summary>A namespace (v1): an object that lies in none.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Namespace", PluralName = "namespaces")]
public sealed record V1Namespace : IKubernetesObject
{
    public string ApiVersion { get; init; } = "v1";

    public string Kind { get; init; } = "Namespace";

    public V1ObjectMeta Metadata { get; init; } = new();
}
