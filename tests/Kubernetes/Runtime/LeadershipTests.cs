using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Runtime;

/// <summary>Controllers that work only while their process leads.</summary>
public sealed class LeadershipTests : IAsyncDisposable
{
    private readonly ManualTime time = new();
    private readonly InMemoryCluster cluster = new();
    private readonly RecordingLoggers loggers = new();
    private readonly Passes passes = new();
    private readonly ControllerHost host;

    public LeadershipTests()
    {
        cluster.Register(new CustomResource(Widget.Definition(), _ => []));
        host = Host(passes);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        passes.Act = (_, _) => Task.CompletedTask;
        await host.DisposeAsync();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task Who_stands_by_knows_the_objects_and_does_nothing()
    {
        await CreateAsync("a");
        await host.StartInformersAsync(Ct);
        await CreateAsync("b");
        await Eventually.HoldsAsync("b is known", () => host.Informer<Widget>().Store.Count == 2);
        Assert.Empty(passes.Seen);
        Assert.Throws<InvalidOperationException>(() => Host(new Passes()).RunWorkersAsync(Ct).IsCompleted);

        using var leadership = new CancellationTokenSource();
        var leading = host.RunWorkersAsync(leadership.Token);
        await SeenAsync("a", "b");
        Assert.Throws<InvalidOperationException>(() => host.RunWorkersAsync(leadership.Token).IsCompleted);
        await leadership.CancelAsync();
        await Eventually.ComesAsync(leading);
    }

    [Fact]
    public async Task Lost_leadership_cancels_the_pass_that_runs_and_begins_no_other()
    {
        var inside = new TaskCompletionSource();
        var ends = new TaskCompletionSource();
        passes.Act = async (_, token) =>
        {
            inside.TrySetResult();
            await new TaskCompletionSource().Task.WaitAsync(token).ContinueWith(_ => { }, TaskScheduler.Default);
            await ends.Task;
            token.ThrowIfCancellationRequested();
        };
        await CreateAsync("a");
        await CreateAsync("b");
        await host.StartInformersAsync(Ct);
        using var leadership = new CancellationTokenSource();
        var leading = host.RunWorkersAsync(leadership.Token);
        await Eventually.ComesAsync(inside.Task);
        await leadership.CancelAsync();

        // It is over when the pass is, not before; and the next may begin only then.
        Assert.False(leading.IsCompleted);
        ends.SetResult();
        await Eventually.ComesAsync(leading);
        Assert.True(leading.IsCompletedSuccessfully);
        Assert.Single(passes.Seen);
        await CreateAsync("c");
        await Eventually.HoldsAsync("c is known", () => host.Informer<Widget>().Store.Count == 3);
        Assert.Single(passes.Seen);
        Assert.Equal(0, loggers.Count(LogLevel.Error));
    }

    [Fact]
    public async Task Regained_leadership_looks_at_everything_anew_and_at_what_went_meanwhile()
    {
        await CreateAsync("stays");
        await CreateAsync("goes");
        await host.StartInformersAsync(Ct);
        using (var first = new CancellationTokenSource())
        {
            var leading = host.RunWorkersAsync(first.Token);
            await SeenAsync("goes", "stays");
            await first.CancelAsync();
            await Eventually.ComesAsync(leading);
        }

        await cluster.DeleteAsync<Widget>("goes", "n", null, Ct);
        await CreateAsync("new");
        await Eventually.HoldsAsync("the store has caught up", () => host.Informer<Widget>().Store.All().Select(widget => widget.Metadata.Name).Order().SequenceEqual(["new", "stays"]));
        passes.Seen.Clear();
        using var second = new CancellationTokenSource();
        var again = host.RunWorkersAsync(second.Token);
        await SeenAsync("goes deleted", "new", "stays");
        await cluster.PatchAsync<Widget>("stays", "n", new JsonObject { ["spec"] = new JsonObject { ["size"] = 2 } }, Ct);
        await SeenAsync("goes deleted", "new", "stays", "stays");
        await second.CancelAsync();
        await Eventually.ComesAsync(again);
    }

    [Fact]
    public async Task A_stop_of_the_host_gives_passes_their_grace_and_ends_the_workers()
    {
        var inside = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var cancelled = false;
        passes.Act = async (_, token) =>
        {
            inside.TrySetResult();
            await go.Task;
            cancelled = token.IsCancellationRequested;
        };
        await CreateAsync("a");
        await host.StartInformersAsync(Ct);
        var leading = host.RunWorkersAsync(CancellationToken.None);
        await Eventually.ComesAsync(inside.Task);
        var stop = host.StopAsync(TimeSpan.FromSeconds(30));
        Assert.False(leading.IsCompleted);
        go.SetResult();
        await Eventually.ComesAsync(stop);
        await Eventually.ComesAsync(leading);
        Assert.False(cancelled);
        await host.RunWorkersAsync(CancellationToken.None);
        Assert.Single(passes.Seen);
    }

    [Fact]
    public async Task Work_goes_from_one_process_to_another_and_never_is_in_both()
    {
        var other = new Passes();
        var working = 0;
        var overlap = false;
        passes.Act = other.Act = async (_, token) =>
        {
            overlap |= Interlocked.Increment(ref working) > 1;
            await new TaskCompletionSource().Task.WaitAsync(token).ContinueWith(_ => { }, TaskScheduler.Default);
            Interlocked.Decrement(ref working);
        };
        await using var otherHost = Host(other);
        var line = new FaultyClient(cluster);
        var first = Elector(line, "first");
        var second = Elector(new FaultyClient(cluster), "second");
        await CreateAsync("a");
        await host.StartInformersAsync(Ct);
        await otherHost.StartInformersAsync(Ct);
        using var stop = new CancellationTokenSource();
        var firstRuns = first.RunAsync(host.RunWorkersAsync, stop.Token);
        await SeenAsync("a");
        var secondRuns = second.RunAsync(otherHost.RunWorkersAsync, stop.Token);

        // The first is cut off from its lease, while its pass goes on.
        line.Line = (_, _, _) => throw new IOException("connection refused");
        await Eventually.HoldsAsync("the first has lost", () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return !first.IsLeader;
        });
        await Eventually.HoldsAsync("its pass ends without the clock", () => Volatile.Read(ref working) == 0);
        Assert.Empty(other.Seen);
        await Eventually.HoldsAsync("the other works", () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return !other.Seen.IsEmpty;
        });

