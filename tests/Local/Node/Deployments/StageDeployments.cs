using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;
using TextOps.Local.Tests.Node.Support;

namespace TextOps.Local.Tests.Node.Deployments;

/// <summary>Deployments as a stage's are.</summary>
internal static class StageDeployments
{
    public static V1Deployment Of(V1Container container, int replicas = 2, int maxSurge = 1, int maxUnavailable = 0) => new()
    {
        Metadata = new V1ObjectMeta { Name = Stage.Name, Labels = Pods.Labels },
        Spec = new V1DeploymentSpec
        {
            Replicas = replicas,
            Selector = new V1LabelSelector { MatchLabels = Pods.Labels },
            Strategy = new V1DeploymentStrategy { Type = "RollingUpdate", RollingUpdate = new V1RollingUpdate { MaxSurge = maxSurge, MaxUnavailable = maxUnavailable } },
            ProgressDeadlineSeconds = 600,
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = Pods.Labels },
                Spec = new V1PodSpec { RestartPolicy = "Always", TerminationGracePeriodSeconds = 20, Containers = [container] },
            },
        },
    };

    /// <summary>The Deployment with another container.</summary>
    public static V1Deployment With(this V1Deployment deployment, V1Container container) => deployment with
    {
        Spec = deployment.Spec with { Template = deployment.Spec.Template with { Spec = deployment.Spec.Template.Spec with { Containers = [container] } } },
    };

    public static V1DeploymentCondition? Condition(this V1Deployment deployment, string type) =>
        deployment.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type);

    /// <summary>Whether a roll-out is over, as <c>kubectl rollout status</c> judges it.</summary>
    public static bool IsRolledOut(this V1Deployment deployment) =>
        deployment.Status is { } status && status.ObservedGeneration >= deployment.Metadata.Generation
        && (status.Replicas, status.UpdatedReplicas, status.AvailableReplicas) == (deployment.Spec.Replicas, deployment.Spec.Replicas, deployment.Spec.Replicas)
        && deployment.Condition("Progressing")?.Reason == "NewReplicaSetAvailable";
}
