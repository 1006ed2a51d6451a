using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Local.Tests.Node.Support;

namespace TextOps.Local.Tests.Node.Deployments;

/// <summary>Deployments behind Services, with processes.</summary>
public sealed class RolloutTests
{
    private const string Name = "model-production";

    [Fact]
    public async Task A_rolling_update_and_the_way_back_lose_no_request()
    {
        await using var fixture = await NodeFixture.StartProgramAsync(ServingProgram.Text);
        var first = StageDeployments.Of(ServingProgram.Container("v1", fixture.Folder, 2));
        await ApplyAsync(fixture, first);
        var port = await ServiceAsync(fixture);
        await WaitAsync(fixture, deployment => deployment.IsRolledOut());
        await using var load = Load.On(port);

        await ApplyAsync(fixture, first.With(ServingProgram.Container("v2", fixture.Folder, 2)));
        await WaitAsync(fixture, deployment => deployment.IsRolledOut());
        await WaitForPodsAsync(fixture, pods => pods.Count == 2 && pods.All(pod => pod.Spec.Containers[0].Args![0] == "v2"));
        var answersOfFirst = load.Answers("v1");
        await ApplyAsync(fixture, first);
        await WaitAsync(fixture, deployment => deployment.IsRolledOut());
        await WaitForPodsAsync(fixture, pods => pods.Count == 2 && pods.All(pod => pod.Spec.Containers[0].Args![0] == "v1"));
        await load.StopAsync();

        Assert.Empty(load.Lost);
        Assert.True(answersOfFirst > 0 && load.Answers("v2") > 0 && load.Answers("v1") > answersOfFirst, $"{answersOfFirst} {load.Answers("v2")} {load.Answers("v1")}");
        TestContext.Current.SendDiagnosticMessage("{0} answers of v1, {1} of v2, {2} lost", load.Answers("v1"), load.Answers("v2"), load.Lost.Count);
    }

    [Fact]
    public async Task A_version_that_crashes_on_start_is_reported_as_failed_and_the_old_pods_serve_on()
    {
        await using var fixture = await NodeFixture.StartProgramAsync(ServingProgram.Text);
        var first = StageDeployments.Of(ServingProgram.Container("v1", fixture.Folder, 1));
        first = first with { Spec = first.Spec with { ProgressDeadlineSeconds = 3 } };
        await ApplyAsync(fixture, first);
        var port = await ServiceAsync(fixture);
        await WaitAsync(fixture, deployment => deployment.IsRolledOut());
        await using var load = Load.On(port);

        await ApplyAsync(fixture, first.With(ServingProgram.Container("v2", fixture.Folder, 1, "crash", "/dev/termination-log")));

        var pods = await WaitForPodsAsync(fixture, pods => pods.Any(pod => pod.Container() is { RestartCount: > 0, State.Waiting.Reason: "CrashLoopBackOff" }));
        var failing = pods.Single(pod => pod.Container().LastState is not null).Container().LastState!.Terminated!;
        Assert.Equal((2, "it cannot be loaded"), (failing.ExitCode, failing.Message));
        var failed = await WaitAsync(fixture, deployment => deployment.Condition("Progressing") is { Status: "False", Reason: "ProgressDeadlineExceeded" });
        Assert.Equal((3, 1, 2, "True"), (failed.Status!.Replicas, failed.Status.UpdatedReplicas, failed.Status.AvailableReplicas, failed.Condition("Available")!.Status));

        await ApplyAsync(fixture, first);
        await WaitAsync(fixture, deployment => deployment.IsRolledOut());
        await load.StopAsync();
        Assert.Empty(load.Lost);
        Assert.True(load.Answers("v1") > 0 && load.Answers("v2") == 0);
        Assert.Equal(2, (await WaitForPodsAsync(fixture, pods => pods.Count == 2)).Count(pod => pod.Container().RestartCount == 0));
    }

    [Fact]
    public async Task Pods_have_the_names_labels_and_owner_that_a_cluster_gives_them()
    {
        await using var fixture = await NodeFixture.StartAsync("exec sleep 60");

        await ApplyAsync(fixture, StageDeployments.Of(new V1Container { Name = "runner", Image = "any" }, replicas: 2));

        var deployment = await WaitAsync(fixture, deployment => deployment.IsRolledOut());
        var pods = await WaitForPodsAsync(fixture, pods => pods.Count == 2);
        Assert.All(pods, pod =>
        {
            var hash = pod.Metadata.Labels!["pod-template-hash"];
            Assert.Matches($"^{Name}-{hash}-[bcdfghjklmnpqrstvwxz2456789]{{5}}$", pod.Metadata.Name);
            Assert.Equal("model", pod.Metadata.Labels["app"]);
            var owner = Assert.Single(pod.Metadata.OwnerReferences!);
            Assert.Equal(("Deployment", Name, deployment.Metadata.Uid, true), (owner.Kind, owner.Name, owner.Uid, owner.Controller));
        });
        Assert.Equal(2, pods.Select(pod => pod.Metadata.Name).Distinct().Count());
    }

