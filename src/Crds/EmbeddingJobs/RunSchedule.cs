using System.ComponentModel.DataAnnotations;

namespace TextOps.Crds.EmbeddingJobs;

/// <summary>Runs at fixed times (as batch/v1 CronJob).</summary>
public sealed record RunSchedule
{
    /// <summary>Five cron fields: minute, hour, day of month, month, day of week.</summary>
    [MinLength(9), MaxLength(128)]
    public required string Cron { get; init; }

    /// <summary>IANA time zone name; UTC where absent.</summary>
    [MaxLength(64)]
    public string? TimeZone { get; init; }

    /// <summary>What a time does that comes while a run is under way.</summary>
    public ConcurrencyPolicy ConcurrencyPolicy { get; init; } = ConcurrencyPolicy.Forbid;

    /// <summary>A time missed by more than this is skipped.</summary>
    [Range(1, 604_800)]
    public long? StartingDeadlineSeconds { get; init; }
}

/// <summary>What happens to a scheduled run while another is under way.</summary>
public enum ConcurrencyPolicy
{
    /// <summary>It is skipped.</summary>
    Forbid,

    /// <summary>The running one is cancelled.</summary>
    Replace,
}
