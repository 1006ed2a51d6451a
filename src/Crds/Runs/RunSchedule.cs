using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Schedules;
using TextOps.Crds.Validation;

namespace TextOps.Crds.Runs;

/// <summary>Runs at fixed times (as batch/v1 CronJob).</summary>
public sealed record RunSchedule
{
    /// <summary>Five cron fields (minute, hour, day of month, month, day of week), or @hourly, @daily, @weekly, @monthly, @yearly.</summary>
    [MinLength(6), MaxLength(128)]
    public required string Cron { get; init; }

    /// <summary>IANA time zone name; UTC where absent.</summary>
    [MaxLength(64)]
    public string? TimeZone { get; init; }

    /// <summary>What a time does that comes while a run is under way.</summary>
    public ConcurrencyPolicy ConcurrencyPolicy { get; init; } = ConcurrencyPolicy.Forbid;

    /// <summary>A time missed by more than this is skipped; of several missed times only the latest is run.</summary>
    [Range(1, 604_800)]
    public long? StartingDeadlineSeconds { get; init; }

    /// <summary>What no API server can judge: expressions and zone names are read by the operator, and by <c>textops validate</c>.</summary>
    public static IReadOnlyList<Rule<RunSchedule>> Rules { get; } =
    [
        new(Cel: null, schedule => CronExpression.ProblemOf(schedule.Cron) is null,
            "cron must be five fields that can be read and that a day meets",
            (schedule, at) => $"{at}cron ({schedule.Cron}) cannot be used: {CronExpression.ProblemOf(schedule.Cron)}"),
        new(Cel: null, schedule => TimeZones.Find(schedule.TimeZone) is not null,
            "timeZone must be an IANA time zone name",
            (schedule, at) => $"{at}timeZone ({schedule.TimeZone}) cannot be used: {TimeZones.ProblemOf(schedule.TimeZone)}"),
    ];
}

/// <summary>What happens to a scheduled run while another is under way.</summary>
public enum ConcurrencyPolicy
{
    /// <summary>It is skipped.</summary>
    Forbid,

    /// <summary>The running one is cancelled.</summary>
    Replace,
}
