using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds.Core;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Local.Node;
using TextOps.Local.Node.Deployments;
using TextOps.Local.Node.Services;
using TextOps.Tests;

namespace TextOps.Local.Tests.Node;

/// <summary>A cluster with the controllers of local mode and one process node, whose every image is a script of the test's.</summary>
internal sealed class NodeFixture : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly InMemoryCluster? ownCluster;
    private readonly ControllerHost host;
    private readonly ProcessNode node;
    private readonly ServiceProxy services;

    private NodeFixture(InMemoryCluster cluster, bool owns, string program)
    {
        Cluster = cluster;
        ownCluster = owns ? cluster : null;
        var file = folder.File("runner");
        File.WriteAllText(file, program);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = new ProcessNodeOptions
        {
            RunnerProgram = file,
            PodsFolder = folder.File("pods"),
            StopGrace = TimeSpan.FromSeconds(2),
            RestartDelay = TimeSpan.FromMilliseconds(300),
            LongestRestartDelay = TimeSpan.FromSeconds(2),
        };
        node = new ProcessNode(cluster, options, TimeProvider.System, NullLogger<ProcessNode>.Instance);
        host = new ControllerHost(cluster, [], TimeProvider.System, NullLoggerFactory.Instance);
        host.Add(new JobController(cluster, options, TimeProvider.System)).Owns<V1Pod>();
        host.Add(new DeploymentController(cluster, options, TimeProvider.System)).Owns<V1Pod>();
        host.Add(node);
        services = ServiceProxy.AddTo(host, cluster, new ServiceProxyOptions { FirstPort = 20080 }, NullLogger<ServiceProxy>.Instance);
    }

    public InMemoryCluster Cluster { get; }

    /// <summary>A file that scripts may write; its path is in $1… only where the test passes it.</summary>
    public string File1 => folder.File("file1");

    /// <summary>A folder that programs may be told of.</summary>
    public string Folder => folder.Path;

    /// <summary>A file of a pod on the node.</summary>
    public string PodFile(V1Pod pod, string name) => folder.File("pods", pod.Metadata.Uid!, name);

    /// <summary>Starts a node whose pods run a shell script.</summary>
    public static Task<NodeFixture> StartAsync(string script, InMemoryCluster? cluster = null) => StartProgramAsync($"#!/bin/bash\n{script}\n", cluster);

    /// <summary>Starts a node whose pods run a program.</summary>
    public static async Task<NodeFixture> StartProgramAsync(string program, InMemoryCluster? cluster = null)
    {
        var fixture = new NodeFixture(cluster ?? new InMemoryCluster(), cluster is null, program);
        await fixture.node.StartAsync(TestContext.Current.CancellationToken);
        await fixture.host.StartAsync(TestContext.Current.CancellationToken);
        return fixture;
    }

    public Task CreateJobAsync(string name, params string[] args) => CreateJobAsync(name, container => container with { Args = args });

    public async Task CreateJobAsync(string name, Func<V1Container, V1Container> change)
    {
        await Cluster.CreateAsync(
            new V1ConfigMap { Metadata = new V1ObjectMeta { Name = $"{name}-task", Namespace = "default" }, Data = new Dictionary<string, string> { ["task.json"] = "the task" } },
            CancellationToken.None);
        await Cluster.CreateAsync(
            new V1Job
            {
                Metadata = new V1ObjectMeta { Name = name, Namespace = "default" },
                Spec = new V1JobSpec
                {
                    BackoffLimit = 0,
                    Template = new V1PodTemplateSpec
                    {
                        Spec = new V1PodSpec
                        {
                            RestartPolicy = "Never",
                            TerminationGracePeriodSeconds = 5,
                            Volumes = [new V1Volume { Name = "task", ConfigMap = new V1ConfigMapVolumeSource { Name = $"{name}-task" } }],
                            Containers =
                            [
                                change(new V1Container
                                {
                                    Name = "runner",
                                    Image = "any",
                                    TerminationMessagePath = "/dev/termination-log",
                                    VolumeMounts = [new V1VolumeMount { Name = "task", MountPath = "/etc/textops" }],
                                }),
                            ],
                        },
                    },
                },
            },
            CancellationToken.None);
    }

    /// <summary>Waits until the Job's pod is as <paramref name="wanted"/> says.</summary>
    public Task<V1Pod> PodAsync(string job, Func<V1Pod, bool> wanted) => WaitAsync(
        async () => (await Cluster.ListAsync<V1Pod>("default", $"job-name={job}", CancellationToken.None)).Items.FirstOrDefault(), wanted);

    /// <summary>Waits until the Job has this condition.</summary>
    public Task<V1Job> JobAsync(string name, string condition) => WaitAsync(
        () => Cluster.GetAsync<V1Job>(name, "default", CancellationToken.None),
        job => job.Status?.Conditions?.Any(candidate => candidate.Type == condition) == true);

    /// <summary>Waits until a pod is as <paramref name="wanted"/> says.</summary>
    public Task<V1Pod> PodNamedAsync(string name, Func<V1Pod, bool> wanted) => WaitAsync(() => Cluster.GetAsync<V1Pod>(name, "default", CancellationToken.None), wanted);

    /// <summary>Waits until no pod is left.</summary>
    public Task NoPodsAsync() => WaitAsync(async () => (await Cluster.ListAsync<V1Pod>("default", null, CancellationToken.None)).Items, pods => pods.Count == 0);

    public static async Task<T> WaitAsync<T>(Func<Task<T?>> read, Func<T, bool> wanted) where T : class
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        T? last = null;
        while (DateTime.UtcNow < deadline)
        {
            last = await read();
            if (last is not null && wanted(last))
            {
                return last;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"last state: {System.Text.Json.JsonSerializer.Serialize(last, Crds.Json.Objects)}");
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(TimeSpan.FromSeconds(1));
        await host.DisposeAsync();
        await services.DisposeAsync();
        await node.DisposeAsync();
        if (ownCluster is not null)
        {
            await ownCluster.DisposeAsync();
        }

        folder.Dispose();
    }
}
