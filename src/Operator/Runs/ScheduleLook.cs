using System.Globalization;
using TextOps.Crds.Runs;
using TextOps.Crds.Schedules;

namespace TextOps.Operator.Runs;

/// <summary>
/// What the schedule says at one moment. The status holds the first time that was not acted on yet; where that is no time of the expression any more, the schedule was edited,
/// and what was missed under the old one is forgotten: an edit by itself starts nothing.
/// </summary>
internal sealed record ScheduleLook
{
    // Nobody needs to know how many more there were.
    private const int MostCounted = 100;

    /// <summary>The latest time that has come and was not acted on; null where there is none.</summary>
    public DateTimeOffset? Due { get; private init; }

    /// <summary>How many times have come, <see cref="Due"/> among them; 100 stands for that many or more.</summary>
    public int Missed { get; private init; }

    /// <summary>Whether <see cref="Due"/> is longer ago than <c>startingDeadlineSeconds</c>.</summary>
    public bool IsTooLate { get; private init; }

    /// <summary>The first time that is still to come.</summary>
    public DateTimeOffset? Next { get; private init; }

    /// <summary>Looks at the schedule of a valid spec; null where there is none.</summary>
    public static ScheduleLook? At(DateTimeOffset now, RunSchedule? schedule, DateTimeOffset? notYetActedOn)
    {
        if (schedule is null)
        {
            return null;
        }

        var cron = CronExpression.Parse(schedule.Cron);
        var zone = TimeZones.Find(schedule.TimeZone)!;
        var next = cron.GetNextOccurrence(now, zone);
        if (notYetActedOn is not { } first || first > now || cron.GetNextOccurrence(first.AddTicks(-1), zone) != first)
        {
            return new ScheduleLook { Next = next };
        }

        var due = Latest(cron, zone, first, now);
        return new ScheduleLook
        {
            Due = due,
            Missed = Count(cron, zone, first, now),
            IsTooLate = schedule.StartingDeadlineSeconds is { } seconds && now - due > TimeSpan.FromSeconds(seconds),
            Next = next,
        };
    }

    /// <summary>How many times came, in words.</summary>
    public string Times => Missed switch
    {
        1 => "1 time",
        MostCounted => $"{MostCounted} or more times",
        _ => $"{Missed} times",
    };

    /// <summary>A time as triggers and messages show it: RFC 3339 in UTC.</summary>
    public static string Show(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // Looks back over windows that double, so that years of missed minutes are not walked through.
    private static DateTimeOffset Latest(CronExpression cron, TimeZoneInfo zone, DateTimeOffset first, DateTimeOffset now)
    {
        for (var window = TimeSpan.FromMinutes(1); now - window > first; window *= 2)
        {
            var latest = Walk(cron, zone, now - window, now).Select(time => (DateTimeOffset?)time).LastOrDefault();
            if (latest is { } found)
            {
                return found;
            }
        }

        return Walk(cron, zone, first, now).Prepend(first).Last();
    }

    private static int Count(CronExpression cron, TimeZoneInfo zone, DateTimeOffset first, DateTimeOffset now) =>
        Walk(cron, zone, first, now).Prepend(first).Take(MostCounted).Count();

    private static IEnumerable<DateTimeOffset> Walk(CronExpression cron, TimeZoneInfo zone, DateTimeOffset after, DateTimeOffset now)
    {
        for (var time = cron.GetNextOccurrence(after, zone); time <= now; time = cron.GetNextOccurrence(time.Value, zone))
        {
            yield return time.Value;
        }
    }
}
