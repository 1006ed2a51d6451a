using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Operator.EmbeddingJobs;
using TextOps.Operator.Runs;
using static TextOps.Operator.Tests.EmbeddingJobs.Examples;

namespace TextOps.Operator.Tests.Runs;

/// <summary>A new version of what an object follows; the other triggers are shown by ScheduleTests and GitChangeTests.</summary>
public sealed class RunChoiceTests
{
    [Fact]
    public void A_first_run_reads_the_version_that_is_there()
    {
        var choice = RunChoice.Of(Snapshot() with { Input = "v000003" }, Now);

        Assert.Equal(("spec", "v000003"), (choice.Run.Trigger, choice.Run.Input));
    }

    [Fact]
    public void A_new_version_begins_a_run_when_the_last_one_is_over()
    {
        var choice = RunChoice.Of(Ran(input: "v000002", ended: true) with { Input = "v000003" }, Now);

        Assert.Equal(("dataset:v000003", "v000003", Now), (choice.Run.Trigger, choice.Run.Input, choice.Run.StartTime));
        Assert.Null(choice.Superseded);
        var news = Assert.Single(choice.News);
        Assert.Equal((RunEvents.RunStarted, $"run {choice.Run.Id} started: version v000003 of its dataset was committed"), (news.Reason, news.Message));
    }

    [Fact]
    public void A_version_that_the_last_run_read_begins_nothing()
    {
        var seen = Ran(input: "v000003", ended: true) with { Input = "v000003" };

        Assert.Equal(seen.LastRun, RunChoice.Of(seen, Now).Run);
    }

    [Fact]
    public void A_run_under_way_goes_on_with_the_version_it_began_with()
    {
        var seen = Ran(input: "v000002", ended: false) with { Input = "v000003" };

        Assert.Equal(seen.LastRun, RunChoice.Of(seen, Now).Run);
        Assert.Equal("v000003", seen.PendingInput);
    }

    [Fact]
    public void A_run_that_began_before_there_was_a_version_reads_the_first()
    {
        var seen = Ran(input: null, ended: false) with { Input = "v000001" };

        Assert.Equal(seen.LastRun! with { Input = "v000001" }, RunChoice.Of(seen, Now).Run);
    }

    [Fact]
    public void What_is_followed_and_gone_begins_nothing()
    {
        var seen = Ran(input: "v000002", ended: true);

        Assert.Null(seen.PendingInput);
        Assert.Equal(seen.LastRun, RunChoice.Of(seen, Now).Run);
    }

    [Fact]
    public void A_new_version_waits_while_the_object_is_suspended_or_its_spec_invalid()
    {
        var seen = Ran(input: "v000002", ended: true) with { Input = "v000003" };

        Assert.Equal(seen.LastRun, RunChoice.Of(seen with { SpecErrors = ["spec.source.uri is wrong"] }, Now).Run);
        Assert.Equal(seen.LastRun, RunChoice.Of(seen with { Job = seen.Job with { Spec = Spec with { Suspend = true } } }, Now).Run);
    }

    [Fact]
    public void A_rerun_reads_the_newest_version_and_no_other_run_follows_it()
    {
        var job = Ran(input: "v000002", ended: true).Job;
        var rerun = RunChoice.Of(Snapshot(WithRerun(job, "again")) with { Input = "v000003" }, Now).Run;
        var after = job with { Status = new EmbeddingJobStatus { Run = rerun with { CompletionTime = Now } } };

        Assert.Equal(("rerun:again", "v000003"), (rerun.Trigger, rerun.Input));
        Assert.Null((Snapshot(after) with { Input = "v000003" }).PendingInput);
    }

    private static EmbeddingJobSnapshot Ran(string? input, bool ended)
    {
        var run = new RunStatus
        {
            Id = RunId(),
            Hash = EmbeddingJobRun.Hash(Spec),
            Trigger = "spec",
            StartTime = Now.AddHours(-2),
            CompletionTime = ended ? Now.AddHours(-1) : null,
            Input = input,
        };
        return Snapshot(Valid() with { Status = new EmbeddingJobStatus { Run = run } });
    }
}
