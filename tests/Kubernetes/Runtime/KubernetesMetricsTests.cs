using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Runtime;

public sealed class KubernetesMetricsTests : IDisposable
{
    private static readonly NamespacedName A = new("n", "a");
    private static readonly NamespacedName B = new("n", "b");

    private readonly ManualTime time = new();
    private readonly KubernetesMetrics metrics = new();
    private readonly Measurements measured;

    public KubernetesMetricsTests() => measured = new Measurements(metrics.Meter);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        measured.Dispose();
        metrics.Dispose();
    }

    [Fact]
    public void Instruments_have_the_names_of_controller_runtime_and_histograms_its_buckets()
    {
        Assert.Equal(
            [
                "controller_runtime_active_workers", "controller_runtime_max_concurrent_reconciles", "controller_runtime_reconcile_errors_total",
                "controller_runtime_reconcile_time_seconds", "controller_runtime_reconcile_total", "leader_election_master_status", "workqueue_adds_total",
                "workqueue_depth", "workqueue_longest_running_processor_seconds", "workqueue_queue_duration_seconds", "workqueue_retries_total",
                "workqueue_unfinished_work_seconds", "workqueue_work_duration_seconds",
            ],
            measured.Instruments.Keys.Order(StringComparer.Ordinal));
        Assert.All(measured.Instruments.Values, instrument => Assert.NotEmpty(instrument.Description!));
        var reconcile = Assert.IsType<Histogram<double>>(measured.Instruments["controller_runtime_reconcile_time_seconds"]).Advice!.HistogramBucketBoundaries!;
        Assert.Equal((0.005, 60, 40), (reconcile[0], reconcile[^1], reconcile.Count));
        var queue = Assert.IsType<Histogram<double>>(measured.Instruments["workqueue_work_duration_seconds"]).Advice!.HistogramBucketBoundaries!;
        Assert.Equal((1e-8, 1000, 12), (queue[0], queue[^1], queue.Count));
    }

    [Fact]
    public async Task A_queue_tells_how_long_keys_wait_and_are_worked_on()
    {
        using var queue = new WorkQueue(time, null, "widget", metrics);
        queue.Add(A);
        queue.Add(A);
        queue.Add(B);
        Assert.Equal(2, measured.Sum("workqueue_adds_total{name=widget}"));
        Assert.Equal(2, measured.Now("workqueue_depth{name=widget}"));
        time.Advance(TimeSpan.FromSeconds(3));
        await queue.TakeAsync(Ct);
        time.Advance(TimeSpan.FromSeconds(4));
        await queue.TakeAsync(Ct);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([3, 7], measured.Of("workqueue_queue_duration_seconds{name=widget}"));
        Assert.Equal(0, measured.Now("workqueue_depth{name=widget}"));
        Assert.Equal(8, measured.Now("workqueue_unfinished_work_seconds{name=widget}"));
        Assert.Equal(6, measured.Now("workqueue_longest_running_processor_seconds{name=widget}"));
        queue.Done(A);
        Assert.Equal([6], measured.Of("workqueue_work_duration_seconds{name=widget}"));
        Assert.Equal(2, measured.Now("workqueue_unfinished_work_seconds{name=widget}"));

        // What is added with a delay is a retry, and an add when its time comes.
        queue.AddRateLimited(A);
        queue.AddAfter(A, TimeSpan.FromMinutes(1));
        Assert.Equal(2, measured.Sum("workqueue_retries_total{name=widget}"));
        Assert.Equal(2, measured.Sum("workqueue_adds_total{name=widget}"));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(3, measured.Sum("workqueue_adds_total{name=widget}"));
    }

    [Fact]
    public void A_queue_that_is_gone_is_measured_no_more()
    {
        var queue = new WorkQueue(time, null, "widget", metrics);
        queue.Add(A);
        Assert.Equal(1, measured.Now("workqueue_depth{name=widget}"));
        queue.Dispose();
        Assert.Null(measured.Now("workqueue_depth{name=widget}"));
    }

    [Fact]
    public async Task Whoever_listens_may_look_at_a_queue_under_a_lock_of_its_own()
    {
        // An exporter locks while it collects and while it takes a measurement: a queue that measured under its lock would stop both.
        var exporter = new Lock();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, it) =>
        {
            if (instrument.Meter == metrics.Meter)
            {
                it.EnableMeasurementEvents(instrument);
            }
        };
        void Take()
        {
            lock (exporter)
            {
                Thread.Yield();
            }
        }

        listener.SetMeasurementEventCallback<long>((_, _, _, _) => Take());
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Take());
        listener.Start();
        using var queue = new WorkQueue(time, null, "widget", metrics);
        var worker = Task.Run(async () =>
        {
            for (var i = 0; i < 5000; i++)
            {
                queue.Add(A);
                queue.Done((await queue.TakeAsync(Ct))!.Value);
            }
        }, Ct);
        var collector = Task.Run(() =>
        {
            while (!worker.IsCompleted)
            {
                lock (exporter)
                {
                    listener.RecordObservableInstruments();
                }
            }
        }, Ct);
        await Eventually.ComesAsync(Task.WhenAll(worker, collector));
    }

    [Fact]
    public async Task A_controller_counts_its_passes_by_what_came_of_them()
    {
        await using var cluster = new InMemoryCluster();
        cluster.Register(new CustomResource(Widget.Definition(), _ => []));
        var inside = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var reconciler = new ByName(async name =>
        {
            switch (name)
            {
                case "conflict":
                    throw new KubernetesException(409, "Conflict", "the object has been modified");
                case "error":
                    throw new InvalidOperationException("no");
                case "again":
                    return ReconcileResult.Again(TimeSpan.FromHours(1));
                case "slow":
                    inside.SetResult();
                    await go.Task;
                    return ReconcileResult.Done;
                default:
                    return ReconcileResult.Done;
            }
        });
        await using var host = new ControllerHost(cluster, [], time, NullLoggerFactory.Instance, metrics);
        host.Add(reconciler, new ControllerOptions { Workers = 3 });
        Assert.Null(measured.Now("controller_runtime_max_concurrent_reconciles{controller=widget}"));
        await host.StartAsync(Ct);
        Assert.Equal(0, measured.Sum("controller_runtime_reconcile_total{controller=widget,result=requeue}"));
        Assert.Equal(0, measured.Sum("controller_runtime_reconcile_errors_total{controller=widget}"));
        foreach (var name in (string[])["fine", "conflict", "error", "again", "slow"])
        {
            await cluster.CreateAsync(new Widget { Metadata = new V1ObjectMeta { Name = name, Namespace = "n" }, Spec = new WidgetSpec { Size = 1 } }, Ct);
        }

        await Eventually.ComesAsync(inside.Task);
        foreach (var result in (string[])["success", "error", "requeue", "requeue_after"])
        {
            await Eventually.HoldsAsync($"one {result}", () => measured.Sum($"controller_runtime_reconcile_total{{controller=widget,result={result}}}") == 1);
        }

        Assert.Equal(1, measured.Sum("controller_runtime_reconcile_errors_total{controller=widget}"));
        Assert.Equal(3, measured.Now("controller_runtime_max_concurrent_reconciles{controller=widget}"));
        Assert.Equal(1, measured.Now("controller_runtime_active_workers{controller=widget}"));
        time.Advance(TimeSpan.FromMilliseconds(1));
        go.SetResult();
        await Eventually.HoldsAsync("the slow one ended", () => measured.Of("controller_runtime_reconcile_time_seconds{controller=widget}").Count == 5);
        Assert.Equal(0.001, measured.Of("controller_runtime_reconcile_time_seconds{controller=widget}")[^1]);
        await host.StopAsync(TimeSpan.FromSeconds(1));
        Assert.Null(measured.Now("controller_runtime_active_workers{controller=widget}"));
        Assert.Null(measured.Now("workqueue_depth{name=widget}"));
    }

    private sealed class ByName(Func<string, Task<ReconcileResult>> act) : IEntityController<Widget>
    {
        public Task<ReconcileResult> ReconcileAsync(Widget entity, CancellationToken cancellationToken) => act(entity.Metadata.Name!);

        public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
