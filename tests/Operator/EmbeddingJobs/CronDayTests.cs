using System.Globalization;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Tests.Support;
using static TextOps.Operator.Tests.EmbeddingJobs.Examples;

namespace TextOps.Operator.Tests.EmbeddingJobs;

/// <summary>Days of <c>0 2 * * *</c> in Berlin over both changes of clocks: the operator sleeps until it wants to be called, and is called then.</summary>
public sealed class CronDayTests
{
    [Theory]
    [InlineData("summer time begins: 2:00 is in the gap and comes at 3:00", "2026-03-27T12:00:00Z",
        new[] { "2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z", "2026-03-31T00:00:00Z" })]
    [InlineData("summer time ends: 2:00 comes twice and counts once", "2026-10-23T12:00:00Z",
        new[] { "2026-10-24T00:00:00Z", "2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z", "2026-10-27T01:00:00Z" })]
    public async Task Each_day_has_one_run_that_is_up_to_date(string narrative, string start, string[] times)
    {
        var from = DateTimeOffset.Parse(start, CultureInfo.InvariantCulture);
        await using var plane = await SteppedOperator.StartAsync(start: from);
        await plane.ApplyAsync(Spec with { Schedule = new RunSchedule { Cron = "0 2 * * *", TimeZone = "Europe/Berlin" }, RunHistoryLimit = 50 });
        await plane.SettleAsync();
        await plane.EndAsync("plan", Planned(upToDate: true));
        plane.Client.Reset();

        var passes = 0;
        while (plane.Time.GetUtcNow() + plane.Wake!.Value < from.AddDays(4))
        {
            await plane.AdvanceAsync(plane.Wake.Value);
            passes++;
            if ((await plane.ListAsync<V1Job>()).Any(job => job.Status?.Conditions is not { Count: > 0 }))
            {
                await plane.EndAsync("plan", Planned(upToDate: true));
            }
        }

        var status = (await plane.ObjectAsync()).Status!;
        Assert.True(times.Reverse().Select(time => $"schedule:{time}").Append("spec").SequenceEqual(status.Runs!.Select(run => run.Trigger)), $"{narrative}: {string.Join(", ", status.Runs!.Select(run => run.Trigger))}");
        Assert.Equal(times.Reverse(), status.Runs!.SkipLast(1).Select(run => run.StartTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
        Assert.All(status.Runs!, run => Assert.Equal(RunReasons.UpToDate, run.Result));

        // A day: the time and, an hour after the run, the end of its children. Five writes for the run, two for what is removed.
        Assert.Equal((2 * 4) + 1, passes);
        Assert.Equal(
            [("create ConfigMap", 4), ("create Job", 4), ("delete ConfigMap", 5), ("delete Job", 5), ("patch Job", 4), ("status EmbeddingJob", 8)],
            plane.Client.Calls.Select(call => (call.Key, call.Value)));
        Assert.Empty(await plane.JobsAsync());
    }
}
