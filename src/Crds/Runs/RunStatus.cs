using System.ComponentModel.DataAnnotations;

namespace TextOps.Crds.Runs;

/// <summary>One run: a run hash and what triggered it.</summary>
public sealed record RunStatus
{
    /// <summary>Identity of the run: 16 hex digits of SHA-256 over hash and trigger.</summary>
    [MaxLength(16)]
    public required string Id { get; init; }

    /// <summary>Run hash: SHA-256 of the canonical JSON of the run-defining fields.</summary>
    [MaxLength(64)]
    public required string Hash { get; init; }

    /// <summary><c>spec</c>, <c>rerun:&lt;value&gt;</c>, <c>schedule:&lt;time&gt;</c> or <c>dataset:&lt;version&gt;</c>.</summary>
    [MaxLength(320)]
    public required string Trigger { get; init; }

    /// <summary>Runner image that was the operator's default when the run started; an upgrade of the operator does not change a run under way.</summary>
    [MaxLength(512)]
    public string? Image { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>When it went on after a suspension or an invalid spec; <c>activeDeadlineSeconds</c> counts from then.</summary>
    public DateTimeOffset? ResumeTime { get; init; }

    /// <summary>When it ended; absent while it is under way.</summary>
    public DateTimeOffset? CompletionTime { get; init; }

    /// <summary>How it ended: Committed, UpToDate, Superseded, or the reason of Stalled.</summary>
    [MaxLength(64)]
    public string? Result { get; init; }

    /// <summary>What a person should know of the end.</summary>
    [MaxLength(1024)]
    public string? Message { get; init; }

    /// <summary>The version it made or found current.</summary>
    [MaxLength(16)]
    public string? Version { get; init; }

    /// <summary>The version of the dataset that the run reads, where it follows another object's.</summary>
    [MaxLength(16)]
    public string? Input { get; init; }
}
