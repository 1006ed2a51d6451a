using System.Globalization;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Operator.Runs;
using TextOps.Operator.Tests.Support;
using static TextOps.Operator.Tests.EmbeddingJobs.Examples;

namespace TextOps.Operator.Tests.EmbeddingJobs;

/// <summary>Runs by schedule: when they start, when they are skipped, and what is remembered. The clock starts at noon UTC on 2 March 2026.</summary>
public sealed class ScheduleTests
{
    private static readonly RunSchedule Hourly = new() { Cron = "0 * * * *" };

    [Fact]
    public async Task The_first_run_starts_at_once_and_each_time_of_the_schedule_starts_another()
    {
        await using var plane = await IdleAsync(Hourly);
        var job = await plane.ObjectAsync();
        Assert.Equal(("spec", null, "2026-03-02T13:00:00Z"), (job.Status!.Run!.Trigger, job.Status.LastScheduleTime, Show(job.Status.NextScheduleTime)));
        Assert.Equal(TimeSpan.FromHours(1), plane.Wake);

        job = await plane.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(("schedule:2026-03-02T13:00:00Z", plane.Time.GetUtcNow()), (job.Status!.Run!.Trigger, job.Status.Run.StartTime));
        Assert.Equal(("2026-03-02T13:00:00Z", "2026-03-02T14:00:00Z"), (Show(job.Status.LastScheduleTime), Show(job.Status.NextScheduleTime)));
        Assert.Equal(EmbeddingJobRun.Hash(Spec), job.Status.Run.Hash);

        job = await plane.EndAsync("plan", Planned(upToDate: true));
        Assert.Equal((RunReasons.UpToDate, 2), (job.Status!.Run!.Result, job.Status.Runs!.Count));
    }

    [Fact]
    public async Task A_pass_just_before_the_time_wakes_exactly_then()
    {
        await using var plane = await IdleAsync(Hourly);

        await plane.AdvanceAsync(TimeSpan.FromMinutes(59) + TimeSpan.FromMilliseconds(59_999));

        Assert.Equal(TimeSpan.FromMilliseconds(1), plane.Wake);
        Assert.Equal("spec", (await plane.ObjectAsync()).Status!.Run!.Trigger);
    }

    [Fact]
    public async Task A_time_that_comes_while_a_run_is_under_way_is_skipped_once_and_for_all()
    {
        await using var plane = await IdleAsync(Hourly);
        var first = (await plane.AdvanceAsync(TimeSpan.FromHours(1))).Status!.Run!;

        var job = await plane.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal((first.Id, "2026-03-02T14:00:00Z"), (job.Status!.Run!.Id, Show(job.Status.LastScheduleTime)));
        Assert.Equal(
            [$"2026-03-02T14:00:00Z is skipped: run {first.Id} is under way; set spec.schedule.concurrencyPolicy to Replace to cancel it instead"],
            plane.Events.Of(RunEvents.ScheduleSkipped));

        await plane.EndAsync("plan", Planned(upToDate: true));
        job = await plane.AdvanceAsync(TimeSpan.FromMinutes(59));
        Assert.Equal(first.Id, job.Status!.Run!.Id);
        job = await plane.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("schedule:2026-03-02T15:00:00Z", job.Status!.Run!.Trigger);
    }

    [Fact]
    public async Task Replace_cancels_the_run_under_way()
    {
        await using var plane = await IdleAsync(Hourly with { ConcurrencyPolicy = ConcurrencyPolicy.Replace });
        var first = (await plane.AdvanceAsync(TimeSpan.FromHours(1))).Status!.Run!;
        var pod = await plane.Node.RunAsync(await plane.JobAsync("plan"));

        var job = await plane.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal("schedule:2026-03-02T14:00:00Z", job.Status!.Run!.Trigger);
        Assert.Equal((first.Id, RunReasons.Superseded), (job.Status.Runs![0].Id, job.Status.Runs[0].Result));
        Assert.Empty(await plane.JobsAsync());

        await plane.DeleteAsync<Kubernetes.Core.V1Pod>(pod, grace: 0);
        await plane.SettleAsync();
        Assert.Equal(["plan 0"], await plane.JobsAsync());
    }

    [Fact]
    public async Task Of_many_missed_times_only_the_latest_is_run()
    {
        await using var plane = await IdleAsync(new RunSchedule { Cron = "*/5 * * * *" });
        plane.Time.Advance(TimeSpan.FromDays(7) + TimeSpan.FromMinutes(3));
        await plane.RestartAsync();

        var job = await plane.SettleAsync();

        Assert.Equal("schedule:2026-03-09T12:00:00Z", job.Status!.Run!.Trigger);
        Assert.Equal($"run {job.Status.Run.Id} started: its time 2026-03-09T12:00:00Z has come; 100 or more times had come since the operator last looked, only the latest is run",
            plane.Events.Of(RunEvents.RunStarted).Last());
        await plane.EndAsync("plan", Planned(upToDate: true));
        Assert.Equal(2, (await plane.SettleAsync()).Status!.Runs!.Count);
    }

    [Fact]
    public async Task A_time_missed_by_more_than_the_starting_deadline_is_skipped_and_counted_once()
    {
        await using var plane = await IdleAsync(Hourly with { StartingDeadlineSeconds = 60 });
        plane.Time.Advance(TimeSpan.FromHours(3) + TimeSpan.FromSeconds(61));

        var job = await plane.SettleAsync();
        await plane.SettleAsync();

        Assert.Equal(("spec", "2026-03-02T15:00:00Z", "2026-03-02T16:00:00Z"), (job.Status!.Run!.Trigger, Show(job.Status.LastScheduleTime), Show(job.Status.NextScheduleTime)));
        Assert.Equal(["3 times missed by more than spec.schedule.startingDeadlineSeconds (60); the last was 2026-03-02T15:00:00Z"], plane.Events.Of(RunEvents.ScheduleSkipped));
    }

