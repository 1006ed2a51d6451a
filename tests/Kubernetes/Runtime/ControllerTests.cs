using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Runtime;

public sealed class ControllerTests : IAsyncDisposable
{
    private readonly ManualTime time = new();
    private readonly InMemoryCluster cluster = new();
    private readonly RecordingReconciler reconciler = new();
    private readonly RecordingLoggers loggers = new();
    private readonly ControllerHost host;

    public ControllerTests()
    {
        cluster.Register(new CustomResource(Widget.Definition(), _ => []));
        host = new ControllerHost(cluster, [], time, loggers);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        reconciler.Act = (_, _) => Task.FromResult(ReconcileResult.Done);
        await host.DisposeAsync();
        await cluster.DisposeAsync();
        loggers.Dispose();
    }

    [Fact]
    public async Task What_is_there_at_the_start_and_what_changes_later_is_reconciled()
    {
        await CreateAsync("before");
        await StartAsync();
        await PassesAsync("before:1");
        await CreateAsync("later");
        await PassesAsync("before:1", "later:1");
        await cluster.PatchAsync<Widget>("later", "n", Size(2), Ct);
        await PassesAsync("before:1", "later:1", "later:2");
        await cluster.DeleteAsync<Widget>("later", "n", null, Ct);
        await PassesAsync("before:1", "later:1", "later:2", "later:deleted");
    }

    [Fact]
    public async Task A_pass_works_on_the_servers_state_and_not_on_an_older_one()
    {
        // The informer's store is held back by a first pass; the object moves on meanwhile.
        var inside = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        reconciler.Act = async (widget, _) =>
        {
            if (widget.Metadata.Generation == 1)
            {
                inside.SetResult();
                await go.Task;
            }

            return ReconcileResult.Done;
        };
        await StartAsync();
        await CreateAsync("a");
        await Eventually.ComesAsync(inside.Task);
        for (var size = 2; size < 6; size++)
        {
            await cluster.PatchAsync<Widget>("a", "n", Size(size), Ct);
        }

        await Eventually.HoldsAsync("the store has caught up", () => host.Informer<Widget>().Store.All().Single().Spec.Size == 5);
        go.SetResult();

        // Four changes during the pass are one more pass, on the last state.
        await PassesAsync("a:1", "a:5");
    }

    [Fact]
    public async Task An_object_is_in_the_hands_of_one_worker()
    {
        var inside = new ConcurrentDictionary<string, int>();
        var overlap = false;
        reconciler.Act = async (widget, _) =>
        {
            overlap |= inside.AddOrUpdate(widget.Metadata.Name!, 1, (_, count) => count + 1) > 1;
            await Task.Yield();
            inside.AddOrUpdate(widget.Metadata.Name!, 0, (_, count) => count - 1);
            return ReconcileResult.Done;
        };
        await StartAsync(new ControllerOptions { Workers = 8 });
        foreach (var name in (string[])["a", "b", "c"])
        {
            await CreateAsync(name);
        }

        for (var size = 2; size <= 200; size++)
        {
            foreach (var name in (string[])["a", "b", "c"])
            {
                await cluster.PatchAsync<Widget>(name, "n", Size(size), Ct);
            }
        }

        await Eventually.HoldsAsync("the last state was seen", () => reconciler.Passes.Count(pass => pass.EndsWith(":200", StringComparison.Ordinal)) >= 3);
        Assert.False(overlap);
    }

    [Fact]
    public async Task Different_objects_are_worked_on_at_once()
    {
        var both = new CountdownEvent(2);
        var go = new TaskCompletionSource();
        reconciler.Act = async (_, _) =>
        {
            both.Signal();
            await go.Task;
            return ReconcileResult.Done;
        };
        await StartAsync(new ControllerOptions { Workers = 2 });
        await CreateAsync("a");
        await CreateAsync("b");
        await Eventually.HoldsAsync("both are inside", () => both.IsSet);
        go.SetResult();
    }

