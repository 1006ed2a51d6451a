using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.ModelDeployments;

/// <summary>
/// How a stage's Deployment gets along with what it is to run. The pods tell: a Deployment's counts are of the generation that its controller has seen, and each change of an annotation makes
/// another one.
/// </summary>
internal sealed record StageRollout
{
    /// <summary>A container that ended so often without getting ready does not get ready.</summary>
    private const int MaxRestarts = 3;

    /// <summary>Pods wanted.</summary>
    public required int Wanted { get; init; }

    /// <summary>Pods that are ready.</summary>
    public required int Ready { get; init; }

    /// <summary>Whether all pods are of the template, ready, and no others are left.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Whether it was complete once since the template changed.</summary>
    public required bool WasComplete { get; init; }

    /// <summary>Why it will not get complete; null where it may.</summary>
    public string? Failure { get; init; }

    /// <summary>What keeps it from being complete, for people; null where nothing is known.</summary>
    public string? Trouble { get; init; }

    /// <summary>How long the Deployment may still take; null where it does not matter any more.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>Looks at the Deployment of <paramref name="stage"/>, which is as <paramref name="memory"/> says.</summary>
    public static StageRollout Of(StageSnapshot stage, StageMemory memory, DateTimeOffset now)
    {
        var status = stage.Deployment?.Status;
        var wanted = stage.Stage.Replicas;

        // Evicted pods lie around until somebody collects them; they are replaced.
        var pods = stage.Pods.Where(pod => pod.Metadata.DeletionTimestamp is null && !TaskEnd.IsOver(pod)).ToList();
        var mine = pods.Where(pod => pod.Metadata.Annotations?.GetValueOrDefault(ApiGroup.TemplateAnnotation) == memory.Template).ToList();
        var ready = mine.Count(IsReady);
        var isComplete = ready >= wanted && mine.Count == pods.Count;
        var progress = status?.Conditions?.FirstOrDefault(condition => condition.Type == V1DeploymentCondition.Progressing);
        var left = (StartOf(memory, progress, mine) ?? now) + TimeSpan.FromSeconds(stage.Stage.ProgressDeadlineSeconds) - now;
        var trouble = mine.Select(TroubleOf).FirstOrDefault(text => text is not null) ?? QuotaTrouble(status);
        var rollout = new StageRollout
        {
            Wanted = wanted,
            Ready = Math.Min(ready, wanted),
            IsComplete = isComplete,
            WasComplete = mine.Count >= wanted && mine.Count == pods.Count && progress?.Reason == V1DeploymentCondition.NewReplicaSetAvailable,
            Trouble = trouble,
            TimeLeft = !isComplete && left > TimeSpan.Zero ? left : null,
        };
        return isComplete || wanted == 0 ? rollout : rollout with { Failure = mine.Select(Refusal).FirstOrDefault(text => text is not null) ?? Overdue(stage.Stage, progress, left, trouble) };
    }

    private static bool IsReady(V1Pod pod) => ReadinessOf(pod)?.Status == "True";

    private static V1PodCondition? ReadinessOf(V1Pod pod) => pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "Ready");

    // Of a roll-out that was complete once Kubernetes counts no time any more: it counts from when the last pod ceased to be ready.
    private static DateTimeOffset? StartOf(StageMemory memory, V1DeploymentCondition? progress, List<V1Pod> pods) =>
        progress?.Reason == V1DeploymentCondition.NewReplicaSetAvailable
            ? pods.Where(pod => !IsReady(pod)).Select(pod => ReadinessOf(pod)?.LastTransitionTime ?? pod.Metadata.CreationTimestamp).Append(memory.Since).Max()
            : memory.Since;

    // A roll-out that follows one that was overdue begins with that one's condition: it counts when its own time is over.
    private static string? Overdue(Stage stage, V1DeploymentCondition? progress, TimeSpan left, string? trouble) =>
        left <= TimeSpan.Zero && progress?.Reason is (V1DeploymentCondition.ProgressDeadlineExceeded or V1DeploymentCondition.NewReplicaSetAvailable)
            ? $"no progress within stages[{stage.Name}].progressDeadlineSeconds ({stage.ProgressDeadlineSeconds}){(trouble is null ? "" : $"; {trouble}")}"
            : null;

    private static string? Refusal(V1Pod pod)
    {
        var container = pod.Status?.ContainerStatuses?.FirstOrDefault();
        if (container is null || IsReady(pod))
        {
            return null;
        }

        var end = container.State?.Terminated ?? container.LastState?.Terminated;
        return end?.ExitCode == TaskExitCodes.Refused ? $"pod {pod.Metadata.Name} refused the version: {MessageOf(end)}"
            : container.RestartCount >= MaxRestarts ? $"pod {pod.Metadata.Name} ended {container.RestartCount} times and was never ready{(end is null ? "" : $": {MessageOf(end)}")}"
            : null;
    }

    private static string? TroubleOf(V1Pod pod)
    {
        if (PodHold.Of(pod) is { } hold)
        {
            return $"pod {pod.Metadata.Name} does not start: {hold}";
        }

        var container = pod.Status?.ContainerStatuses?.FirstOrDefault();
        return container is { Ready: false } && (container.State?.Terminated ?? container.LastState?.Terminated) is { } end
            ? $"pod {pod.Metadata.Name} ended: {MessageOf(end)}"
            : null;
    }

    private static string? QuotaTrouble(V1DeploymentStatus? status) =>
        status?.Conditions?.FirstOrDefault(condition => condition is { Type: V1DeploymentCondition.ReplicaFailure, Status: "True" })?.Message;

    private static string MessageOf(V1ContainerStateTerminated end) =>
        TaskAttempt.Parse(end.Message)?.Error?.Message ?? TaskEnd.Describe(end);
}
