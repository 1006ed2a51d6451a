using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Runtime;

public sealed class LeaseElectorTests : IDisposable
{
    private readonly Election election = new();

    public void Dispose() => election.Dispose();

    [Fact]
    public void One_leads_and_renews_and_the_others_stand_by()
    {
        var a = election.Join("a");
        var b = election.Join("b");
        election.Pass(600);
        Assert.Equal((true, true, 1), (a.IsWorking, a.Elector.IsLeader, a.Terms));
        Assert.Equal((false, false, 0), (b.IsWorking, b.Elector.IsLeader, b.Terms));
        var lease = election.Lease!;
        Assert.Equal(("a", 15, 0), (lease.HolderIdentity, lease.LeaseDurationSeconds, lease.LeaseTransitions));
        Assert.InRange((lease.RenewTime - lease.AcquireTime)!.Value.TotalSeconds, 597, 600);
        Assert.Equal(1, b.Loggers.Count(LogLevel.Information, "is held by a"));
        Assert.Equal(0, a.Loggers.Count(LogLevel.Warning) + b.Loggers.Count(LogLevel.Warning));
    }

    [Fact]
    public void A_stop_gives_the_lease_back_after_the_work_has_ended_however_long_that_takes()
    {
        var a = election.Join("a");
        var b = election.Join("b");
        a.EndingTakes = TimeSpan.FromSeconds(60);
        election.Pass(5);
        a.Stop();
        election.Pass(59);
        Assert.True(a.IsWorking);
        Assert.Equal("a", election.Lease!.HolderIdentity);

        election.PassUntil("b leads", 6, () => b.IsWorking);
        Assert.InRange(b.StartedAt - a.EndedAt, 0, 4.5);
        Assert.True(a.Running.IsCompletedSuccessfully);
        Assert.Equal(("b", 1), (election.Lease!.HolderIdentity, election.Lease.LeaseTransitions));
    }

    [Fact]
    public void What_is_given_back_says_so_to_other_programs()
    {
        var a = election.Join("a");
        election.Pass(5);
        a.Stop();
        election.Pass(1);
        Assert.Equal(("", 1), (election.Lease!.HolderIdentity, election.Lease.LeaseDurationSeconds));
    }

    [Fact]
    public void A_leader_that_cannot_renew_ends_its_work_before_another_leads()
    {
        var a = election.Join("a");
        var b = election.Join("b");
        a.EndingTakes = TimeSpan.FromSeconds(4);
        election.Pass(20);
        var cutAt = election.Now;
        a.Client.Line = (_, _, _) => throw new IOException("connection refused");
        election.PassUntil("b leads", 25, () => b.IsWorking);
        Assert.InRange(a.CancelledAt - cutAt, 8, 10);
        Assert.InRange(b.StartedAt - a.CancelledAt, 4, 12);
        Assert.True(a.EndedAt < b.StartedAt, $"a ended at {a.EndedAt}, b started at {b.StartedAt}");
        Assert.False(a.Elector.IsLeader);
        Assert.Equal(1, a.Loggers.Count(LogLevel.Warning, "is lost"));
        Assert.Equal("connection refused", a.Elector.LastError!.Message);
    }

    [Theory]
    [InlineData(true, "a client that ends its call when told")]
    [InlineData(false, "a client that does not")]
    public void A_renewal_that_hangs_is_cancelled_at_the_deadline(bool heeds, string client)
    {
        var a = election.Join("a");
        election.Pass(20);
        var cutAt = election.Now;
        var tokens = new List<CancellationToken>();
        a.Client.Line = async (_, _, token) =>
        {
            tokens.Add(token);
            await new TaskCompletionSource().Task.WaitAsync(heeds ? token : CancellationToken.None);
        };
        election.PassUntil($"{client}: the work has ended", 11, () => !a.IsWorking);
        Assert.InRange(a.CancelledAt - cutAt, 8, 10);
        Assert.NotEmpty(tokens);
        Assert.All(tokens, token => Assert.True(token.IsCancellationRequested));
        Assert.Contains("did not answer", a.Elector.LastError!.Message, StringComparison.Ordinal);

        // And after that it contends again.
        a.Client.Line = (_, call, _) => call();
        election.PassUntil("a leads again", 11, () => a.IsWorking);
        Assert.Equal(2, a.Terms);
        Assert.Null(a.Elector.LastError);
    }

    [Fact]
    public void A_renewal_whose_answer_is_lost_does_not_cost_the_lease()
    {
        var a = election.Join("a");
        election.Pass(5);
        var answers = 0;
        a.Client.Line = async (_, call, _) =>
        {
            await call();
            if (++answers % 3 == 1)
            {
                throw new IOException("connection reset");
            }
        };
        election.Pass(300);
        Assert.Equal((true, 1), (a.IsWorking, a.Terms));
    }

