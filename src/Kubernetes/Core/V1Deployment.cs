using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Core;

/// <summary>A Deployment (apps/v1): the fields we render and read.</summary>
[KubernetesEntity(Group = "apps", ApiVersion = "v1", Kind = "Deployment", PluralName = "deployments")]
public sealed record V1Deployment : IKubernetesObject
{
    /// <inheritdoc/>
    public string ApiVersion { get; init; } = "apps/v1";

    /// <inheritdoc/>
    public string Kind { get; init; } = "Deployment";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>What is to run.</summary>
    public required V1DeploymentSpec Spec { get; init; }

    /// <summary>How it goes.</summary>
    public V1DeploymentStatus? Status { get; init; }
}

/// <summary>What a Deployment runs.</summary>
public sealed record V1DeploymentSpec
{
    /// <summary>Number of pods.</summary>
    public int? Replicas { get; init; }

    /// <summary>Which pods are its.</summary>
    public required V1LabelSelector Selector { get; init; }

    /// <summary>The pod.</summary>
    public required V1PodTemplateSpec Template { get; init; }

    /// <summary>How pods of one template give way to those of the next.</summary>
    public V1DeploymentStrategy? Strategy { get; init; }

    /// <summary>A roll-out that makes no progress for so long is reported as failed, in seconds.</summary>
    public int? ProgressDeadlineSeconds { get; init; }

    /// <summary>How many old ReplicaSets are kept.</summary>
    public int? RevisionHistoryLimit { get; init; }
}

/// <summary>Labels that objects must have (metav1 LabelSelector).</summary>
public sealed record V1LabelSelector
{
    /// <summary>Labels with their values, all of them.</summary>
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }
}

/// <summary>How pods of one template give way to those of the next.</summary>
public sealed record V1DeploymentStrategy
{
    /// <summary><c>RollingUpdate</c> or <c>Recreate</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Bounds of a rolling update.</summary>
    public V1RollingUpdate? RollingUpdate { get; init; }
}

/// <summary>Bounds of a rolling update.</summary>
public sealed record V1RollingUpdate
{
    /// <summary>Pods that may be there beside the wanted number.</summary>
    public required IntOrString MaxSurge { get; init; }

    /// <summary>Pods of the wanted number that may be missing.</summary>
    public required IntOrString MaxUnavailable { get; init; }
}

/// <summary>How a Deployment goes.</summary>
public sealed record V1DeploymentStatus
{
    /// <summary>The generation that this status was computed from.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Pods, of all templates.</summary>
    public int? Replicas { get; init; }

    /// <summary>Pods of the current template.</summary>
    public int? UpdatedReplicas { get; init; }

    /// <summary>Pods that are ready.</summary>
    public int? ReadyReplicas { get; init; }

    /// <summary>Pods that are ready for long enough.</summary>
    public int? AvailableReplicas { get; init; }

    /// <summary>Pods that are missing.</summary>
    public int? UnavailableReplicas { get; init; }

    /// <summary>Available, Progressing, ReplicaFailure.</summary>
    public IReadOnlyList<V1DeploymentCondition>? Conditions { get; init; }
}

/// <summary>One observation of a Deployment.</summary>
public sealed record V1DeploymentCondition
{
    /// <summary>The condition of a roll-out; its reason <see cref="ProgressDeadlineExceeded"/> says that it failed.</summary>
    public const string Progressing = "Progressing";

    /// <summary>The condition of pods that cannot be made, for example because of a quota.</summary>
    public const string ReplicaFailure = "ReplicaFailure";

    /// <summary>Reason of <see cref="Progressing"/> where a roll-out is complete; it stays when pods fail later.</summary>
    public const string NewReplicaSetAvailable = "NewReplicaSetAvailable";

    /// <summary>Reason of <see cref="Progressing"/> where a roll-out made no progress in time.</summary>
    public const string ProgressDeadlineExceeded = "ProgressDeadlineExceeded";

    /// <summary>Available, Progressing or ReplicaFailure.</summary>
    public required string Type { get; init; }

    /// <summary>True, False or Unknown.</summary>
    public required string Status { get; init; }

    /// <summary>Why, for programs.</summary>
    public string? Reason { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Message { get; init; }

    /// <summary>When something of the condition last changed.</summary>
    public DateTimeOffset? LastUpdateTime { get; init; }

    /// <summary>When the status last changed.</summary>
    public DateTimeOffset? LastTransitionTime { get; init; }
}