    [Fact]
    public async Task A_failure_is_logged_and_tried_again_after_a_growing_delay_that_success_resets()
    {
        var pass = 0;
        reconciler.Act = (_, _) => Interlocked.Increment(ref pass) is 1 or 2 or 3 or 5 ? throw new InvalidOperationException("the store is away") : Task.FromResult(ReconcileResult.Done);
        await StartAsync();
        await CreateAsync("a");
        foreach (var delay in (int[])[5, 10, 20])
        {
            await WaitsAsync();
            var passes = reconciler.Passes.Count;
            time.Advance(TimeSpan.FromMilliseconds(delay - 1));
            Assert.Equal(passes, reconciler.Passes.Count);
            time.Advance(TimeSpan.FromMilliseconds(1));
            await Eventually.HoldsAsync("another pass", () => reconciler.Passes.Count == passes + 1);
        }

        Assert.Equal(3, loggers.Count(LogLevel.Error, "the store is away"));
        await cluster.PatchAsync<Widget>("a", "n", Labels("x"), Ct);
        await PassesAsync("a:1", "a:1", "a:1", "a:1", "a:1");
        await WaitsAsync();
        time.Advance(TimeSpan.FromMilliseconds(5));
        await PassesAsync("a:1", "a:1", "a:1", "a:1", "a:1", "a:1");
    }

    [Fact]
    public async Task A_conflict_is_tried_again_quietly()
    {
        var first = true;
        reconciler.Act = (_, _) =>
        {
            var conflict = first;
            first = false;
            return conflict ? throw new KubernetesException(409, "Conflict", "the object has been modified") : Task.FromResult(ReconcileResult.Done);
        };
        await StartAsync();
        await CreateAsync("a");
        await WaitsAsync();
        time.Advance(TimeSpan.FromMilliseconds(5));
        await PassesAsync("a:1", "a:1");
        Assert.Equal(0, loggers.Count(LogLevel.Warning) + loggers.Count(LogLevel.Error));
        Assert.Equal(1, loggers.Count(LogLevel.Debug, "the object has been modified"));
    }

    [Fact]
    public async Task After_a_conflict_the_next_pass_works_on_what_the_server_has()
    {
        // As where a user edits the object during a pass: the write that rests on the older state is refused, once.
        var first = true;
        reconciler.Act = async (widget, ct) =>
        {
            if (first)
            {
                first = false;
                await cluster.PatchAsync<Widget>("a", "n", Size(2), ct);
            }

            await cluster.UpdateStatusAsync(widget with { Status = new WidgetStatus { Observed = widget.Spec.Size } }, ct);
            return ReconcileResult.Done;
        };
        await StartAsync();
        await CreateAsync("a");
        await Eventually.HoldsAsync("a conflict", () => loggers.Count(LogLevel.Debug, "the object has been modified") == 1);
        time.Advance(TimeSpan.FromMilliseconds(5));
        await Eventually.HoldsAsync("the status is of the new spec", () => cluster.GetAsync<Widget>("a", "n", Ct), widget => widget!.Status?.Observed == 2);
        Assert.Equal("a:1", reconciler.Passes.First());
        Assert.All(reconciler.Passes.Skip(1), pass => Assert.Equal("a:2", pass));
        Assert.Equal(0, loggers.Count(LogLevel.Error));
        Assert.Equal(1, loggers.Count(LogLevel.Debug, "the object has been modified"));
    }

    [Fact]
    public async Task An_object_that_goes_during_its_pass_is_no_error()
    {
        reconciler.Act = async (widget, ct) =>
        {
            await cluster.DeleteAsync<Widget>("a", "n", null, ct);
            await cluster.UpdateStatusAsync(widget with { Status = new WidgetStatus { Phase = "late" } }, ct);
            return ReconcileResult.Done;
        };
        await StartAsync();
        await CreateAsync("a");
        await Eventually.HoldsAsync("its end is told", () => reconciler.Passes.Contains("a:deleted"));
        Assert.Equal(0, loggers.Count(LogLevel.Error) + loggers.Count(LogLevel.Warning));
        Assert.Equal(1, loggers.Count(LogLevel.Debug, "not found"));
    }

