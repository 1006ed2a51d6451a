using Microsoft.Extensions.Logging;
using TextOps.Crds;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Host.Health;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Host;

/// <summary>The controllers over a real API server, working while this process holds the lease.</summary>
internal sealed partial class OperatorControlPlane : IControlPlane
{
    private readonly KubernetesMetrics metrics = new();
    private readonly ProgressReader reader = new();
    private readonly IKubernetesClient client;
    private readonly IKubernetesClient leaseClient;
    private readonly EventRecorder events;
    private readonly ControllerHost host;
    private readonly LeaseElector? elector;
    private readonly TimeSpan grace;
    private readonly ILogger<OperatorControlPlane> logger;

    /// <summary>Makes the controllers; nothing is called yet. The clients are disposed with the plane.</summary>
    /// <param name="leaseClient">A client of its own, so that renewing the lease never waits behind the controllers' calls.</param>
    /// <param name="leaseNamespace">Namespace of the lease.</param>
    public OperatorControlPlane(
        HostOptions options, IKubernetesClient client, IKubernetesClient leaseClient, string leaseNamespace, TimeProvider time, ILoggerFactory loggers)
    {
        this.client = client;
        this.leaseClient = leaseClient;
        grace = options.Grace;
        logger = loggers.CreateLogger<OperatorControlPlane>();
        events = new EventRecorder(client, ApiGroup.FieldManager, time, loggers.CreateLogger<EventRecorder>());
        host = new ControllerHost(client, options.WatchNamespaces, time, loggers, metrics);

        // Only children of ours, and of their pods not what runs in them: a cluster has many.
        host.Informer<V1Pod>(ApiGroup.NameLabel, pod => pod with { Spec = pod.Spec with { Containers = [], Volumes = null, Affinity = null, Tolerations = null } });
        new Controllers(host, client, events, reader, options.Operator, time, loggers, ApiGroup.NameLabel).Add(new ControllerOptions { Workers = options.Workers });

        if (options.LeaderElect)
        {
            var election = new LeaseElectorOptions { Namespace = leaseNamespace, Name = OperatorOptions.LeaseName };
            elector = new LeaseElector(leaseClient, election, time, loggers.CreateLogger<LeaseElector>(), metrics);
        }

        Liveness = [.. host.Informers.Select(informer => InformerHealth.Live(informer, time)), .. ElectionHealth.Live(elector)];
        Readiness = [.. host.Informers.Select(InformerHealth.Synced), .. ElectionHealth.Ready(elector)];
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
            var limits = new RestClientOptions { CallsPerSecond = options.CallsPerSecond, Burst = options.Burst };
            var calls = loggers.CreateLogger<RestKubernetesClient>();
            var leaseNamespace = options.LeaderElectionNamespace ?? cluster.Namespace;
            var plane = new OperatorControlPlane(
                options,
                new RestKubernetesClient(cluster, limits, time, calls),
                new RestKubernetesClient(cluster, new RestClientOptions { MaxTries = 1 }, time, calls),
                leaseNamespace,
                time,
                loggers);
            plane.LogCluster(cluster.Server, options.LeaderElect ? $"under lease {OperatorOptions.LeaseName} in namespace {leaseNamespace}" : "without a lease");
            return plane;
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
        if (!stop.IsCancellationRequested)
        {
            await work;
            throw new InvalidOperationException("the workers have ended though nobody told them to");
        }

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
        metrics.Dispose();
        (client as IDisposable)?.Dispose();
        (leaseClient as IDisposable)?.Dispose();
    }

    [LoggerMessage(EventName = "ClusterChosen", Level = LogLevel.Information, Message = "The cluster is {Server}; the operator works {Election}")]
    private partial void LogCluster(Uri server, string election);
}
