using Microsoft.Extensions.Logging;
using TextOps.Crds;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.EmbeddingJobs;
using TextOps.Operator.Host.Health;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Host;

/// <summary>The controllers over a real API server, working while this process holds the lease.</summary>
internal sealed partial class OperatorControlPlane : IControlPlane
{
    private const string LeaseName = "textops-operator";

    private readonly KubernetesMetrics metrics = new();
    private readonly ProgressReader reader = new();
    private readonly RestKubernetesClient client;
    private readonly RestKubernetesClient leaseClient;
    private readonly EventRecorder events;
    private readonly ControllerHost host;
    private readonly LeaseElector? elector;
    private readonly TimeSpan grace;
    private readonly ILogger<OperatorControlPlane> logger;

    private OperatorControlPlane(HostOptions options, ClusterConfiguration cluster, TimeProvider time, ILoggerFactory loggers)
    {
        grace = options.Grace;
        logger = loggers.CreateLogger<OperatorControlPlane>();
        var limits = new RestClientOptions { CallsPerSecond = options.CallsPerSecond, Burst = options.Burst };
        client = new RestKubernetesClient(cluster, limits, time, loggers.CreateLogger<RestKubernetesClient>());

        // Of its own, so that renewing the lease never waits behind the controllers' calls.
        leaseClient = new RestKubernetesClient(cluster, new RestClientOptions { MaxTries = 1 }, time, loggers.CreateLogger<RestKubernetesClient>());
        events = new EventRecorder(client, ApiGroup.FieldManager, time, loggers.CreateLogger<EventRecorder>());
        host = new ControllerHost(client, options.WatchNamespaces, time, loggers, metrics);

        // Only children of ours, and of their pods not what runs in them: a cluster has many.
        var jobs = host.Informer<V1Job>(ApiGroup.NameLabel);
        var pods = host.Informer<V1Pod>(ApiGroup.NameLabel, pod => pod with { Spec = pod.Spec with { Containers = [], Volumes = null, Affinity = null, Tolerations = null } });
        var children = new ChildTasks(client, jobs.Store, new LabelIndex<V1Pod>(pods, ApiGroup.NameLabel), options.Operator);
        var observer = new EmbeddingJobObserver(children, new ProgressBook(reader, options.Operator.ProgressInterval, time), options.Operator);
        host.Add(
                new EmbeddingJobController(client, children, observer, events, time, loggers.CreateLogger<EmbeddingJobController>()),
                new ControllerOptions { Workers = options.Workers })
            .Owns<V1Job>(labelSelector: ApiGroup.NameLabel)
            .Owns<V1Pod>(ChildTasks.OwnerOf, ApiGroup.NameLabel);

        if (options.LeaderElect)
        {
            var election = new LeaseElectorOptions { Namespace = options.LeaderElectionNamespace ?? cluster.Namespace, Name = LeaseName };
            elector = new LeaseElector(leaseClient, election, time, loggers.CreateLogger<LeaseElector>(), metrics);
        }

        Liveness = [.. host.Informers.Select(informer => InformerHealth.Live(informer, time)), .. ElectionHealth.Live(elector)];
        Readiness = [.. host.Informers.Select(InformerHealth.Synced), .. ElectionHealth.Ready(elector)];
        LogCluster(cluster.Server, elector is null ? "without a lease" : $"under lease {LeaseName} in namespace {options.LeaderElectionNamespace ?? cluster.Namespace}");
    }

    /// <inheritdoc/>
    public IReadOnlyList<HealthCheck> Liveness { get; }

    /// <inheritdoc/>
    public IReadOnlyList<HealthCheck> Readiness { get; }

    /// <summary>Finds the cluster that <paramref name="options"/> mean; opens no connection yet.</summary>
    /// <exception cref="ConfigurationException">How to reach it cannot be told.</exception>
    public static IControlPlane Build(HostOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        try
        {
            var loader = new ClusterConfigurationLoader(ClusterEnvironment.Current(), time);
            var cluster = loader.Load(new ClusterConfigurationOptions { KubeConfig = options.KubeConfig, Context = options.Context });
            return new OperatorControlPlane(options, cluster, time, loggers);
        }
        catch (ClusterConfigurationException problem)
        {
            throw new ConfigurationException(problem.Message, problem);
        }
    }

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await host.StartInformersAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }

        using var withdraw = new CancellationTokenSource();
        var work = elector is null ? host.RunWorkersAsync(CancellationToken.None) : elector.RunAsync(host.RunWorkersAsync, withdraw.Token);
        await Task.WhenAny(work, Task.Delay(Timeout.Infinite, stop));

        // The lease is kept until running passes have ended, and given back then.
        await host.StopAsync(grace);
        await withdraw.CancelAsync();
        try
        {
            await work;
        }
        catch (OperationCanceledException) when (withdraw.IsCancellationRequested)
        {
            // It stood by.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await events.DisposeAsync();
        reader.Dispose();
        client.Dispose();
        leaseClient.Dispose();
        metrics.Dispose();
    }

    [LoggerMessage(EventName = "ClusterChosen", Level = LogLevel.Information, Message = "The cluster is {Server}; the operator works {Election}")]
    private partial void LogCluster(Uri server, string election);
}