    [Fact]
    public async Task Something_else_that_is_missing_is_an_error()
    {
        reconciler.Act = (_, _) => throw new KubernetesException(404, "NotFound", "namespaces \"children\" not found");
        await StartAsync();
        await CreateAsync("a");
        await Eventually.HoldsAsync("it is told", () => loggers.Count(LogLevel.Error, "namespaces \"children\" not found") == 1);
    }

    [Fact]
    public async Task A_pass_that_runs_into_a_timeout_of_its_own_has_failed()
    {
        var first = true;
        reconciler.Act = (_, _) =>
        {
            var timeout = first;
            first = false;
            return timeout ? throw new TaskCanceledException("no answer for 30 s") : Task.FromResult(ReconcileResult.Done);
        };
        await StartAsync();
        await CreateAsync("a");
        await Eventually.HoldsAsync("it is told", () => loggers.Count(LogLevel.Error, "no answer for 30 s") == 1);
        await WaitsAsync();
        time.Advance(TimeSpan.FromMilliseconds(5));
        await PassesAsync("a:1", "a:1");
    }

    [Fact]
    public async Task A_pass_that_was_asked_for_is_not_lost_because_the_status_changed()
    {
        // The status write of the first pass wakes the object; that pass asks for nothing.
        reconciler.Act = async (widget, ct) =>
        {
            if (widget.Status is not null)
            {
                return ReconcileResult.Done;
            }

            await cluster.UpdateStatusAsync(widget with { Status = new WidgetStatus { Phase = "Running" } }, ct);
            return ReconcileResult.Again(TimeSpan.FromMinutes(10));
        };
        await StartAsync();
        await CreateAsync("a");
        await PassesAsync("a:1", "a:1");
        await WaitsAsync();
        time.Advance(TimeSpan.FromMinutes(10));
        await PassesAsync("a:1", "a:1", "a:1");
    }

    [Fact]
    public async Task A_pass_that_was_asked_for_finds_that_its_object_is_gone()
    {
        reconciler.Act = (_, _) => Task.FromResult(ReconcileResult.Again(TimeSpan.FromMinutes(10)));
        await StartAsync();
        await CreateAsync("a");
        await WaitsAsync();
        await cluster.DeleteAsync<Widget>("a", "n", null, Ct);
        await PassesAsync("a:1", "a:deleted");
        time.Advance(TimeSpan.FromMinutes(10));
        await PassesAsync("a:1", "a:deleted", "a:deleted");
        Assert.Equal(0, loggers.Count(LogLevel.Error));
    }

