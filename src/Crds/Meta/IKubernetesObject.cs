namespace TextOps.Crds.Meta;

/// <summary>Anything that lives in a cluster: a type with identity and metadata.</summary>
public interface IKubernetesObject
{
    /// <summary><c>group/version</c>.</summary>
    string ApiVersion { get; init; }

    /// <summary>Kind in CamelCase.</summary>
    string Kind { get; init; }

    /// <summary>Name, namespace, labels and what the server keeps of the object.</summary>
    V1ObjectMeta Metadata { get; init; }
}
