using Microsoft.Extensions.Logging;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Local.Node;
using TextOps.Local.Node.Deployments;
using TextOps.Local.Node.Services;
using TextOps.Operator;
using TextOps.Operator.EmbeddingJobs;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;

namespace TextOps.Local;

/// <summary>The operator, the controllers of a cluster that it counts on, and one node, in one process over one store.</summary>
internal sealed class LocalControlPlane : IAsyncDisposable
{
    private static readonly TimeSpan DisplayInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(5);

    private readonly ProgressReader reader = new();
    private readonly ProcessNode node;
    private readonly ServiceProxy services;
    private readonly EventRecorder events;
    private readonly ControllerHost host;
    private readonly RunObserver<EmbeddingJob, EmbeddingJobSnapshot> display;

    public LocalControlPlane(LocalStore store, string runnerProgram, ILoggerFactory logs)
    {
        var time = TimeProvider.System;
        var client = store.Cluster;
        var options = new OperatorOptions { DefaultStore = store.Uri, RunnerImage = "textops-runner", RetryBackoff = TimeSpan.FromSeconds(2) };
        var nodeOptions = new ProcessNodeOptions { RunnerProgram = runnerProgram, PodsFolder = store.PodsFolder };
        host = new ControllerHost(client, namespaces: [], time, logs);
        events = new EventRecorder(client, Crds.ApiGroup.FieldManager, time, logs.CreateLogger<EventRecorder>());

        var controllers = new Controllers(host, client, events, reader, options, time, logs);
        controllers.Add();
        display = controllers.ObserveEmbeddingJobs(DisplayInterval);
        node = new ProcessNode(client, nodeOptions, time, logs.CreateLogger<ProcessNode>());

        host.Add(new JobController(client, nodeOptions, time)).Owns<V1Pod>();
        host.Add(new DeploymentController(client, nodeOptions, time)).Owns<V1Pod>();
        host.Add(node, new ControllerOptions { Workers = 16 });
        services = ServiceProxy.AddTo(host, client, new ServiceProxyOptions(), logs.CreateLogger<ServiceProxy>());
    }

    /// <summary>Starts all of it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await node.StartAsync(cancellationToken);
        await host.StartAsync(cancellationToken);
    }

    /// <summary>Looks at an object as the operator does, with fresh progress.</summary>
    public async Task<EmbeddingJobSnapshot> ObserveAsync(EmbeddingJob job, CancellationToken cancellationToken) =>
        await display.WithProgressAsync(await display.ObserveAsync(job, TimeProvider.System.GetUtcNow(), cancellationToken), cancellationToken);

    /// <summary>Stops the controllers, closes the Services' ports, then ends the runners; each leaves only whole parts.</summary>
    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(StopDeadline);
        await host.DisposeAsync();
        await services.DisposeAsync();
        await node.DisposeAsync();
        await events.DisposeAsync();
        reader.Dispose();
    }
}
