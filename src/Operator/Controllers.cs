using Microsoft.Extensions.Logging;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.EmbeddingJobs;
using TextOps.Operator.ModelDeployments;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;
using TextOps.Operator.TrainingRuns;

namespace TextOps.Operator;

/// <summary>The controllers of all our kinds. They share the informers of Jobs and pods, and what they remember of them.</summary>
public sealed class Controllers
{
    private readonly ControllerHost host;
    private readonly IKubernetesClient client;
    private readonly IEventRecorder events;
    private readonly ProgressReader reader;
    private readonly OperatorOptions options;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly string? childSelector;
    private readonly ChildTasks tasks;
    private readonly StageChildren stages;
    private readonly EmbeddingJobKind embeddingJobs;
    private readonly TrainingRunKind trainingRuns;

    // Before the controllers: whoever looks at an object has to be found by what changes then.
    private readonly ChildIndex<TrainingRun> trainingRunsByDataset;
    private readonly ChildIndex<TrainingRun> trainingRunsByModel;
    private readonly ChildIndex<ModelDeployment> deploymentsByModel;

    /// <summary>Asks <paramref name="host"/> for the informers; nothing is added yet.</summary>
    /// <param name="host">Where they run.</param>
    /// <param name="client">The cluster.</param>
    /// <param name="events">Where events go.</param>
    /// <param name="reader">Asks pods for their progress.</param>
    /// <param name="options">What the operator is told.</param>
    /// <param name="time">Clock of decisions.</param>
    /// <param name="loggers">Where loggers come from.</param>
    /// <param name="childSelector">Which Jobs, pods, Deployments and Services are followed; all where null.</param>
    public Controllers(
        ControllerHost host,
        IKubernetesClient client,
        IEventRecorder events,
        ProgressReader reader,
        OperatorOptions options,
        TimeProvider time,
        ILoggerFactory loggers,
        string? childSelector = null)
    {
        this.host = host;
        this.client = client;
        this.events = events;
        this.reader = reader;
        this.options = options;
        this.time = time;
        this.loggers = loggers;
        this.childSelector = childSelector;
        var pods = new ChildIndex<V1Pod>(host.Informer<V1Pod>(childSelector));
        tasks = new ChildTasks(client, host.Informer<V1Job>(childSelector).Store, pods);
        stages = new StageChildren(client, host.Informer<V1Deployment>(childSelector).Store, host.Informer<V1Service>(childSelector).Store, pods);
        embeddingJobs = new EmbeddingJobKind(options);
        trainingRuns = new TrainingRunKind(options, host.Informer<EmbeddingJob>().Store);
        trainingRunsByDataset = new ChildIndex<TrainingRun>(host.Informer<TrainingRun>(), TrainingRunKind.DatasetOf);
        trainingRunsByModel = new ChildIndex<TrainingRun>(host.Informer<TrainingRun>(), run => ModelKey.Of(run, options));
        deploymentsByModel = new ChildIndex<ModelDeployment>(host.Informer<ModelDeployment>(), deployment => ModelKey.Of(deployment, options));
    }

    /// <summary>Adds a controller for each kind.</summary>
    public void Add(ControllerOptions? controller = null)
    {
        var progress = new ProgressBook(reader, options.ProgressInterval, time);
        Add(embeddingJobs, progress, controller);
        Add(trainingRuns, progress, controller)
            .Watches<EmbeddingJob>(job => trainingRunsByDataset.Find(OwnerKey.Of(job)).Select(NamespacedName.Of), TrainingRunKind.IsOtherDataset);
        AddModelDeployments(controller);
    }

    /// <summary>Looks at EmbeddingJobs as their controller does, asking an object's pods for progress once in <paramref name="interval"/>.</summary>
    public RunObserver<EmbeddingJob, EmbeddingJobSnapshot> ObserveEmbeddingJobs(TimeSpan interval) => Observe(embeddingJobs, new ProgressBook(reader, interval, time));

    private Controller<T> Add<T, TSnapshot>(IRunKind<T, TSnapshot> kind, ProgressBook progress, ControllerOptions? controller)
        where T : class, IRunObject<IRunSpec, IRunStatus>
        where TSnapshot : RunSnapshot
    {
        var logger = loggers.CreateLogger<RunController<T, TSnapshot>>();
        return host.Add(new RunController<T, TSnapshot>(kind, Observe(kind, progress), tasks, client, events, time, logger), controller)
            .Owns<V1Job>(labelSelector: childSelector)
            .Owns<V1Pod>(ChildTasks.OwnerOf<T>, childSelector);
    }

    private void AddModelDeployments(ControllerOptions? controller)
    {
        var observer = new ModelDeploymentObserver(stages, tasks, trainingRunsByModel, options);
        host.Add(new ModelDeploymentController(observer, stages, tasks, client, events, time, loggers.CreateLogger<ModelDeploymentController>()), controller)
            .Owns<V1Deployment>(labelSelector: childSelector)
            .Owns<V1Service>(labelSelector: childSelector)
            .Owns<V1Job>(labelSelector: childSelector)
            .Owns<V1Pod>(ChildTasks.OwnerOf<ModelDeployment>, childSelector)
            .Watches<TrainingRun>(run => ModelKey.Of(run, options) is { } model ? deploymentsByModel.Find(model).Select(NamespacedName.Of) : [], ModelKey.IsOtherVersion);
    }

    private RunObserver<T, TSnapshot> Observe<T, TSnapshot>(IRunKind<T, TSnapshot> kind, ProgressBook progress)
        where T : class, IRunObject<IRunSpec, IRunStatus>
        where TSnapshot : RunSnapshot => new(kind, tasks, progress, options);
}
