using System.Collections.Frozen;

namespace TextOps.Crds.Schedules;

/// <summary>
/// Times that come again and again: five fields, minute, hour, day of month, month and day of week (crontab(5)), or a macro such as <c>@daily</c>. Where both day fields
/// are restricted, either one is enough; a field that starts with <c>*</c> is not restricted. The members are shaped like those of the library Cronos, and so
/// is what happens where clocks change: a time that is skipped comes right after the gap, once; a time that comes twice counts the first time only, unless minute or
/// hour has a star, a range or a step.
/// </summary>
public sealed class CronExpression
{
    /// <summary>Local times of a day lie within this of the same times in UTC (offsets go from -12 to +14 hours).</summary>
    private static readonly TimeSpan WidestOffset = TimeSpan.FromHours(15);

    /// <summary>Weekday and 29 February meet again within 40 years, and no combination takes longer.</summary>
    private const int LongestWaitYears = 41;

    /// <summary>Near the last day that can be written, so that no sum over it is needed.</summary>
    private static readonly DateOnly EndOfCalendar = new(9999, 12, 1);

    private static readonly FrozenDictionary<string, string> Macros = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["@hourly"] = "0 * * * *",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@weekly"] = "0 0 * * 0",
        ["@monthly"] = "0 0 1 * *",
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private readonly CronField minute;
    private readonly CronField hour;
    private readonly CronField dayOfMonth;
    private readonly CronField month;
    private readonly CronField dayOfWeek;

    private CronExpression(IReadOnlyList<(string Text, int Position)> fields)
    {
        minute = CronField.Parse(CronFieldKind.Minute, fields[0].Text, fields[0].Position);
        hour = CronField.Parse(CronFieldKind.Hour, fields[1].Text, fields[1].Position);
        dayOfMonth = CronField.Parse(CronFieldKind.DayOfMonth, fields[2].Text, fields[2].Position);
        month = CronField.Parse(CronFieldKind.Month, fields[3].Text, fields[3].Position);
        dayOfWeek = CronField.Parse(CronFieldKind.DayOfWeek, fields[4].Text, fields[4].Position);
    }

    private bool IsInterval => minute.IsInterval || hour.IsInterval;

    private bool AnyDayField => dayOfMonth.StartsWithStar || dayOfWeek.StartsWithStar;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="CronFormatException">It cannot be read, or none of its times ever comes.</exception>
    public static CronExpression Parse(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var text = Macros.GetValueOrDefault(expression, expression);
        if (text.StartsWith('@'))
        {
            throw new CronFormatException($"the macro {expression} is not known; there are {string.Join(", ", Macros.Keys.Order(StringComparer.Ordinal))}");
        }

        var fields = Split(text);
        if (fields.Count > 0 && (fields[0].Text.StartsWith("TZ=", StringComparison.Ordinal) || fields[0].Text.StartsWith("CRON_TZ=", StringComparison.Ordinal)))
        {
            throw new CronFormatException($"{fields[0].Text} has no place in the expression; put the time zone into the field timeZone");
        }

        if (fields.Count != 5)
        {
            throw new CronFormatException($"five fields are needed (minute, hour, day of month, month, day of week), there {(fields.Count == 1 ? "is" : "are")} {fields.Count}");
        }

        var cron = new CronExpression(fields);
        return cron.EverComes()
            ? cron
            : throw new CronFormatException($"day of month (field 3 of 5), position {fields[2].Position}: no month of \"{fields[3].Text}\" has a day \"{fields[2].Text}\", so the time never comes");
    }

    /// <summary>What is wrong with <paramref name="expression"/>; null where nothing is.</summary>
    public static string? ProblemOf(string expression)
    {
        try
        {
            Parse(expression);
            return null;
        }
        catch (CronFormatException problem)
        {
            return problem.Message;
        }
    }

    /// <summary>The first time after <paramref name="from"/>, by the clocks of <paramref name="zone"/>; null past the end of the calendar.</summary>
    public DateTimeOffset? GetNextOccurrence(DateTimeOffset from, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(from, zone).DateTime);
        var last = today < EndOfCalendar.AddYears(-LongestWaitYears) ? today.AddYears(LongestWaitYears) : EndOfCalendar;
        for (var day = today; day < last; day = Following(day))
        {
            if (Matches(day) && NextOn(day, from, zone) is { } next)
            {
                // Where clocks go back over midnight, an early time of the next day comes before a late one of this day comes again.
                return Matches(day.AddDays(1)) && NextOn(day.AddDays(1), from, zone) is { } other && other < next ? other : next;
            }
        }