    [Theory]
    [InlineData("without a deadline the latest missed time is run", null, 30, "schedule:2026-03-02T14:00:00Z")]
    [InlineData("within the deadline it is run", 3600, 30, "schedule:2026-03-02T14:00:00Z")]
    [InlineData("past the deadline it is not", 60, 30, "spec")]
    public async Task After_a_suspension_the_latest_missed_time_counts(string narrative, int? deadline, int minutesPast, string trigger)
    {
        await using var plane = await IdleAsync(Hourly with { StartingDeadlineSeconds = deadline });
        await plane.EditAsync(spec => spec with { Suspend = true });
        await plane.SettleAsync();
        await plane.AdvanceAsync(TimeSpan.FromHours(2) + TimeSpan.FromMinutes(minutesPast));
        Assert.Equal(("spec", null), ((await plane.ObjectAsync()).Status!.Run!.Trigger, plane.Wake));

        await plane.EditAsync(spec => spec with { Suspend = false });

        Assert.True(trigger == (await plane.SettleAsync()).Status!.Run!.Trigger, narrative);
    }

    [Theory]
    [InlineData("another expression whose time has just passed", "30 11 * * *", null, "2026-03-03T11:30:00Z")]
    [InlineData("another zone", "0 * * * *", "Asia/Kathmandu", "2026-03-02T12:15:00Z")]
    public async Task Editing_the_schedule_starts_nothing(string narrative, string cron, string? zone, string next)
    {
        await using var plane = await IdleAsync(Hourly);

        await plane.EditAsync(spec => spec with { Schedule = new RunSchedule { Cron = cron, TimeZone = zone } });

        var job = await plane.SettleAsync();
        Assert.True(("spec", next) == (job.Status!.Run!.Trigger, Show(job.Status.NextScheduleTime)), narrative);
    }

    [Fact]
    public async Task A_time_missed_under_a_schedule_that_was_edited_meanwhile_is_forgotten()
    {
        await using var plane = await IdleAsync(Hourly);
        plane.Time.Advance(TimeSpan.FromHours(5));
        await plane.EditAsync(spec => spec with { Schedule = new RunSchedule { Cron = "30 * * * *" } });

        var job = await plane.SettleAsync();

        Assert.Equal(("spec", "2026-03-02T17:30:00Z"), (job.Status!.Run!.Trigger, Show(job.Status.NextScheduleTime)));
    }

    [Fact]
    public async Task A_schedule_that_is_added_later_or_taken_away_starts_nothing()
    {
        await using var plane = await IdleAsync(null);
        Assert.Null((await plane.ObjectAsync()).Status!.NextScheduleTime);
        await plane.AdvanceAsync(TimeSpan.FromDays(3));

        await plane.EditAsync(spec => spec with { Schedule = Hourly });
        Assert.Equal("2026-03-05T13:00:00Z", Show((await plane.SettleAsync()).Status!.NextScheduleTime));
        await plane.EditAsync(spec => spec with { Schedule = null });

        var job = await plane.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal(("spec", null, null), (job.Status!.Run!.Trigger, job.Status.NextScheduleTime, plane.Wake));
    }

    [Fact]
    public async Task A_failed_run_stays_stalled_until_the_next_time_tries_again()
    {
        await using var plane = await IdleAsync(Hourly);
        await plane.AdvanceAsync(TimeSpan.FromHours(1));
        await plane.ExitAsync("plan", TaskExitCodes.Refused, Refused("plan", "InputRejected").Result);

        var job = await plane.AdvanceAsync(TimeSpan.FromMinutes(59));
        Assert.Equal("InputRejected", Reason(job, RunConditions.Stalled));
        job = await plane.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal((RunReasons.NotStalled, "schedule:2026-03-02T14:00:00Z"), (Reason(job, RunConditions.Stalled), job.Status!.Run!.Trigger));
        job = await plane.EndAsync("plan", Planned(upToDate: true));
        Assert.Equal(RunReasons.UpToDate, Reason(job, RunConditions.Ready));
    }

    [Fact]
    public async Task An_edit_at_the_very_time_is_one_run_not_two()
    {
        await using var plane = await IdleAsync(Hourly);
        plane.Time.Advance(TimeSpan.FromHours(1));
        await plane.EditAsync(spec => spec with { Shards = 1 });

        var job = await plane.SettleAsync();

        Assert.Equal(("spec", "2026-03-02T13:00:00Z"), (job.Status!.Run!.Trigger, Show(job.Status.LastScheduleTime)));
        Assert.Single(plane.Events.Of(RunEvents.ScheduleSkipped));
        job = await plane.EndAsync("plan", Planned(upToDate: true));
        Assert.Equal(2, job.Status!.Runs!.Count);
    }

    /// <summary>An object with this schedule whose first run found everything up to date.</summary>
    private static async Task<SteppedOperator> IdleAsync(RunSchedule? schedule)
    {
        var plane = await SteppedOperator.StartAsync();
        await plane.ApplyAsync(Spec with { Schedule = schedule, TtlSecondsAfterFinished = 0 });
        await plane.SettleAsync();
        await plane.EndAsync("plan", Planned(upToDate: true));
        return plane;
    }

    private static string? Show(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Reason(EmbeddingJob job, string type) => job.Status!.Conditions!.Single(condition => condition.Type == type).Reason;
}
