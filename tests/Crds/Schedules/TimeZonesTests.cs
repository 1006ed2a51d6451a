using TextOps.Crds.Runs;
using TextOps.Crds.Schedules;
using TextOps.Crds.Validation;
using static TextOps.Crds.Tests.EmbeddingJobs.EmbeddingJobSamples;

namespace TextOps.Crds.Tests.Schedules;

public sealed class TimeZonesTests
{
    [Theory]
    [InlineData(null, 0)]
    [InlineData("UTC", 0)]
    [InlineData("Europe/Berlin", 2)]
    [InlineData("America/Argentina/Buenos_Aires", -3)]
    [InlineData("Etc/GMT+1", -1)]
    public void A_zone_is_found_by_its_IANA_name_without_cultures(string? name, int hoursInSummer) =>
        Assert.Equal(TimeSpan.FromHours(hoursInSummer), TimeZones.Find(name)!.GetUtcOffset(new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero)));

    [Theory]
    [InlineData("Europe/Berln", "there is no such time zone; did you mean Europe/Berlin?")]
    [InlineData("europe/berlin", "there is no such time zone; did you mean Europe/Berlin?")]
    [InlineData("somewhere nice", "there is no such time zone; write an IANA name such as Europe/Berlin")]
    [InlineData("", "there is no such time zone; write an IANA name such as Europe/Berlin")]
    [InlineData("Local", "there is no such time zone; write an IANA name such as Europe/Berlin")]
    [InlineData("../../../etc/localtime", "there is no such time zone; write an IANA name such as Europe/Berlin")]
    [InlineData("/etc/localtime", "there is no such time zone; write an IANA name such as Europe/Berlin")]
    public void An_unknown_zone_is_refused_with_the_nearest_name(string name, string problem)
    {
        Assert.Null(TimeZones.Find(name));
        Assert.Equal(problem, TimeZones.ProblemOf(name));
    }

    [Fact]
    public void A_machine_without_zone_data_says_so() =>
        Assert.Equal("this machine has no time zone data, only UTC; install the package tzdata", TimeZones.Explain("Europe/Berlin", ["UTC"]));

    [Theory]
    [InlineData("0 2 * * *", "Europe/Berlin")]
    [InlineData("@daily", null)]
    public void A_schedule_that_can_be_met_is_valid(string cron, string? zone) => Assert.Empty(Validate(cron, zone));

    [Fact]
    public void A_schedule_that_cannot_be_met_is_refused_field_by_field() => Assert.Equal(
        [
            "spec.schedule.cron (0 25 * * *) cannot be used: hour (field 2 of 5), position 3: \"25\" cannot be read: expected a number from 0 to 23",
            "spec.schedule.timeZone (Europe/Berln) cannot be used: there is no such time zone; did you mean Europe/Berlin?",
        ],
        Validate("0 25 * * *", "Europe/Berln"));

    private static IEnumerable<string> Validate(string cron, string? zone) =>
        ResourceValidator.Validate(Valid() with { Spec = Spec() with { Schedule = new RunSchedule { Cron = cron, TimeZone = zone } } }).Select(violation => violation.ToString());
}