        return null;
    }

    private static List<(string Text, int Position)> Split(string text)
    {
        var fields = new List<(string, int)>();
        for (var start = 0; start < text.Length; start++)
        {
            if (text[start] is ' ' or '\t')
            {
                continue;
            }

            var end = text.AsSpan(start).IndexOfAny(' ', '\t') is var length and >= 0 ? start + length : text.Length;
            fields.Add((text[start..end], start + 1));
            start = end;
        }

        return fields;
    }

    private bool EverComes() =>
        !AnyDayField || Enumerable.Range(1, 12).Any(candidate => month.Has(candidate) && dayOfMonth.Next(1) <= DateTime.DaysInMonth(2024, candidate));

    private DateOnly Following(DateOnly day) => month.Has(day.Month) ? day.AddDays(1) : new DateOnly(day.Year, day.Month, 1).AddMonths(1);

    private bool Matches(DateOnly day)
    {
        if (!month.Has(day.Month))
        {
            return false;
        }

        var byMonth = dayOfMonth.Has(day.Day);
        var byWeek = dayOfWeek.Has((int)day.DayOfWeek);
        return AnyDayField ? byMonth && byWeek : byMonth || byWeek;
    }

    /// <summary>The first time after <paramref name="from"/> among the local times of <paramref name="day"/>.</summary>
    private DateTimeOffset? NextOn(DateOnly day, DateTimeOffset from, TimeZoneInfo zone)
    {
        var midnight = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var offset = zone.GetUtcOffset(midnight - WidestOffset);
        if (offset == zone.GetUtcOffset(midnight.AddDays(1) + WidestOffset))
        {
            var elapsed = from - (midnight - offset);
            var first = elapsed < TimeSpan.Zero ? 0 : elapsed.Ticks / TimeSpan.TicksPerMinute + 1;
            return MinutesOfDay((int)Math.Min(first, 24 * 60)).Select(time => (DateTimeOffset?)(midnight - offset).AddMinutes(time)).FirstOrDefault();
        }

        return MinutesOfDay(0).SelectMany(time => Instants(midnight.AddMinutes(time).DateTime, zone)).Where(instant => instant > from).Order().Select(instant => (DateTimeOffset?)instant).FirstOrDefault();
    }

    private IEnumerable<int> MinutesOfDay(int from)
    {
        for (var h = hour.Next(from / 60); h < 24; h = hour.Next(h + 1))
        {
            for (var m = minute.Next(h == from / 60 ? from % 60 : 0); m < 60; m = minute.Next(m + 1))
            {
                yield return (h * 60) + m;
            }
        }
    }

    /// <summary>When clocks show <paramref name="local"/> on a day on which they change: once, twice, or never, which is made up for at the end of the gap.</summary>
    private IEnumerable<DateTimeOffset> Instants(DateTime local, TimeZoneInfo zone)
    {
        var asUtc = new DateTimeOffset(local, TimeSpan.Zero);
        var before = zone.GetUtcOffset(asUtc - WidestOffset);
        var after = zone.GetUtcOffset(asUtc + WidestOffset);
        var early = asUtc - before;
        var late = asUtc - after;
        var isEarly = zone.GetUtcOffset(early) == before;
        var isLate = zone.GetUtcOffset(late) == after && late != early;
        if (isEarly)
        {
            yield return early;
        }

        if (isLate && (IsInterval || !isEarly))
        {
            yield return late;
        }

        if (!isEarly && !isLate)
        {
            yield return Change(asUtc - WidestOffset, asUtc + WidestOffset, after, zone);
        }
    }

    /// <summary>The minute between the two from which on <paramref name="after"/> is the offset.</summary>
    private static DateTimeOffset Change(DateTimeOffset from, DateTimeOffset to, TimeSpan after, TimeZoneInfo zone)
    {
        var minutes = (int)(to - from).TotalMinutes;
        var low = 0;
        while (minutes - low > 1)
        {
            var middle = (low + minutes) / 2;
            (low, minutes) = zone.GetUtcOffset(from.AddMinutes(middle)) == after ? (low, middle) : (middle, minutes);
        }

        return from.AddMinutes(minutes);
    }
}
