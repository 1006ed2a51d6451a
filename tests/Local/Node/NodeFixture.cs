using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds.Core;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Local.Node;
using TextOps.Tests;

namespace TextOps.Local.Tests.Node;

/// <summary>A cluster with the Job controller and one process node, whose every image is a shell script of the test's.</summary>
internal sealed class NodeFixture : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly InMemoryCluster? ownCluster;
    private readonly ControllerHost host;
    private readonly ProcessNode node;

    private NodeFixture(InMemoryCluster cluster, bool owns, string script)
    {
        Cluster = cluster;
        ownCluster = owns ? cluster : null;
        var program = folder.File("runner.sh");
        File.WriteAllText(program, $"#!/bin/bash\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = new ProcessNodeOptions { RunnerProgram = program, PodsFolder = folder.File("pods"), StopGrace = TimeSpan.FromSeconds(2) };
        node = new ProcessNode(cluster, options, TimeProvider.System, NullLogger<ProcessNode>.Instance);
        host = new ControllerHost(cluster, [], TimeProvider.System, NullLoggerFactory.Instance);
        host.Add(new JobController(cluster, options, TimeProvider.System)).Owns<V1Pod>();
        host.Add(node);
    }

    public InMemoryCluster Cluster { get; }

    /// <summary>A file that scripts may write; its path is in $1… only where the test passes it.</summary>
    public string File1 => folder.File("file1");

    public static async Task<NodeFixture> StartAsync(string script, InMemoryCluster? cluster = null)
    {
        var fixture = new NodeFixture(cluster ?? new InMemoryCluster(), cluster is null, script);
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

    public static async Task<T> WaitAsync<T>(Func<Task<T?>> read, Func<T, bool> wanted) where T : class
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
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
        await node.DisposeAsync();
        if (ownCluster is not null)
        {
            await ownCluster.DisposeAsync();
        }

        folder.Dispose();
    }
}
