namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>What a user says about the cluster that is meant, as on kubectl's command line. An empty string is as good as null.</summary>
public sealed record ClusterConfigurationOptions
{
    /// <summary>Path of a kubeconfig, or several as <c>KUBECONFIG</c> lists them; null: look where kubectl looks, and in the pod.</summary>
    public string? KubeConfig { get; init; }

    /// <summary>Name of a context of the kubeconfig; null: its current one.</summary>
    public string? Context { get; init; }

    /// <summary>Replaces the namespace of the context or of the pod.</summary>
    public string? Namespace { get; init; }
}
