using TextOps.Kubernetes.Core;

namespace TextOps.Local.Node;

/// <summary>What a node says of a pod: all of the pod's status but what others say in it.</summary>
internal sealed record PodReport
{
    private const string Ready = "Ready";
    private const string ContainersReady = "ContainersReady";
    private const string Initialized = "Initialized";

    /// <summary>Pending, Running, Succeeded or Failed.</summary>
    public required string Phase { get; init; }

    /// <summary>Why, for programs.</summary>
    public string? Reason { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Message { get; init; }

    /// <summary>When the pod's first container started.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>The pod's address.</summary>
    public string? PodIP { get; init; }

    /// <summary>The container.</summary>
    public required V1ContainerStatus Container { get; init; }

    /// <summary>What is known of a pod that this process has not started: of an earlier one's pod that is its container's past.</summary>
    public static PodReport Of(V1Pod pod)
    {
        var container = pod.Spec.Containers[0];
        var known = pod.Status?.ContainerStatuses?.FirstOrDefault();
        return new PodReport
        {
            Phase = pod.Status?.Phase ?? "Pending",
            StartTime = pod.Status?.StartTime,
            PodIP = pod.Status?.PodIP,
            Container = new V1ContainerStatus
            {
                Name = container.Name,
                Image = container.Image ?? "",
                State = Waiting("ContainerCreating", null),
                LastState = known?.State?.Running is null ? known?.LastState : Lost(known),
                RestartCount = known?.RestartCount ?? 0,
                Started = known is null ? null : false,
            },
        };
    }

    /// <summary>A container that waits.</summary>
    public static V1ContainerState Waiting(string reason, string? message) => new() { Waiting = new V1ContainerStateWaiting { Reason = reason, Message = message } };

    /// <summary>This pod with its container in another state, in which it is not ready.</summary>
    public PodReport With(V1ContainerState state) => this with { Container = Container with { State = state, Ready = false, Started = false } };

    /// <summary>The pod's whole status; conditions that are not a node's stay as they are in <paramref name="current"/>.</summary>
    public V1PodStatus ToStatus(V1PodStatus? current, DateTimeOffset now)
    {
        V1PodCondition[] own =
        [
            new() { Type = Initialized, Status = "True", Reason = Phase == "Succeeded" ? "PodCompleted" : null },
            Readiness(Ready),
            Readiness(ContainersReady),
        ];
        var others = (current?.Conditions ?? []).Where(condition => own.All(ours => ours.Type != condition.Type));
        return new V1PodStatus
        {
            Phase = Phase,
            Reason = Reason,
            Message = Message,
            StartTime = StartTime,
            PodIP = PodIP,
            Conditions = [.. own.Select(condition => Since(condition, current, now)), .. others],
            ContainerStatuses = [Container],
        };
    }

    private V1PodCondition Readiness(string type) => Container.Ready
        ? new V1PodCondition { Type = type, Status = "True" }
        : new V1PodCondition
        {
            Type = type,
            Status = "False",
            Reason = Phase switch { "Succeeded" => "PodCompleted", "Failed" => "PodFailed", _ => "ContainersNotReady" },
            Message = Phase is "Succeeded" or "Failed" ? null : $"containers with unready status: [{Container.Name}]",
        };

    private static V1PodCondition Since(V1PodCondition condition, V1PodStatus? current, DateTimeOffset now)
    {
        var before = current?.Conditions?.FirstOrDefault(known => known.Type == condition.Type);
        return condition with { LastTransitionTime = before?.Status == condition.Status ? before.LastTransitionTime : now };
    }

    /// <summary>The end of a container that nobody saw, in the kubelet's words.</summary>
    private static V1ContainerState Lost(V1ContainerStatus known) => new()
    {
        Terminated = new V1ContainerStateTerminated
        {
            ExitCode = 137,
            Reason = "ContainerStatusUnknown",
            Message = "the process that ran the container is gone",
            StartedAt = known.State?.Running?.StartedAt,
        },
    };
}
