using TextOps.Operator.Tasks;
using TextOps.Operator.Tests.EmbeddingJobs;
using static TextOps.Operator.Tests.EmbeddingJobs.Examples;

namespace TextOps.Operator.Tests.Tasks;

public sealed class TaskHistoryTests
{
    private static readonly TaskRules Rules = new()
    {
        MaxRetries = 2,
        PodStartTimeout = TimeSpan.FromMinutes(10),
        RetriesExhausted = "Exhausted",
        PodDidNotStart = "NotStarted",
        Refused = "Refused",
    };

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(5, 32)]
    [InlineData(6, 60)]
    [InlineData(500, 60)]
    public void Disruptions_in_a_row_are_spaced_out_up_to_a_minute_and_go_on_for_ever(int disruptions, int seconds)
    {
        var attempts = Enumerable.Range(0, disruptions).Select(number => Attempt("plan", TaskState.Disrupted, number)).ToList();

        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.IsType<TaskVerdict.BackingOff>(Judge(attempts)).Wait);
        Assert.Equal(disruptions, Assert.IsType<TaskVerdict.Due>(Judge(attempts, Now.AddSeconds(seconds))).Attempt);
    }

    [Fact]
    public void A_failure_between_disruptions_counts_and_disruptions_do_not()
    {
        TaskAttempt[] attempts =
            [Attempt("plan", TaskState.Failed), Attempt("plan", TaskState.Disrupted, 1), Attempt("plan", TaskState.Failed, 2), Attempt("plan", TaskState.Disrupted, 3)];

        Assert.Equal(4, Assert.IsType<TaskVerdict.Due>(Judge(attempts, Now.AddSeconds(2))).Attempt);
        Assert.Equal("Exhausted", Assert.IsType<TaskVerdict.Hopeless>(Judge([.. attempts, Attempt("plan", TaskState.Failed, 4)], Now.AddHours(1))).Reason);
    }

    [Fact]
    public void Lost_results_end_it_at_the_third_in_a_row()
    {
        TaskAttempt[] two = [Attempt("plan", TaskState.ResultLost), Attempt("plan", TaskState.ResultLost, 1)];

        Assert.Equal(2, Assert.IsType<TaskVerdict.Due>(Judge(two, Now.AddMinutes(1))).Attempt);
        Assert.Equal("Exhausted", Assert.IsType<TaskVerdict.Hopeless>(Judge([.. two, Attempt("plan", TaskState.ResultLost, 2)])).Reason);
        Assert.IsType<TaskVerdict.Due>(Judge([.. two, Attempt("plan", TaskState.Disrupted, 2), Attempt("plan", TaskState.ResultLost, 3)], Now.AddMinutes(1)));
    }

    [Fact]
    public void What_is_waited_for_does_not_read_differently_at_each_look()
    {
        TaskAttempt[] attempts = [Attempt("plan", TaskState.Failed)];

        var first = Assert.IsType<TaskVerdict.BackingOff>(Judge(attempts)).Message;

        Assert.Equal("the runner ended with exit code 3; attempt 2 of 3 follows at 08:00:10 UTC", first);
        Assert.Equal(first, Assert.IsType<TaskVerdict.BackingOff>(Judge(attempts, Now.AddSeconds(5))).Message);
    }

    [Fact]
    public void A_Job_that_is_being_deleted_keeps_its_number_and_is_waited_for()
    {
        Assert.IsType<TaskVerdict.Waiting>(Judge([Attempt("plan", TaskState.Terminating)]));
        Assert.Equal(1, Assert.IsType<TaskVerdict.Due>(Judge([Attempt("plan", TaskState.Terminating) with { LingersUntil = Now }])).Attempt);
    }

    [Fact]
    public void A_Job_that_somebody_deleted_is_followed_by_the_next_number_after_a_while_and_one_that_we_deleted_at_once()
    {
        Assert.Equal(TimeSpan.FromSeconds(2), Assert.IsType<TaskVerdict.BackingOff>(Judge([Attempt("plan", TaskState.Gone)])).Wait);
        Assert.Equal(1, Assert.IsType<TaskVerdict.Due>(Judge([Attempt("plan", TaskState.Gone) with { Finished = null }])).Attempt);
    }

    private static TaskVerdict Judge(IReadOnlyCollection<TaskAttempt> attempts, DateTimeOffset? now = null) => TaskHistory.Judge(attempts, Rules, Options, now ?? Now);
}
