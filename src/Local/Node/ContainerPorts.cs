using TextOps.Kubernetes.Core;

namespace TextOps.Local.Node;

/// <summary>Ports of a pod's container, which may be meant by their name.</summary>
internal static class ContainerPorts
{
    /// <summary>The number of a port; null where the container has none of that name.</summary>
    public static int? Find(V1Container container, IntOrString port) =>
        port.Number ?? container.Ports?.FirstOrDefault(known => known.Name == port.Text)?.ContainerPort;
}
