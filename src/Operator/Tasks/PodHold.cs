using TextOps.Kubernetes.Core;

namespace TextOps.Operator.Tasks;

/// <summary>Why a pod does not start.</summary>
/// <param name="Reason">For programs, for example ImagePullBackOff or Unschedulable.</param>
/// <param name="Message">For people.</param>
/// <param name="IsFault">The image or the configuration is wrong: waiting seldom helps. False for a pod that waits for room.</param>
/// <param name="Since">Since when the pod has a node and could run; null where it has none.</param>
public sealed record PodHold(string Reason, string? Message, bool IsFault, DateTimeOffset? Since)
{
    // Of the kubelet (pkg/kubelet/images/types.go, kuberuntime/kuberuntime_container.go).
    private static readonly string[] Faults =
        ["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError", "CreateContainerError", "RunContainerError"];

    /// <summary>What keeps <paramref name="pod"/>; null where nothing does. A container that is only being created waits too, and says no more than that.</summary>
    public static PodHold? Of(V1Pod pod)
    {
        if (pod.Status is not { Phase: "Pending" } status)
        {
            return null;
        }

        if (status.ContainerStatuses?.FirstOrDefault()?.State?.Waiting is { Reason: { } reason and not ("ContainerCreating" or "PodInitializing") } waiting)
        {
            return new PodHold(reason, waiting.Message, Faults.Contains(reason, StringComparer.Ordinal), status.StartTime ?? Scheduled(status, "True")?.LastTransitionTime);
        }

        return Scheduled(status, "False") is { Reason: { } why } scheduling ? new PodHold(why, scheduling.Message, IsFault: false, Since: null) : null;
    }

    /// <summary>Reason and message.</summary>
    public override string ToString() => string.IsNullOrEmpty(Message) ? Reason : $"{Reason}: {Message}";

    private static V1PodCondition? Scheduled(V1PodStatus status, string value) =>
        status.Conditions?.FirstOrDefault(condition => condition.Type == "PodScheduled" && condition.Status == value);
}
