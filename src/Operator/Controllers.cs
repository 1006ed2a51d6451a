using Microsoft.Extensions.Logging;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.EmbeddingJobs;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;
using TextOps.Operator.TrainingRuns;

namespace TextOps.Operator;

/// <summary>The controllers of all our kinds. They share the informers of Jobs and pods, and what they remember of them.</summary>
/// <param name="host">Where they run.</param>
/// <param name="client">The cluster.</param>
/// <param name="events">Where events go.</param>
/// <param name="reader">Asks pods for their progress.</param>
/// <param name="options">What the operator is told.</param>
/// <param name="time">Clock of decisions.</param>
/// <param name="loggers">Where loggers come from.</param>
/// <param name="childSelector">Which Jobs and pods are followed; all where null.</param>
public sealed class Controllers(
    ControllerHost host,
    IKubernetesClient client,
    IEventRecorder events,
    ProgressReader reader,
    OperatorOptions options,
    TimeProvider time,
    ILoggerFactory loggers,
    string? childSelector = null)
{
    private readonly ChildTasks children = new(client, host.Informer<V1Job>(childSelector).Store, new ChildIndex<V1Pod>(host.Informer<V1Pod>(childSelector)), options);
    private readonly EmbeddingJobKind embeddingJobs = new(options);
    private readonly TrainingRunKind trainingRuns = new(options, host.Informer<EmbeddingJob>().Store);

    // Before the controllers: whoever looks at a TrainingRun has to be found by the EmbeddingJob that changes then.
    private readonly ChildIndex<TrainingRun> trainingRunsByDataset = new(host.Informer<TrainingRun>(), TrainingRunKind.DatasetOf);

    /// <summary>Adds a controller for each kind.</summary>
    public void Add(ControllerOptions? controller = null)
    {
        var progress = new ProgressBook(reader, options.ProgressInterval, time);
        Add(embeddingJobs, progress, controller);
        Add(trainingRuns, progress, controller)
            .Watches<EmbeddingJob>(job => trainingRunsByDataset.Find(OwnerKey.Of(job)).Select(NamespacedName.Of), TrainingRunKind.IsOtherDataset);
    }

    /// <summary>Looks at EmbeddingJobs as their controller does, asking an object's pods for progress once in <paramref name="interval"/>.</summary>
    public RunObserver<EmbeddingJob, EmbeddingJobSnapshot> ObserveEmbeddingJobs(TimeSpan interval) => Observe(embeddingJobs, new ProgressBook(reader, interval, time));

    private Controller<T> Add<T, TSnapshot>(IRunKind<T, TSnapshot> kind, ProgressBook progress, ControllerOptions? controller)
        where T : class, IRunObject<IRunSpec, IRunStatus>
        where TSnapshot : RunSnapshot
    {
        var logger = loggers.CreateLogger<RunController<T, TSnapshot>>();
        return host.Add(new RunController<T, TSnapshot>(kind, Observe(kind, progress), children, client, events, time, logger), controller)
            .Owns<V1Job>(labelSelector: childSelector)
            .Owns<V1Pod>(ChildTasks.OwnerOf<T>, childSelector);
    }

    private RunObserver<T, TSnapshot> Observe<T, TSnapshot>(IRunKind<T, TSnapshot> kind, ProgressBook progress)
        where T : class, IRunObject<IRunSpec, IRunStatus>
        where TSnapshot : RunSnapshot => new(kind, children, progress, options);
}
