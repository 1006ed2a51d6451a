using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Core;

/// <summary>A Job (batch/v1): the fields we render and read, none newer than Kubernetes 1.20.</summary>
[KubernetesEntity(Group = "batch", ApiVersion = "v1", Kind = "Job", PluralName = "jobs")]
public sealed record V1Job : IKubernetesObject
{
    /// <summary>Label that the Job controller puts on a Job's pods: the Job's name.</summary>
    public const string NameLabel = "job-name";

    /// <inheritdoc/>
    public string ApiVersion { get; init; } = "batch/v1";

    /// <inheritdoc/>
    public string Kind { get; init; } = "Job";

    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>What is to run.</summary>
    public required V1JobSpec Spec { get; init; }

    /// <summary>How it goes.</summary>
    public V1JobStatus? Status { get; init; }
}

/// <summary>What a Job runs.</summary>
public sealed record V1JobSpec
{
    /// <summary>How often the Job itself tries again; ours never do.</summary>
    public int? BackoffLimit { get; init; }

    /// <summary>The pod.</summary>
    public required V1PodTemplateSpec Template { get; init; }
}

/// <summary>How a Job goes.</summary>
public sealed record V1JobStatus
{
    /// <summary>Complete or Failed when it is over.</summary>
    public IReadOnlyList<V1JobCondition>? Conditions { get; init; }

    /// <summary>When the Job controller saw it first.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When it completed.</summary>
    public DateTimeOffset? CompletionTime { get; init; }

    /// <summary>Pods that run.</summary>
    public int? Active { get; init; }

    /// <summary>Pods that succeeded.</summary>
    public int? Succeeded { get; init; }

    /// <summary>Pods that failed.</summary>
    public int? Failed { get; init; }
}

/// <summary>End of a Job.</summary>
public sealed record V1JobCondition
{
    /// <summary>Complete or Failed.</summary>
    public required string Type { get; init; }

    /// <summary>True, False or Unknown.</summary>
    public required string Status { get; init; }

    /// <summary>Why, for programs.</summary>
    public string? Reason { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Message { get; init; }

    /// <summary>When the status last changed.</summary>
    public DateTimeOffset? LastTransitionTime { get; init; }
}
