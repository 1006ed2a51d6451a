using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using TextOps.Crds.Schema;

namespace TextOps.Crds.Core;

/// <summary>How the runner's pods are made: one shape for all kinds.</summary>
public sealed record RunnerSpec
{
    /// <summary>Runner image; the operator's own default where absent. It must match the operator's allowed image prefixes.</summary>
    [MaxLength(512)]
    public string? Image { get; init; }

    /// <summary>Requests and limits of the runner's container.</summary>
    public V1ResourceRequirements? Resources { get; init; }

    /// <summary>Service account of the pods; the namespace's <c>default</c> where absent.</summary>
    [MaxLength(253)]
    public string? ServiceAccountName { get; init; }

    /// <summary>Environment of the runner; put secrets here by <c>valueFrom.secretKeyRef</c> only.</summary>
    [MaxItems(64), MapKeys("name")]
    public IReadOnlyList<V1EnvVar>? Env { get; init; }

    /// <summary>Secrets and ConfigMaps whose keys become environment variables.</summary>
    [MaxItems(16)]
    public IReadOnlyList<V1EnvFromSource>? EnvFrom { get; init; }

    /// <summary>Labels a node must have.</summary>
    [MaxItems(32), ItemMaxLength(63)]
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }

    /// <summary>Taints the pods tolerate.</summary>
    [MaxItems(32)]
    public IReadOnlyList<V1Toleration>? Tolerations { get; init; }

    /// <summary>Pod affinity as in core/v1; passed on as it is.</summary>
    [PreserveUnknownFields]
    public JsonObject? Affinity { get; init; }

    /// <summary>Runtime class of the pods.</summary>
    [MaxLength(253)]
    public string? RuntimeClassName { get; init; }

    /// <summary>Priority class of the pods.</summary>
    [MaxLength(253)]
    public string? PriorityClassName { get; init; }

    /// <summary>When the image is pulled.</summary>
    public ImagePullPolicy? ImagePullPolicy { get; init; }

    /// <summary>Secrets that hold registry credentials.</summary>
    [MaxItems(8), MapKeys("name")]
    public IReadOnlyList<V1LocalObjectReference>? ImagePullSecrets { get; init; }

    /// <summary>More labels for the pods.</summary>
    [MaxItems(32), ItemMaxLength(63)]
    public IReadOnlyDictionary<string, string>? PodLabels { get; init; }

    /// <summary>More annotations for the pods.</summary>
    [MaxItems(32), ItemMaxLength(4096)]
    public IReadOnlyDictionary<string, string>? PodAnnotations { get; init; }

    /// <summary>A claim that keeps downloaded models between pods.</summary>
    public RunnerCache? Cache { get; init; }

    /// <summary>Seconds a pod is given to end its current batch when it is stopped.</summary>
    [Range(1, 3600)]
    public int TerminationGracePeriodSeconds { get; init; } = 30;
}

/// <summary>Where downloaded models are kept between pods.</summary>
public sealed record RunnerCache
{
    /// <summary>A PersistentVolumeClaim in the object's namespace.</summary>
    [MaxLength(253)]
    public required string ClaimName { get; init; }
}

/// <summary>When the kubelet pulls an image (core/v1 PullPolicy).</summary>
public enum ImagePullPolicy
{
    /// <summary>Only if it is not on the node.</summary>
    IfNotPresent,

    /// <summary>At every start.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}