    [Fact]
    public async Task A_deployment_has_as_many_pods_as_it_wants_and_none_once_it_is_gone()
    {
        await using var fixture = await NodeFixture.StartAsync("exec sleep 60");
        var deployment = StageDeployments.Of(new V1Container { Name = "runner", Image = "any" }, replicas: 2);
        await ApplyAsync(fixture, deployment);
        var before = await WaitForPodsAsync(fixture, pods => pods.Count == 2);

        await fixture.Cluster.DeleteAsync<V1Pod>(before[0].Metadata.Name!, "default", null, CancellationToken.None);
        await WaitForPodsAsync(fixture, pods => pods.Count == 2 && pods.All(pod => pod.Metadata.Name != before[0].Metadata.Name));
        await ApplyAsync(fixture, deployment with { Spec = deployment.Spec with { Replicas = 4 } });
        await WaitAsync(fixture, deployment => deployment.IsRolledOut() && deployment.Status!.Replicas == 4);
        await ApplyAsync(fixture, deployment with { Spec = deployment.Spec with { Replicas = 1 } });
        await WaitForPodsAsync(fixture, pods => pods.Count == 1);
        await fixture.Cluster.DeleteAsync<V1Deployment>(Name, "default", null, CancellationToken.None);

        await fixture.NoPodsAsync();
    }

    [Fact]
    public async Task Recreate_starts_no_new_pod_before_the_old_ones_are_gone()
    {
        await using var fixture = await NodeFixture.StartAsync("""echo "$1 start" >> "$2"; trap 'kill $!; echo "$1 end" >> "$2"; exit 0' TERM; sleep 60 & wait""");
        var deployment = StageDeployments.Of(new V1Container { Name = "runner", Image = "any", Args = ["v1", fixture.File1] }, replicas: 1);
        deployment = deployment with { Spec = deployment.Spec with { Strategy = new V1DeploymentStrategy { Type = "Recreate" } } };
        await ApplyAsync(fixture, deployment);
        await WaitForLinesAsync(1);

        await ApplyAsync(fixture, deployment.With(new V1Container { Name = "runner", Image = "any", Args = ["v2", fixture.File1] }));

        Assert.Equal(["v1 start", "v1 end", "v2 start"], await WaitForLinesAsync(3));

        Task<string[]> WaitForLinesAsync(int count) =>
            NodeFixture.WaitAsync(() => Task.FromResult<string[]?>(File.Exists(fixture.File1) ? File.ReadAllLines(fixture.File1) : []), lines => lines.Length == count);
    }

    private static Task ApplyAsync(NodeFixture fixture, V1Deployment deployment) => fixture.Cluster.PatchAsync<V1Deployment>(
        Name, "default", new KubernetesPatch.Apply(JsonSerializer.SerializeToNode(deployment, Json.Objects)!.AsObject(), "test", Force: true), CancellationToken.None);

    private static async Task<int> ServiceAsync(NodeFixture fixture)
    {
        await fixture.Cluster.CreateAsync(
            new V1Service
            {
                Metadata = new V1ObjectMeta { Name = Name, Namespace = "default" },
                Spec = new V1ServiceSpec { Selector = Pods.Labels, Ports = [new V1ServicePort { Name = "http", Port = 8080, TargetPort = new IntOrString(null, "http") }] },
            },
            CancellationToken.None);
        var service = await NodeFixture.WaitAsync(
            () => fixture.Cluster.GetAsync<V1Service>(Name, "default", CancellationToken.None), service => service.Metadata.Annotations?.ContainsKey(ApiGroup.UrlAnnotation) == true);
        return new Uri(service.Metadata.Annotations![ApiGroup.UrlAnnotation]).Port;
    }

    private static Task<V1Deployment> WaitAsync(NodeFixture fixture, Func<V1Deployment, bool> wanted) =>
        NodeFixture.WaitAsync(() => fixture.Cluster.GetAsync<V1Deployment>(Name, "default", CancellationToken.None), wanted);

    private static Task<IReadOnlyList<V1Pod>> WaitForPodsAsync(NodeFixture fixture, Func<IReadOnlyList<V1Pod>, bool> wanted) =>
        NodeFixture.WaitAsync(async () => (await fixture.Cluster.ListAsync<V1Pod>("default", null, CancellationToken.None)).Items, pods => wanted(pods))!;
}