    [Fact]
    public void Leadership_is_regained_as_often_as_it_is_lost()
    {
        var a = election.Join("a");
        for (var term = 1; term <= 5; term++)
        {
            a.Client.Line = (_, call, _) => call();
            election.PassUntil($"term {term}", 20, () => a.IsWorking && a.Terms == term);
            a.Client.Line = (_, _, _) => throw new IOException("connection refused");
            election.PassUntil($"the end of term {term}", 12, () => !a.IsWorking);
        }

        Assert.False(a.Running.IsCompleted);
    }

    [Fact]
    public void Another_holder_in_the_lease_ends_leadership_at_once()
    {
        var a = election.Join("a");
        election.Pass(10);
        election.PatchLease(new JsonObject { ["spec"] = new JsonObject { ["holderIdentity"] = "usurper", ["renewTime"] = "2026-03-01T12:00:10.000000Z" } });
        Assert.InRange(election.PassUntil("the work is cancelled", 5, () => !a.IsWorking), 0, 2.1);

        // It is a lease like another then: taken when the other does not renew it.
        Assert.InRange(election.PassUntil("a leads again", 25, () => a.IsWorking), 14, 20);
    }

    [Fact]
    public void An_annotation_on_the_lease_does_not_cost_it()
    {
        var a = election.Join("a");
        for (var i = 0; i < 10; i++)
        {
            election.Pass(5);
            election.PatchLease(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["note"] = $"{i}" } } });
        }

        Assert.Equal((true, 1), (a.IsWorking, a.Terms));
        Assert.Equal(0, a.Loggers.Count(LogLevel.Warning));
    }

    [Fact]
    public void A_lease_that_is_deleted_stays_its_holders()
    {
        var a = election.Join("a");
        var b = election.Join("b");
        for (var i = 0; i < 20; i++)
        {
            election.Pass(3.3);
            election.DeleteLease();
        }

        election.Pass(10);
        Assert.Equal((true, 1, 0), (a.IsWorking, a.Terms, b.Terms));
    }

    [Theory]
    [InlineData(-36)]
    [InlineData(0)]
    [InlineData(36)]
    public void Clocks_of_others_are_not_believed(int hours)
    {
        var a = election.Join("a");
        election.Pass(5);
        var b = election.Join("b", TimeSpan.FromHours(hours));
        election.Pass(120);
        Assert.Equal((true, 0), (a.IsWorking, b.Terms));
        a.Client.Line = (_, _, _) => throw new IOException("connection refused");
        election.PassUntil("b leads", 25, () => b.IsWorking);
        Assert.True(a.EndedAt < b.StartedAt);
    }

    [Theory]
    [InlineData("dead", 15, 15)]
    [InlineData("dead", 40, 40)]
    [InlineData("me", 15, 15)]
    [InlineData("", 15, 0)]
    public void A_lease_that_nobody_renews_is_taken_after_the_duration_that_it_names(string holder, int duration, double after)
    {
        // "me" is not this process: it has written nothing yet.
        election.CreateLease(new V1LeaseSpec
        {
            HolderIdentity = holder,
            LeaseDurationSeconds = duration,
            RenewTime = election.Time.GetUtcNow().AddDays(-1),
            LeaseTransitions = 6,
        });
        var me = election.Join("me");
        Assert.InRange(election.PassUntil("it is taken", 60, () => me.IsWorking), after, after + 4.5);
        Assert.Equal(holder == "me" ? 6 : 7, election.Lease!.LeaseTransitions);
    }

    [Theory]
    [InlineData(403, "get, create and patch on leases.coordination.k8s.io in namespace n")]
    [InlineData(401, "get, create and patch on leases.coordination.k8s.io in namespace n")]
    [InlineData(404, "create namespace n")]
    [InlineData(500, "it is tried again")]
    public void What_keeps_a_process_from_contending_is_told_once_and_can_be_asked(int code, string remedy)
    {
        var a = election.Join("a");
        a.Stop();
        election.Pass(1);
        a.Client.Line = (_, _, _) => throw new KubernetesException(code, "Refused", $"refused with {code}");
        a.Start();
        election.Pass(120);
        Assert.False(a.IsWorking);
        Assert.Equal(code, Assert.IsType<KubernetesException>(a.Elector.LastError).Code);
        Assert.Equal(1, a.Loggers.Count(LogLevel.Warning));
        Assert.Equal(1, a.Loggers.Count(LogLevel.Warning, remedy));
        Assert.Equal(1, a.Loggers.Count(LogLevel.Warning, $"refused with {code}"));

        a.Client.Line = (_, _, _) => throw new IOException("something else");
        election.Pass(20);
        Assert.Equal(2, a.Loggers.Count(LogLevel.Warning));

        // It goes on as soon as it can, without a restart.
        a.Client.Line = (_, call, _) => call();
        election.PassUntil("a leads", 5, () => a.IsWorking);
        Assert.Null(a.Elector.LastError);
    }

    [Fact]
    public void Work_that_ends_by_itself_ends_the_contest_and_gives_the_lease_back()
    {
        var a = election.Join("a");
        election.Pass(5);
        a.Stop();
        election.Pass(1);
        a.Work = _ => Task.CompletedTask;
        a.Start();
        election.Pass(5);
        Assert.True(a.Running.IsCompletedSuccessfully);
        Assert.Equal("", election.Lease!.HolderIdentity);
    }

    [Fact]
    public async Task Work_that_fails_comes_out_and_gives_the_lease_back()
    {
        var a = election.Join("a");
        election.Pass(5);
        a.Stop();
        election.Pass(1);
        a.Work = _ => throw new InvalidOperationException("broken");
        a.Start();
        election.Pass(5);
        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(() => a.Running)).Message);
        Assert.Equal("", election.Lease!.HolderIdentity);
        a.Work = _ => Task.CompletedTask;
        a.Start();
        election.Pass(5);
    }

    [Fact]
    public void Work_that_outlasts_the_lease_is_reported_as_critical()
    {
        var a = election.Join("a");
        a.EndingTakes = TimeSpan.FromSeconds(6);
        election.Pass(5);
        a.Client.Line = (_, _, _) => throw new IOException("connection refused");
        election.Pass(13);
        Assert.Equal(0, a.Loggers.Count(LogLevel.Critical));
        election.Pass(3);
        Assert.Equal(1, a.Loggers.Count(LogLevel.Critical, "end the process"));
        Assert.Equal(1, a.Terms);
    }

    [Fact]
    public void Who_stands_by_leaves_the_lease_alone_when_it_stops()
    {
        var a = election.Join("a");
        election.Pass(5);
        var b = election.Join("b");
        election.Pass(5);
        b.Stop();
        election.Pass(1);
        Assert.True(b.Running.IsCompletedSuccessfully);
        Assert.Equal("a", election.Lease!.HolderIdentity);
        Assert.True(a.IsWorking);
    }

    [Fact]
    public void A_lease_that_was_taken_without_our_knowing_is_given_back()
    {
        // The answer to the first write never comes; the process is stopped meanwhile.
        var a = election.Join("a");
        a.Stop();
        election.Pass(1);
        election.DeleteLease();
        a.Client.Line = async (verb, call, token) =>
        {
            await call();
            if (verb == "create")
            {
                await new TaskCompletionSource().Task.WaitAsync(token);
            }
        };
        a.Start();
        election.Pass(1);
        Assert.Equal("a", election.Lease!.HolderIdentity);
        a.Stop();
        election.Pass(1);
        Assert.Equal("", election.Lease!.HolderIdentity);
    }

    [Fact]
    public void The_metric_says_who_leads()
    {
        using var metrics = new KubernetesMetrics();
        using var measured = new Measurements(metrics.Meter);
        var a = election.Join("a", metrics: metrics);
        Assert.Equal(1, measured.Now("leader_election_master_status{name=operator}"));
        a.Client.Line = (_, _, _) => throw new IOException("connection refused");
        election.Pass(12);
        Assert.Equal(0, measured.Now("leader_election_master_status{name=operator}"));
        a.Stop();
        election.Pass(6);
        Assert.Null(measured.Now("leader_election_master_status{name=operator}"));
    }

    [Theory]
    [InlineData(10, 10, 2, "LeaseDuration (00:00:10) must be longer than RenewDeadline (00:00:10)")]
    [InlineData(15, 10, 9, "RenewDeadline (00:00:10) must be longer than 1.2 times RetryPeriod (00:00:09)")]
    [InlineData(15, 10, 0, "RetryPeriod (00:00:00)")]
    [InlineData(0.9, 0.8, 0.1, "must be a second at least")]
    public void Times_that_cannot_work_together_are_refused(double lease, double deadline, double retry, string message)
    {
        var options = new LeaseElectorOptions
        {
            Namespace = "n",
            Name = "operator",
            LeaseDuration = TimeSpan.FromSeconds(lease),
            RenewDeadline = TimeSpan.FromSeconds(deadline),
            RetryPeriod = TimeSpan.FromSeconds(retry),
        };
        Assert.Contains(message, Refusal(options), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lease_and_a_contender_have_names_of_their_own()
    {
        var good = new LeaseElectorOptions { Namespace = "n", Name = "operator" };
        Assert.NotEqual(good.Identity, new LeaseElectorOptions { Namespace = "n", Name = "operator" }.Identity);
        Assert.Contains("Namespace is empty", Refusal(good with { Namespace = "" }), StringComparison.Ordinal);
        Assert.Contains("Name is empty", Refusal(good with { Name = "" }), StringComparison.Ordinal);
        Assert.Contains("Identity is empty", Refusal(good with { Identity = "" }), StringComparison.Ordinal);
    }

    private string Refusal(LeaseElectorOptions options) =>
        Assert.Throws<ArgumentException>(() => new LeaseElector(election.Cluster, options, election.Time, NullLogger<LeaseElector>.Instance)).Message;
}
