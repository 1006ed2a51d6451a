using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Runtime;
using TextOps.Local.Node;
using TextOps.Local.Node.Services;
using TextOps.Local.Tests.Node.Deployments;
using TextOps.Local.Tests.Node.Support;
using TextOps.Tests;

namespace TextOps.Local.Tests.Node;

/// <summary>The same roll-outs where kube-controller-manager makes them, on a node and with a Service proxy of ours.</summary>
public sealed class ClusterRolloutTests
{
    [Fact]
    public async Task A_rolling_update_and_the_way_back_lose_no_request()
    {
        await using var node = await ClusterNode.StartAsync(TestCluster.Require(TestCluster.Controllers));

        await RolloutScenarios.UpdateUnderLoadAsync(node.Stage, node.Folder, node.Placed);
    }

    [Fact]
    public async Task A_version_that_crashes_on_start_is_reported_as_failed_and_the_old_pods_serve_on()
    {
        await using var node = await ClusterNode.StartAsync(TestCluster.Require(TestCluster.Controllers));

        await RolloutScenarios.CrashOnStartAsync(node.Stage, node.Folder, node.Placed);
    }

    /// <summary>A namespace of the test's own, and a node that runs the serving program. The scheduler passes it over: pods name it themselves.</summary>
    private sealed class ClusterNode : IAsyncDisposable
    {
        private readonly TemporaryFolder folder = new();
        private readonly string name = $"t-{Guid.NewGuid().ToString("N")[..10]}";
        private readonly RestKubernetesClient client;
        private readonly NodeRegistration registration;
        private readonly ProcessNode node;
        private readonly ServiceProxy services;
        private readonly ControllerHost host;

        private ClusterNode(TestCluster cluster)
        {
            var time = TimeProvider.System;
            var configuration = new ClusterConfigurationLoader(ClusterEnvironment.Current(), time)
                .Load(new ClusterConfigurationOptions { KubeConfig = cluster.KubeConfig, Context = "admin" });
            client = new RestKubernetesClient(configuration, new RestClientOptions { FieldManager = "textops-node" }, time, NullLogger<RestKubernetesClient>.Instance);
            var program = folder.File("runner");
            File.WriteAllText(program, ServingProgram.Text);
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var options = new ProcessNodeOptions { NodeName = name, RunnerProgram = program, PodsFolder = folder.File("pods"), StopGrace = TimeSpan.FromSeconds(1) };
            registration = new NodeRegistration(client, name, time);
            node = new ProcessNode(client, options, time, NullLogger<ProcessNode>.Instance);
            host = new ControllerHost(client, [name], time, NullLoggerFactory.Instance);
            host.Add(node);
            services = ServiceProxy.AddTo(host, client, new ServiceProxyOptions { FirstPort = 26080, LabelSelector = ApiGroup.KindLabel }, NullLogger<ServiceProxy>.Instance);
        }

        public string Folder => folder.Path;

        public Stage Stage => new(client, name);

        public static async Task<ClusterNode> StartAsync(TestCluster cluster)
        {
            var started = new ClusterNode(cluster);
            await started.client.CreateAsync(new Namespace { Metadata = new V1ObjectMeta { Name = started.name } }, CancellationToken.None);
            await started.client.CreateAsync(
                new CordonedNode { Metadata = new V1ObjectMeta { Name = started.name }, Spec = new JsonObject { ["unschedulable"] = true } }, CancellationToken.None);
            await started.registration.RegisterAsync(CancellationToken.None);
            await started.node.StartAsync(CancellationToken.None);
            await started.host.StartAsync(CancellationToken.None);
            return started;
        }

        public V1Deployment Placed(V1Deployment deployment) => deployment with
        {
            Spec = deployment.Spec with { Template = deployment.Spec.Template with { Spec = deployment.Spec.Template.Spec with { NodeName = name } } },
        };

        public async ValueTask DisposeAsync()
        {
            await client.DeleteAsync<Namespace>(name, null, null, CancellationToken.None);
            await Stage.WaitForPodsAsync(pods => pods.Count == 0);
            await host.StopAsync(TimeSpan.FromSeconds(1));
            await host.DisposeAsync();
            await services.DisposeAsync();
            await node.DisposeAsync();
            await registration.UnregisterAsync(CancellationToken.None);
            client.Dispose();
            folder.Dispose();
        }
    }

    [KubernetesEntity(ApiVersion = "v1", Kind = "Namespace", PluralName = "namespaces")]
    private sealed record Namespace : IKubernetesObject
    {
        public string ApiVersion { get; init; } = "v1";

        public string Kind { get; init; } = "Namespace";

        public V1ObjectMeta Metadata { get; init; } = new();
    }

    [KubernetesEntity(ApiVersion = "v1", Kind = "Node", PluralName = "nodes")]
    private sealed record CordonedNode : IKubernetesObject
    {
        public string ApiVersion { get; init; } = "v1";

        public string Kind { get; init; } = "Node";

        public V1ObjectMeta Metadata { get; init; } = new();

        public required JsonObject Spec { get; init; }
    }
}
