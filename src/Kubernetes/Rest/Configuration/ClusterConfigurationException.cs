namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>How to reach a cluster cannot be told; the message names the file, the entry and the field, and says what to do.</summary>
public sealed class ClusterConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