        // And back again: the other stops, the first is well.
        line.Line = (_, call, _) => call();
        passes.Seen.Clear();
        await otherHost.StopAsync(TimeSpan.Zero);
        await Eventually.ComesAsync(secondRuns);
        await Eventually.HoldsAsync("the first works again", () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return !passes.Seen.IsEmpty;
        });
        await stop.CancelAsync();
        await Eventually.ComesAsync(firstRuns);
        Assert.False(overlap);
    }

    private ControllerHost Host(Passes reconciler)
    {
        var made = new ControllerHost(cluster, [], time, loggers);
        made.Add(reconciler, new ControllerOptions { Workers = 1 });
        return made;
    }

    private LeaseElector Elector(FaultyClient line, string identity) =>
        new(line, new LeaseElectorOptions { Namespace = "n", Name = "operator", Identity = identity }, time, new Logger<LeaseElector>(loggers));

    private Task CreateAsync(string name) =>
        cluster.CreateAsync(new Widget { Metadata = new V1ObjectMeta { Name = name, Namespace = "n" }, Spec = new WidgetSpec { Size = 1 } }, Ct);

    private async Task SeenAsync(params string[] expected)
    {
        await Eventually.HoldsAsync($"{expected.Length} passes", () => Task.FromResult(passes.Seen.Count), count => count >= expected.Length);
        Assert.Equal(expected, passes.Seen.Order(StringComparer.Ordinal));
    }

    private sealed class Passes : IEntityController<Widget>
    {
        public ConcurrentQueue<string> Seen { get; } = [];

        public Func<Widget, CancellationToken, Task> Act { get; set; } = (_, _) => Task.CompletedTask;

        public async Task<ReconcileResult> ReconcileAsync(Widget entity, CancellationToken cancellationToken)
        {
            Seen.Enqueue(entity.Metadata.Name!);
            await Act(entity, cancellationToken);
            return ReconcileResult.Done;
        }

        public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken)
        {
            Seen.Enqueue($"{name} deleted");
            return Task.CompletedTask;
        }
    }
}
