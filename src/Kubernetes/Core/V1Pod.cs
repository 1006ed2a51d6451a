using System.Text.Json.Nodes;
using TextOps.Crds.Core;
using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Core;

/// <summary>A Pod (v1): the fields we render and read.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Pod", PluralName = "pods")]
public sealed record V1Pod : IKubernetesObject
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = "v1";

    /// <inheritdoc/>
    public string Kind { get; init; } = "Pod";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>What runs in it.</summary>
    public required V1PodSpec Spec { get; init; }

    /// <summary>How it goes.</summary>
    public V1PodStatus? Status { get; init; }
}

/// <summary>The pod that a Job makes.</summary>
public sealed record V1PodTemplateSpec
{
    /// <summary>Labels and annotations.</summary>
    public V1ObjectMeta? Metadata { get; init; }

    /// <summary>What runs in it.</summary>
    public required V1PodSpec Spec { get; init; }
}

/// <summary>What runs in a pod.</summary>
public sealed record V1PodSpec
{
    /// <summary>Containers; ours have one.</summary>
    public required IReadOnlyList<V1Container> Containers { get; init; }

    /// <summary>Never, for Jobs of ours; Always, for Deployments.</summary>
    public string? RestartPolicy { get; init; }

    /// <summary>Volumes.</summary>
    public IReadOnlyList<V1Volume>? Volumes { get; init; }

    /// <summary>Node that runs it.</summary>
    public string? NodeName { get; init; }

    /// <summary>Service account.</summary>
    public string? ServiceAccountName { get; init; }

    /// <summary>Whether its token is mounted.</summary>
    public bool? AutomountServiceAccountToken { get; init; }

    /// <summary>Grace for the process to end.</summary>
    public long? TerminationGracePeriodSeconds { get; init; }

    /// <summary>Labels a node must have.</summary>
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }

    /// <summary>Taints that are tolerated.</summary>
    public IReadOnlyList<V1Toleration>? Tolerations { get; init; }

    /// <summary>Affinity, as it was given.</summary>
    public JsonObject? Affinity { get; init; }

    /// <summary>Runtime class.</summary>
    public string? RuntimeClassName { get; init; }

    /// <summary>Priority class.</summary>
    public string? PriorityClassName { get; init; }

    /// <summary>Secrets with registry credentials.</summary>
    public IReadOnlyList<V1LocalObjectReference>? ImagePullSecrets { get; init; }

    /// <summary>User, group and seccomp profile.</summary>
    public V1PodSecurityContext? SecurityContext { get; init; }
}

/// <summary>One container.</summary>
public sealed record V1Container
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Image.</summary>
    public string? Image { get; init; }

    /// <summary>When the image is pulled.</summary>
    public string? ImagePullPolicy { get; init; }

    /// <summary>Arguments of the image's entry point.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Environment.</summary>
    public IReadOnlyList<V1EnvVar>? Env { get; init; }

    /// <summary>Environment from Secrets and ConfigMaps.</summary>
    public IReadOnlyList<V1EnvFromSource>? EnvFrom { get; init; }

    /// <summary>Ports.</summary>
    public IReadOnlyList<V1ContainerPort>? Ports { get; init; }

    /// <summary>Whether it has started; the other probes begin then.</summary>
    public V1Probe? StartupProbe { get; init; }

    /// <summary>Whether Services send it requests.</summary>
    public V1Probe? ReadinessProbe { get; init; }

    /// <summary>Whether it is left running.</summary>
    public V1Probe? LivenessProbe { get; init; }

    /// <summary>Requests and limits.</summary>
    public V1ResourceRequirements? Resources { get; init; }

    /// <summary>Where volumes appear.</summary>
    public IReadOnlyList<V1VolumeMount>? VolumeMounts { get; init; }

    /// <summary>File whose content becomes the termination message.</summary>
    public string? TerminationMessagePath { get; init; }

    /// <summary><c>File</c> or <c>FallbackToLogsOnError</c>.</summary>
    public string? TerminationMessagePolicy { get; init; }

    /// <summary>Privileges.</summary>
    public V1SecurityContext? SecurityContext { get; init; }
}

/// <summary>A port of a container.</summary>
public sealed record V1ContainerPort
{
    /// <summary>Name.</summary>
    public string? Name { get; init; }

    /// <summary>Number.</summary>
    public required int ContainerPort { get; init; }

    /// <summary>TCP, UDP or SCTP; TCP where absent. Server-side apply tells ports apart by it.</summary>
    public string? Protocol { get; init; }
}

/// <summary>Where a volume appears in a container.</summary>
public sealed record V1VolumeMount
{
    /// <summary>The volume.</summary>
    public required string Name { get; init; }

    /// <summary>Folder in the container.</summary>
    public required string MountPath { get; init; }

    /// <summary>Whether it cannot be written.</summary>
    public bool? ReadOnly { get; init; }
}

/// <summary>A volume of a pod; exactly one source is set.</summary>
public sealed record V1Volume
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Keys of a ConfigMap as files.</summary>
    public V1ConfigMapVolumeSource? ConfigMap { get; init; }

    /// <summary>Scratch space that goes with the pod.</summary>
    public V1EmptyDirVolumeSource? EmptyDir { get; init; }

    /// <summary>A claim.</summary>
    public V1PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; init; }
}

