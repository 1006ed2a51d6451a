using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace TextOps.Kubernetes.Runtime;

/// <summary>
/// What controllers, queues and electors measure, under the names that controller-runtime gives its Prometheus metrics, so that its dashboards and alerts
/// fit. One object a process; whatever shows the numbers listens to <see cref="Meter"/>. Times are in seconds.
/// </summary>
public sealed class KubernetesMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TextOps.Kubernetes";

    /// <summary>controller-runtime, pkg/internal/controller/metrics.</summary>
    private static readonly double[] ReconcileBuckets =
    [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0,
        1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
    ];

    /// <summary>controller-runtime, pkg/metrics/workqueue.go.</summary>
    private static readonly double[] QueueBuckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

    private readonly ConcurrentDictionary<WorkQueue, byte> queues = new();
    private readonly ConcurrentDictionary<IController, byte> controllers = new();
    private readonly ConcurrentDictionary<LeaseElector, byte> electors = new();

    /// <summary>Makes the instruments.</summary>
    public KubernetesMetrics()
    {
        Reconciles = Meter.CreateCounter<long>("controller_runtime_reconcile_total", description: "Passes by controller and result");
        ReconcileErrors = Meter.CreateCounter<long>("controller_runtime_reconcile_errors_total", description: "Passes that failed");
        ReconcileTime = Histogram("controller_runtime_reconcile_time_seconds", "How long a pass takes", ReconcileBuckets);
        Gauge(controllers, "controller_runtime_max_concurrent_reconciles", "controller", controller => (controller.Name, controller.MaxWorkers), "Workers of a controller");
        Gauge(controllers, "controller_runtime_active_workers", "controller", controller => (controller.Name, controller.ActiveWorkers), "Workers inside a pass");

        QueueAdds = Meter.CreateCounter<long>("workqueue_adds_total", description: "Keys added");
        QueueRetries = Meter.CreateCounter<long>("workqueue_retries_total", description: "Keys added with a delay");
        QueueDuration = Histogram("workqueue_queue_duration_seconds", "How long a key waits for a worker", QueueBuckets);
        WorkDuration = Histogram("workqueue_work_duration_seconds", "How long a worker holds a key", QueueBuckets);
        Gauge(queues, "workqueue_depth", "name", queue => (queue.Name, queue.Depth), "Keys that a worker could take now");
        Gauge(queues, "workqueue_unfinished_work_seconds", "name", queue => (queue.Name, queue.WorkInHand.Sum.TotalSeconds), "Sum of the times that keys are in hand by now");
        Gauge(queues, "workqueue_longest_running_processor_seconds", "name", queue => (queue.Name, queue.WorkInHand.Longest.TotalSeconds), "Longest time that a key is in hand by now");

        Gauge(electors, "leader_election_master_status", "name", elector => (elector.Name, elector.IsLeader ? 1 : 0), "1 where this process leads, 0 where it stands by");
    }

    /// <summary>The meter of all instruments.</summary>
    public Meter Meter { get; } = new(MeterName);

    internal Counter<long> Reconciles { get; }

    internal Counter<long> ReconcileErrors { get; }

    internal Histogram<double> ReconcileTime { get; }

    internal Counter<long> QueueAdds { get; }

    internal Counter<long> QueueRetries { get; }

    internal Histogram<double> QueueDuration { get; }

    internal Histogram<double> WorkDuration { get; }

    /// <summary>Ends the meter.</summary>
    public void Dispose() => Meter.Dispose();

    internal void Add(WorkQueue queue) => queues.TryAdd(queue, 0);

    internal void Remove(WorkQueue queue) => queues.TryRemove(queue, out _);

    internal void Add(IController controller) => controllers.TryAdd(controller, 0);

    internal void Remove(IController controller) => controllers.TryRemove(controller, out _);

    internal void Add(LeaseElector elector) => electors.TryAdd(elector, 0);

    internal void Remove(LeaseElector elector) => electors.TryRemove(elector, out _);

    private Histogram<double> Histogram(string name, string description, double[] buckets) =>
        Meter.CreateHistogram(name, unit: "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });

    private void Gauge<T>(ConcurrentDictionary<T, byte> sources, string name, string label, Func<T, (string Label, double Value)> read, string description) where T : notnull =>
        Meter.CreateObservableGauge(name, () => sources.Keys.Select(source =>
        {
            var (of, value) = read(source);
            return new Measurement<double>(value, new KeyValuePair<string, object?>(label, of));
        }), description: description);
}