    [Fact]
    public async Task An_object_that_is_ending_at_the_start_is_looked_at()
    {
        await cluster.CreateAsync(Pod("p", "none") with { Spec = new V1PodSpec { NodeName = "node", Containers = [new V1Container { Name = "main" }] } }, Ct);
        await cluster.DeleteAsync<V1Pod>("p", "n", null, Ct);
        var ending = new TaskCompletionSource<V1Pod>();
        host.Add(new Lookout(ending));
        await host.StartAsync(Ct);
        Assert.NotNull((await Eventually.ComesAsync(ending.Task)).Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task A_change_of_the_spec_resets_the_back_off_and_another_change_does_not()
    {
        reconciler.Act = (_, _) => throw new InvalidOperationException("no");
        await StartAsync(new ControllerOptions { Workers = 1, Queue = new WorkQueueOptions { BaseDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromHours(1) } });
        await CreateAsync("a");
        for (var delay = 1; delay <= 4; delay *= 2)
        {
            await FailedAsync();
            time.Advance(TimeSpan.FromSeconds(delay));
        }

        await FailedAsync();
        Assert.Contains("4 times in a row", loggers.Last(LogLevel.Error), StringComparison.Ordinal);
        await cluster.PatchAsync<Widget>("a", "n", Labels("x"), Ct);
        await FailedAsync();
        Assert.Contains("5 times in a row", loggers.Last(LogLevel.Error), StringComparison.Ordinal);
        await cluster.PatchAsync<Widget>("a", "n", Size(2), Ct);
        await FailedAsync();
        Assert.Contains("1 times in a row", loggers.Last(LogLevel.Error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pass_may_ask_for_the_next_one()
    {
        reconciler.Act = (_, _) => Task.FromResult(ReconcileResult.Again(TimeSpan.FromMinutes(10)));
        await StartAsync();
        await CreateAsync("a");
        await WaitsAsync();
        time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        await PassesAsync("a:1");
        time.Advance(TimeSpan.FromMilliseconds(1));
        await PassesAsync("a:1", "a:1");
    }

    [Fact]
    public async Task Changes_of_what_an_object_owns_wake_it()
    {
        var controller = host.Add(reconciler);
        controller.Owns<V1ConfigMap>().Owns<V1Pod>(pod => pod.Metadata.Labels is { } labels && labels.TryGetValue("widget", out var name) ? new NamespacedName("n", name) : null);
        var widget = await CreateAsync("a");
        await CreateAsync("other");
        await host.StartAsync(Ct);
        await PassesAsync("a:1", "other:1");

        var owned = new V1ObjectMeta { Name = "child", Namespace = "n", OwnerReferences = [OwnerReferences.ToController(widget)] };
        await cluster.CreateAsync(new V1ConfigMap { Metadata = owned }, Ct);
        await PassesAsync("a:1", "a:1", "other:1");
        await cluster.PatchAsync<V1ConfigMap>("child", "n", Labels("x"), Ct);
        await PassesAsync("a:1", "a:1", "a:1", "other:1");
        await cluster.DeleteAsync<V1ConfigMap>("child", "n", null, Ct);
        await PassesAsync("a:1", "a:1", "a:1", "a:1", "other:1");

        // The owner's owner, by a label; and objects of nobody wake nobody.
        await cluster.CreateAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "stray", Namespace = "n" } }, Ct);
        await cluster.CreateAsync(Pod("p", "other"), Ct);
        await PassesAsync("a:1", "a:1", "a:1", "a:1", "other:1", "other:1");

        // An object that changes hands wakes both.
        await cluster.PatchAsync<V1Pod>("p", "n", new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["widget"] = "a" } } }, Ct);
        await PassesAsync("a:1", "a:1", "a:1", "a:1", "a:1", "other:1", "other:1", "other:1");
    }

    [Fact]
    public async Task An_informer_is_shared_and_its_store_can_be_read()
    {
        host.Add(reconciler).Owns<V1ConfigMap>();
        var informer = host.Informer<V1ConfigMap>();
        Assert.Same(informer, host.Informer<V1ConfigMap>());
        Assert.NotSame(informer, host.Informer<V1ConfigMap>("app=x"));
        await cluster.CreateAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "c", Namespace = "n" } }, Ct);
        await host.StartAsync(Ct);
        Assert.NotNull(informer.Store.Find(new NamespacedName("n", "c")));
        Assert.Throws<InvalidOperationException>(() => host.Informer<V1Event>());
    }

    [Fact]
    public async Task A_stop_waits_for_the_pass_that_runs_and_starts_no_other()
    {
        var inside = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var cancelled = false;
        reconciler.Act = async (_, ct) =>
        {
            inside.TrySetResult();
            await go.Task;
            cancelled = ct.IsCancellationRequested;
            return ReconcileResult.Done;
        };
        await StartAsync(new ControllerOptions { Workers = 1 });
        await CreateAsync("a");
        await Eventually.ComesAsync(inside.Task);
        await CreateAsync("b");
        await Eventually.HoldsAsync("b is known", () => host.Informer<Widget>().Store.Count == 2);

        var stop = host.StopAsync(TimeSpan.FromSeconds(30));
        Assert.False(stop.IsCompleted);
        go.SetResult();
        await Eventually.ComesAsync(stop);
        Assert.False(cancelled);
        Assert.Equal(["a:1"], reconciler.Passes);
    }

    [Fact]
    public async Task A_pass_that_outlasts_the_grace_is_cancelled()
    {
        var inside = new TaskCompletionSource();
        reconciler.Act = async (_, ct) =>
        {
            inside.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
            return ReconcileResult.Done;
        };
        await StartAsync();
        await CreateAsync("a");
        await Eventually.ComesAsync(inside.Task);
        var waiting = time.Waiting;
        var stop = host.StopAsync(TimeSpan.FromSeconds(30));
        await Eventually.HoldsAsync("the stop waits", () => time.Waiting == waiting + 1);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(stop.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.ComesAsync(stop);
        Assert.Equal(0, loggers.Count(LogLevel.Error));
        Assert.Equal(1, loggers.Count(LogLevel.Warning, "cancelled"));
    }

    private async Task StartAsync(ControllerOptions? options = null)
    {
        host.Add(reconciler, options);
        await host.StartAsync(Ct);
    }

    private Task<Widget> CreateAsync(string name) =>
        cluster.CreateAsync(new Widget { Metadata = new V1ObjectMeta { Name = name, Namespace = "n" }, Spec = new WidgetSpec { Size = 1 } }, Ct);

    private async Task PassesAsync(params string[] expected)
    {
        await Eventually.HoldsAsync($"{expected.Length} passes", () => Task.FromResult(reconciler.Passes.Count), seen => seen >= expected.Length);
        Assert.Equal(expected.Order(StringComparer.Ordinal), reconciler.Passes.Order(StringComparer.Ordinal));
    }

    /// <summary>Waits until a pass has ended and a key waits for its time.</summary>
    private Task WaitsAsync() => Eventually.HoldsAsync("a key waits for its time", () => time.Waiting > 0);

    private int failuresSeen;

    private async Task FailedAsync()
    {
        failuresSeen++;
        await Eventually.HoldsAsync($"failure {failuresSeen}", () => loggers.Count(LogLevel.Error) == failuresSeen);
    }

    private static JsonObject Size(int size) => new() { ["spec"] = new JsonObject { ["size"] = size } };

    private static JsonObject Labels(string value) => new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["label"] = value } } };

    private static V1Pod Pod(string name, string widget) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = "n", Labels = new Dictionary<string, string> { ["widget"] = widget } },
        Spec = new V1PodSpec { Containers = [new V1Container { Name = "main" }] },
    };

    private sealed class Lookout(TaskCompletionSource<V1Pod> seen) : IEntityController<V1Pod>
    {
        public Task<ReconcileResult> ReconcileAsync(V1Pod entity, CancellationToken cancellationToken)
        {
            seen.TrySetResult(entity);
            return Task.FromResult(ReconcileResult.Done);
        }

        public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class RecordingReconciler : IEntityController<Widget>
    {
        public ConcurrentQueue<string> Passes { get; } = [];

        public Func<Widget, CancellationToken, Task<ReconcileResult>> Act { get; set; } = (_, _) => Task.FromResult(ReconcileResult.Done);

        public Task<ReconcileResult> ReconcileAsync(Widget entity, CancellationToken cancellationToken)
        {
            Passes.Enqueue($"{entity.Metadata.Name}:{entity.Spec.Size}");
            return Act(entity, cancellationToken);
        }

        public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken)
        {
            Passes.Enqueue($"{name}:deleted");
            return Task.CompletedTask;
        }
    }
}