/// <summary>Keys of a ConfigMap as files.</summary>
public sealed record V1ConfigMapVolumeSource
{
    /// <summary>The ConfigMap.</summary>
    public required string Name { get; init; }
}

/// <summary>Scratch space.</summary>
public sealed record V1EmptyDirVolumeSource
{
    /// <summary>Its largest size, a quantity.</summary>
    public string? SizeLimit { get; init; }
}

/// <summary>A claim in the pod's namespace.</summary>
public sealed record V1PersistentVolumeClaimVolumeSource
{
    /// <summary>Its name.</summary>
    public required string ClaimName { get; init; }
}

/// <summary>Security of all containers of a pod.</summary>
public sealed record V1PodSecurityContext
{
    /// <summary>Whether root is refused.</summary>
    public bool? RunAsNonRoot { get; init; }

    /// <summary>Group of mounted volumes.</summary>
    public long? FsGroup { get; init; }

    /// <summary>System call filter.</summary>
    public V1SeccompProfile? SeccompProfile { get; init; }
}

/// <summary>Security of one container.</summary>
public sealed record V1SecurityContext
{
    /// <summary>Whether a child may have more privileges.</summary>
    public bool? AllowPrivilegeEscalation { get; init; }

    /// <summary>Whether the root file system cannot be written.</summary>
    public bool? ReadOnlyRootFilesystem { get; init; }

    /// <summary>Linux capabilities.</summary>
    public V1Capabilities? Capabilities { get; init; }
}

/// <summary>Linux capabilities.</summary>
public sealed record V1Capabilities
{
    /// <summary>Those taken away.</summary>
    public IReadOnlyList<string>? Drop { get; init; }
}

/// <summary>System call filter.</summary>
public sealed record V1SeccompProfile
{
    /// <summary>RuntimeDefault, Localhost or Unconfined.</summary>
    public required string Type { get; init; }
}

/// <summary>How a pod goes.</summary>
public sealed record V1PodStatus
{
    /// <summary>Pending, Running, Succeeded, Failed or Unknown.</summary>
    public string? Phase { get; init; }

    /// <summary>Why, for programs, for example Evicted.</summary>
    public string? Reason { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Message { get; init; }

    /// <summary>Scheduled, ready, disrupted: what is known of it.</summary>
    public IReadOnlyList<V1PodCondition>? Conditions { get; init; }

    /// <summary>Its address.</summary>
    public string? PodIP { get; init; }

    /// <summary>When the node accepted it.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Its containers.</summary>
    public IReadOnlyList<V1ContainerStatus>? ContainerStatuses { get; init; }
}

/// <summary>One observation of a pod.</summary>
public sealed record V1PodCondition
{
    /// <summary>PodScheduled, Ready, DisruptionTarget, …</summary>
    public required string Type { get; init; }

    /// <summary>True, False or Unknown.</summary>
    public required string Status { get; init; }

    /// <summary>Why, for programs, for example Unschedulable.</summary>
    public string? Reason { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Message { get; init; }

    /// <summary>When the status last changed.</summary>
    public DateTimeOffset? LastTransitionTime { get; init; }
}

/// <summary>How a container goes.</summary>
public sealed record V1ContainerStatus
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Waiting, running or terminated.</summary>
    public V1ContainerState? State { get; init; }

    /// <summary>How it ended before it was started again.</summary>
    public V1ContainerState? LastState { get; init; }

    /// <summary>Whether its startup probe passed.</summary>
    public bool? Started { get; init; }

    /// <summary>Required by the API; whether it passes its probes.</summary>
    public bool Ready { get; init; }

    /// <summary>Required by the API.</summary>
    public int RestartCount { get; init; }

    /// <summary>Required by the API.</summary>
    public string Image { get; init; } = "";

    /// <summary>Required by the API.</summary>
    public string ImageID { get; init; } = "";
}

/// <summary>State of a container; one field is set.</summary>
public sealed record V1ContainerState
{
    /// <summary>It has not started.</summary>
    public V1ContainerStateWaiting? Waiting { get; init; }

    /// <summary>It runs.</summary>
    public V1ContainerStateRunning? Running { get; init; }

    /// <summary>It ended.</summary>
    public V1ContainerStateTerminated? Terminated { get; init; }
}

/// <summary>Why a container waits.</summary>
public sealed record V1ContainerStateWaiting
{
    /// <summary>For example ImagePullBackOff.</summary>
    public string? Reason { get; init; }

    /// <summary>In words.</summary>
    public string? Message { get; init; }
}

/// <summary>Since when a container runs.</summary>
public sealed record V1ContainerStateRunning
{
    /// <summary>Since then.</summary>
    public DateTimeOffset? StartedAt { get; init; }
}

/// <summary>How a container ended.</summary>
public sealed record V1ContainerStateTerminated
{
    /// <summary>Exit code; 128 + n where signal n ended it.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Signal that ended it.</summary>
    public int? Signal { get; init; }

    /// <summary>Completed, Error, OOMKilled, …</summary>
    public string? Reason { get; init; }

    /// <summary>The termination message.</summary>
    public string? Message { get; init; }

    /// <summary>When it started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
