using System.ComponentModel.DataAnnotations;

namespace TextOps.Crds.Meta;

/// <summary>One observation of an object's state (metav1.Condition; kstatus-compatible).</summary>
public sealed record V1Condition
{
    /// <summary>What is observed, in CamelCase.</summary>
    [MaxLength(316)]
    public required string Type { get; init; }

    /// <summary>True, False or Unknown.</summary>
    public required ConditionStatus Status { get; init; }

    /// <summary>The generation of the spec that this was computed from.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>When the status last changed (RFC 3339).</summary>
    public required DateTimeOffset LastTransitionTime { get; init; }

    /// <summary>Why, in CamelCase, for programs.</summary>
    [MaxLength(1024)]
    public required string Reason { get; init; }

    /// <summary>Why, in words, for people.</summary>
    [MaxLength(32768)]
    public required string Message { get; init; }
}

/// <summary>Whether a condition holds.</summary>
public enum ConditionStatus
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>It holds.</summary>
    True,

    /// <summary>It does not.</summary>
    False,
}
