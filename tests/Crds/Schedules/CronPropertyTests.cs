using TextOps.Crds.Schedules;

namespace TextOps.Crds.Tests.Schedules;

/// <summary>Random expressions against a look at every minute of a year, in zones whose clocks change in different ways.</summary>
public sealed class CronPropertyTests
{
    [Theory]
    [InlineData("UTC", 2027)]
    [InlineData("Europe/Berlin", 2026)]
    [InlineData("Europe/Berlin", 2028)]
    [InlineData("America/New_York", 2026)]
    [InlineData("Australia/Lord_Howe", 2026)]
    [InlineData("America/Sao_Paulo", 2018)]
    [InlineData("Asia/Tehran", 2021)]
    [InlineData("Africa/Casablanca", 2025)]
    [InlineData("Pacific/Apia", 2011)]
    [InlineData("Asia/Kathmandu", 2026)]
    public void A_scan_of_every_minute_finds_the_same_times(string name, int year)
    {
        var zone = TimeZones.Find(name)!;
        var minutes = Scan(zone, year);
        for (var seed = 0; seed < 25; seed++)
        {
            var random = new Random((year * 1000) + seed);
            var sample = CronSample.Next(random);
            var cron = CronExpression.Parse(sample.Text);

            var expected = Expected(minutes, sample);

            // All where they are few; else some, and all in the days around a change of clocks.
            for (var index = 0; index + 1 < expected.Count; index++)
            {
                if (expected.Count < 1000 || random.Next(expected.Count / 300) == 0 || IsNearChange(zone, expected[index]))
                {
                    Assert.True(expected[index + 1] == cron.GetNextOccurrence(expected[index], zone),
                        $"{sample.Text} in {name} after {expected[index]:O}: expected {expected[index + 1]:O}, got {cron.GetNextOccurrence(expected[index], zone):O}");
                }
            }

            if (expected.Count > 0)
            {
                var between = minutes[0].Instant + ((expected[0] - minutes[0].Instant) * random.NextDouble() * 0.99);
                Assert.Equal(expected[0], cron.GetNextOccurrence(between, zone));
            }
        }
    }

    private static List<(DateTimeOffset Instant, DateTime Local)> Scan(TimeZoneInfo zone, int year)
    {
        var start = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return [.. Enumerable.Range(0, 365 * 24 * 60).Select(minute => start.AddMinutes(minute)).Select(instant => (instant, (instant + zone.GetUtcOffset(instant)).DateTime))];
    }

    private static List<DateTimeOffset> Expected(List<(DateTimeOffset Instant, DateTime Local)> minutes, CronSample sample)
    {
        var times = new List<DateTimeOffset>();
        var latest = minutes[0].Local;
        for (var index = 1; index < minutes.Count; index++)
        {
            var (instant, local) = minutes[index];
            var isAgain = local <= latest;
            var comes = sample.Matches(local) && (!isAgain || sample.IsInterval);
            for (var skipped = latest.AddMinutes(1); skipped < local && !comes; skipped = skipped.AddMinutes(1))
            {
                comes = sample.Matches(skipped);
            }

            latest = isAgain ? latest : local;
            if (comes)
            {
                times.Add(instant);
            }
        }

        return times;
    }

    private static bool IsNearChange(TimeZoneInfo zone, DateTimeOffset instant) =>
        zone.GetUtcOffset(instant.AddHours(-3)) != zone.GetUtcOffset(instant.AddHours(3));

    /// <summary>An expression together with what it means, made at once so that nothing has to read it.</summary>
    private sealed record CronSample(string Text, HashSet<int>[] Fields, bool IsInterval, bool EitherDay)
    {
        public static CronSample Next(Random random)
        {
            while (true)
            {
                var fields = new[] { Field(random, 0, 59), Field(random, 0, 23), Field(random, 1, 31), Field(random, 1, 12), Field(random, 0, 6) };
                var sample = new CronSample(
                    string.Join(' ', fields.Select(field => field.Text)),
                    [.. fields.Select(field => field.Values)],
                    fields[0].IsInterval || fields[1].IsInterval,
                    !fields[2].Text.StartsWith('*') && !fields[4].Text.StartsWith('*'));
                if (CronExpression.ProblemOf(sample.Text) is null)
                {
                    return sample;
                }
            }
        }

        public bool Matches(DateTime local)
        {
            var byMonth = Fields[2].Contains(local.Day);
            var byWeek = Fields[4].Contains((int)local.DayOfWeek);
            return Fields[0].Contains(local.Minute) && Fields[1].Contains(local.Hour) && Fields[3].Contains(local.Month)
                && (EitherDay ? byMonth || byWeek : byMonth && byWeek);
        }

        private static (string Text, HashSet<int> Values, bool IsInterval) Field(Random random, int least, int most)
        {
            var from = random.Next(least, most + 1);
            var to = random.Next(from, most + 1);
            var step = random.Next(1, most + 1);
            return random.Next(7) switch
            {
                0 or 1 => ("*", [.. Values(least, most, 1)], true),
                2 => ($"*/{step}", [.. Values(least, most, step)], true),
                3 => ($"{from}-{to}", [.. Values(from, to, 1)], true),
                4 => ($"{from}-{to}/{step}", [.. Values(from, to, step)], true),
                5 => ($"{from},{to}", [from, to], false),
                _ => ($"{from}", [from], false),
            };
        }

        private static IEnumerable<int> Values(int from, int to, int step) => Enumerable.Range(from, to - from + 1).Where(value => (value - from) % step == 0);
    }
}
