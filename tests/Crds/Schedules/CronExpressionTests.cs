using System.Globalization;
using TextOps.Crds.Schedules;

namespace TextOps.Crds.Tests.Schedules;

public sealed class CronExpressionTests
{
    [Theory]
    [InlineData("every minute", "* * * * *", "2026-03-01T12:00:30Z", "2026-03-01T12:01:00Z")]
    [InlineData("strictly after", "0 12 * * *", "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z")]
    [InlineData("a list and a range with step", "5,10-30/10 8 * * *", "2026-03-01T08:05:00Z", "2026-03-01T08:10:00Z")]
    [InlineData("a value with step goes on to the end", "50/5 * * * *", "2026-03-01T08:50:00Z", "2026-03-01T08:55:00Z")]
    [InlineData("names in any case", "0 0 1 jan,Jul *", "2026-03-01T00:00:00Z", "2026-07-01T00:00:00Z")]
    [InlineData("seven is Sunday", "0 0 * * 7", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("a range that ends on Sunday by name", "0 0 * * SAT-SUN", "2026-03-07T00:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("either day field is enough where both are restricted", "0 0 13 * FRI", "2026-03-06T00:00:00Z", "2026-03-13T00:00:00Z")]
    [InlineData("either day field: the other one", "0 0 14 * FRI", "2026-03-13T00:00:00Z", "2026-03-14T00:00:00Z")]
    [InlineData("a day field that starts with a star does not restrict", "0 0 */2 * MON", "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z")]
    [InlineData("a question mark is any day", "0 0 ? * WED", "2026-03-02T00:00:00Z", "2026-03-04T00:00:00Z")]
    [InlineData("leap day over the century", "0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("tabs and more blanks", " 0\t 0  1 * * ", "2026-03-02T00:00:00Z", "2026-04-01T00:00:00Z")]
    [InlineData("hourly", "@hourly", "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z")]
    [InlineData("daily", "@Daily", "2026-03-01T12:00:00Z", "2026-03-02T00:00:00Z")]
    [InlineData("weekly", "@weekly", "2026-03-01T12:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("monthly", "@monthly", "2026-03-01T12:00:00Z", "2026-04-01T00:00:00Z")]
    [InlineData("yearly", "@yearly", "2026-03-01T12:00:00Z", "2027-01-01T00:00:00Z")]
    public void The_next_time_follows_from_the_fields(string narrative, string cron, string from, string next) =>
        Assert.True(Time(next) == CronExpression.Parse(cron).GetNextOccurrence(Time(from), TimeZoneInfo.Utc), narrative);

    [Theory]
    [InlineData("a time in the gap comes right after it", "Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("and so does one of every hour, once with the one that is there", "Europe/Berlin", "0 * * * *", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z")]
    [InlineData("a time in the overlap comes once", "Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    [InlineData("every hour comes twice in the overlap", "Europe/Berlin", "30 * * * *", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")]
    [InlineData("half an hour of daylight saving", "Australia/Lord_Howe", "15 2 * * *", "2026-10-03T12:00:00Z", "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z")]
    [InlineData("clocks go back over midnight", "America/Sao_Paulo", "30 23 * * *", "2018-02-17T12:00:00Z", "2018-02-18T01:30:00Z", "2018-02-19T02:30:00Z")]
    [InlineData("midnight is in the gap", "America/Sao_Paulo", "0 0 * * *", "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z")]
    [InlineData("a whole day is skipped at the date line", "Pacific/Apia", "0 12 30 12 *", "2011-12-01T00:00:00Z", "2011-12-30T10:00:00Z", "2012-12-29T22:00:00Z")]
    public void Clock_changes_neither_lose_nor_double_a_time(string narrative, string zone, string cron, string from, string first, string second)
    {
        var expression = CronExpression.Parse(cron);
        var berlin = TimeZones.Find(zone)!;

        var next = expression.GetNextOccurrence(Time(from), berlin);
        Assert.True(Time(first) == next, $"{narrative}: {next:O}");
        next = expression.GetNextOccurrence(next.Value, berlin);
        Assert.True(Time(second) == next, $"{narrative}: {next:O}");
    }

    [Theory]
    [InlineData("60 * * * *", "minute (field 1 of 5), position 1: \"60\" cannot be read: expected a number from 0 to 59")]
    [InlineData("0 24 * * *", "hour (field 2 of 5), position 3: \"24\" cannot be read: expected a number from 0 to 23")]
    [InlineData("0  0 1,32 * *", "day of month (field 3 of 5), position 8: \"32\" cannot be read: expected a number from 1 to 31")]
    [InlineData("0 0 1 13 *", "month (field 4 of 5), position 7: \"13\" cannot be read: expected a number from 1 to 12 or JAN to DEC")]
    [InlineData("0 0 * * MON-FUN", "day of week (field 5 of 5), position 13: \"FUN\" cannot be read: expected a number from 0 to 7 or SUN to SAT")]
    [InlineData("0 22-1 * * *", "hour (field 2 of 5), position 3: \"22-1\" cannot be read: the range runs backwards; write 22-23,0-1")]
    [InlineData("*/0 * * * *", "minute (field 1 of 5), position 3: \"0\" cannot be read: a step is a number from 1 to 59")]
    [InlineData("5,, * * * *", "minute (field 1 of 5), position 3: nothing cannot be read: expected a number from 0 to 59")]
    [InlineData("? * * * *", "minute (field 1 of 5), position 1: \"?\" cannot be read: ? stands for any day and is known in the two day fields only; write *")]
    [InlineData("0 0 L * *", "day of month (field 3 of 5), position 5: \"L\" cannot be read: expected a number from 1 to 31")]
    [InlineData("+5 * * * *", "minute (field 1 of 5), position 1: \"+5\" cannot be read: expected a number from 0 to 59")]
    [InlineData("0 0 31 2 *", "day of month (field 3 of 5), position 5: no month of \"2\" has a day \"31\", so the time never comes")]
    [InlineData("0 0 31 4,6,9,11 */2", "day of month (field 3 of 5), position 5: no month of \"4,6,9,11\" has a day \"31\", so the time never comes")]
    [InlineData("0 0 * *", "five fields are needed (minute, hour, day of month, month, day of week), there are 4")]
    [InlineData("0 0 0 * * *", "five fields are needed (minute, hour, day of month, month, day of week), there are 6")]
    [InlineData("      ", "five fields are needed (minute, hour, day of month, month, day of week), there are 0")]
    [InlineData("TZ=Europe/Berlin 0 0 * * *", "TZ=Europe/Berlin has no place in the expression; put the time zone into the field timeZone")]
    [InlineData("@reboot", "the macro @reboot is not known; there are @annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly")]
    public void What_cannot_be_used_is_refused_with_field_and_position(string cron, string message)
    {
        Assert.Equal(message, Assert.Throws<CronFormatException>(() => CronExpression.Parse(cron)).Message);
        Assert.Equal(message, CronExpression.ProblemOf(cron));
    }

    [Fact]
    public void A_day_that_its_month_lacks_is_fine_where_a_weekday_is_enough() => Assert.Null(CronExpression.ProblemOf("0 0 31 2 MON"));

    [Fact]
    public void The_calendar_has_an_end() =>
        Assert.Null(CronExpression.Parse("0 0 1 1 *").GetNextOccurrence(new DateTimeOffset(9999, 12, 1, 0, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
