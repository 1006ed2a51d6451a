using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Meta;
using TextOps.Crds.Schema;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Crds.ModelDeployments;

/// <summary>What the operator saw of a ModelDeployment; nobody else writes it.</summary>
public sealed record ModelDeploymentStatus
{
    /// <summary>The generation that this status was computed from.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Ready, Reconciling, Stalled, AwaitingApproval and RolledBack.</summary>
    [MaxItems(16), MapKeys("type")]
    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    /// <summary>Pods that are ready, of those wanted, over all stages, for example <c>3/3</c>.</summary>
    [MaxLength(16)]
    public string? Ready { get; init; }

    /// <summary>What was approved or waits for it, for example <c>v000002 awaits</c>.</summary>
    [MaxLength(64)]
    public string? Approval { get; init; }

    /// <summary>Where the last stage that serves is reached.</summary>
    [MaxLength(512)]
    public string? Url { get; init; }

    /// <summary>The stages, in the order of the spec.</summary>
    [MaxItems(8), MapKeys("name")]
    public IReadOnlyList<StageStatus>? Stages { get; init; }

    /// <summary>What the registry said last.</summary>
    public RegistryStatus? Registry { get; init; }

    /// <summary>The value of annotation <c>textops.dev/retry</c> that was last acted on.</summary>
    [MaxLength(256)]
    public string? LastHandledRetry { get; init; }
}

/// <summary>What the registry said when it was last asked.</summary>
public sealed record RegistryStatus
{
    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What it was asked for and why; another value asks again.</summary>
    [MaxLength(64)]
    public required string Question { get; init; }

    /// <summary>What each reference of the stages means.</summary>
    [MaxItems(16), MapKeys("reference")]
    public IReadOnlyList<ResolvedVersion>? Versions { get; init; }
}

/// <summary>What a reference means in the registry.</summary>
public sealed record ResolvedVersion
{
    /// <summary>An alias, or a number.</summary>
    [MaxLength(63)]
    public required string Reference { get; init; }

    /// <summary>The version; absent where it means none.</summary>
    [MaxLength(16)]
    public string? Version { get; init; }

    /// <summary>Digest of its card.</summary>
    [MaxLength(80)]
    public string? Digest { get; init; }

    /// <summary>Why it means none.</summary>
    [MaxLength(1024)]
    public string? Message { get; init; }
}

/// <summary>How a stage goes.</summary>
public sealed record StageStatus
{
    /// <summary>Name of the stage.</summary>
    [MaxLength(Stage.MaxName)]
    public required string Name { get; init; }

    /// <summary>Whether it serves what it should: True, False or Unknown.</summary>
    [MaxLength(8)]
    public required string Ready { get; init; }

    /// <summary>Why, for programs: one of <see cref="StageReasons"/>.</summary>
    [MaxLength(64)]
    public required string Reason { get; init; }

    /// <summary>Why, for people.</summary>
    [MaxLength(2048)]
    public string? Message { get; init; }

    /// <summary>When <c>reason</c> last changed.</summary>
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>The version that its pods are made of, for example <c>v000003</c>.</summary>
    [MaxLength(16)]
    public string? Version { get; init; }

    /// <summary>Digest of that version's card.</summary>
    [MaxLength(80)]
    public string? Digest { get; init; }

    /// <summary>The version that it should serve, where that is another one.</summary>
    [MaxLength(16)]
    public string? Target { get; init; }

    /// <summary>Digest of the target's card.</summary>
    [MaxLength(80)]
    public string? TargetDigest { get; init; }

    /// <summary>The last version that passed its gates here: what comes back when a roll-out fails.</summary>
    [MaxLength(16)]
    public string? Stable { get; init; }

    /// <summary>Digest of the stable version's card.</summary>
    [MaxLength(80)]
    public string? StableDigest { get; init; }

    /// <summary>Pods wanted.</summary>
    public int? Replicas { get; init; }

    /// <summary>Pods that are ready.</summary>
    public int? ReadyReplicas { get; init; }

    /// <summary>The gates of the last version that was judged.</summary>
    [MaxItems(16), MapKeys("name")]
    public IReadOnlyList<GateStatus>? Gates { get; init; }

    /// <summary>Where the evidence of the stable version lies.</summary>
    [MaxLength(4096)]
    public string? Evidence { get; init; }

    /// <summary>The version that failed here last; it is not tried again until the target changes or annotation <c>textops.dev/retry</c> does.</summary>
    public RejectedVersion? Rejected { get; init; }

    /// <summary>Where the stage is reached.</summary>
    [MaxLength(512)]
    public string? Url { get; init; }
}

/// <summary>A version that failed in a stage.</summary>
public sealed record RejectedVersion
{
    /// <summary>The version.</summary>
    [MaxLength(16)]
    public required string Version { get; init; }

    /// <summary>Digest of its card.</summary>
    [MaxLength(80)]
    public required string Digest { get; init; }

    /// <summary>Why, for programs: one of <see cref="StageReasons"/>.</summary>
    [MaxLength(64)]
    public required string Reason { get; init; }

    /// <summary>Why, for people.</summary>
    [MaxLength(2048)]
    public required string Message { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Whether pods of it had been rolled out.</summary>
    public bool? Served { get; init; }

    /// <summary>What it was judged by: gates, approval and retry; another value lets it be tried again.</summary>
    [MaxLength(64)]
    public required string Judged { get; init; }
}
