using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;

namespace TextOps.Local.Tests.Node.Support;

/// <summary>Pods, as they are made and as they are read.</summary>
internal static class Pods
{
    public static readonly IReadOnlyDictionary<string, string> Labels = new Dictionary<string, string> { ["app"] = "model" };

    /// <summary>A pod of the node that stays.</summary>
    public static V1Pod Staying(string name, V1Container container) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = "default", Labels = Labels },
        Spec = new V1PodSpec { NodeName = "local", RestartPolicy = "Always", TerminationGracePeriodSeconds = 5, Containers = [container] },
    };

    /// <summary>A pod of the node that stays and runs the node's script.</summary>
    public static V1Pod Staying(string name, params string[] args) =>
        Staying(name, new V1Container { Name = "runner", Image = "any", Args = args, TerminationMessagePath = "/dev/termination-log" });

    public static V1ContainerStatus Container(this V1Pod pod) => pod.Status?.ContainerStatuses?.FirstOrDefault() ?? new V1ContainerStatus { Name = "none yet" };

    public static V1PodCondition? Condition(this V1Pod pod, string type) => pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type);

    public static bool IsReady(this V1Pod pod) => pod.Condition("Ready")?.Status == "True";
}
