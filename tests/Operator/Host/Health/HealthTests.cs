using TextOps.Crds.EmbeddingJobs;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Host.Health;

namespace TextOps.Operator.Tests.Host.Health;

public sealed class HealthTests
{
    private readonly FakeInformer informer = new();
    private readonly StoppedClock clock = new();

    [Theory]
    [InlineData("just now", 0, true, "last active 0 s ago")]
    [InlineData("the longest allowed", 600, true, "last active 600 s ago")]
    [InlineData("longer", 601, false, "last active 601 s ago, longest allowed 600 s")]
    public void An_informer_is_alive_while_it_is_active(string narrative, int seconds, bool alive, string message)
    {
        informer.LastActivity = clock.GetUtcNow().AddSeconds(-seconds);

        var state = InformerHealth.Live(informer, clock).Look();

        Assert.True(state.IsWell == alive, narrative);
        Assert.Equal(message, state.Message);
    }

    [Fact]
    public void An_informer_is_ready_once_it_knows_all_objects()
    {
        var check = InformerHealth.Synced(informer);
        Assert.Equal((false, "waits for its first list; where that lasts, look for refused calls in the log"), (check.Look().IsWell, check.Look().Message));

        informer.Sync();

        Assert.Equal((true, "knows all objects"), (check.Look().IsWell, check.Look().Message));
        Assert.Equal("informer embeddingjobs.textops.dev", check.Name);
    }

    [Fact]
    public void A_report_names_every_check_with_what_was_seen()
    {
        var report = HealthReport.Of("healthz", [new("one", () => HealthState.Well("runs")), new("two", () => HealthState.Well("runs too"))]);

        Assert.Equal((200, "[+] one: runs\n[+] two: runs too\nhealthz check passed\n"), (report.Status, report.Body));
    }

    [Fact]
    public void A_check_that_is_ill_or_throws_fails_the_report_and_hides_no_other()
    {
        var report = HealthReport.Of("readyz",
        [
            new("one", () => HealthState.Ill("stands still")),
            new("two", () => throw new InvalidOperationException("no answer")),
            new("three", () => HealthState.Well("runs")),
        ]);

        Assert.Equal((503, "[-] one: stands still\n[-] two: cannot be told: no answer\n[+] three: runs\nreadyz check failed\n"), (report.Status, report.Body));
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    }

    private sealed class FakeInformer : IInformer
    {
        private readonly TaskCompletionSource synced = new();

        public DateTimeOffset LastActivity { get; set; }

        public bool HasSynced => synced.Task.IsCompleted;

        public EntityType Type => EntityType.Of<EmbeddingJob>();

        public Task RunAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WaitForSyncAsync(CancellationToken cancellationToken) => synced.Task.WaitAsync(cancellationToken);

        public void Sync() => synced.SetResult();
    }
}
