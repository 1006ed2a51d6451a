using TextOps.Kubernetes.Core;
using TextOps.Local.Tests.Node.Support;

namespace TextOps.Local.Tests.Node.Deployments;

/// <summary>Deployments behind Services, with processes.</summary>
public sealed class RolloutTests
{
    [Fact]
    public async Task A_rolling_update_and_the_way_back_lose_no_request()
    {
        await using var fixture = await NodeFixture.StartProgramAsync(ServingProgram.Text);

        await RolloutScenarios.UpdateUnderLoadAsync(new Stage(fixture.Cluster, "default"), fixture.Folder, deployment => deployment);
    }

    [Fact]
    public async Task A_version_that_crashes_on_start_is_reported_as_failed_and_the_old_pods_serve_on()
    {
        await using var fixture = await NodeFixture.StartProgramAsync(ServingProgram.Text);

        await RolloutScenarios.CrashOnStartAsync(new Stage(fixture.Cluster, "default"), fixture.Folder, deployment => deployment);
    }

    [Fact]
    public async Task Pods_have_the_names_labels_and_owner_that_a_cluster_gives_them()
    {
        await using var fixture = await NodeFixture.StartAsync("exec sleep 60");
        var stage = new Stage(fixture.Cluster, "default");

        await stage.ApplyAsync(StageDeployments.Of(new V1Container { Name = "runner", Image = "any" }, replicas: 2));

        var deployment = await stage.WaitAsync(deployment => deployment.IsRolledOut());
        var pods = await stage.WaitForPodsAsync(pods => pods.Count == 2);
        Assert.All(pods, pod =>
        {
            var hash = pod.Metadata.Labels!["pod-template-hash"];
            Assert.Matches($"^{Stage.Name}-{hash}-[bcdfghjklmnpqrstvwxz2456789]{{5}}$", pod.Metadata.Name);
            Assert.Equal("model", pod.Metadata.Labels["app"]);
            var owner = Assert.Single(pod.Metadata.OwnerReferences!);
            Assert.Equal(("Deployment", Stage.Name, deployment.Metadata.Uid, true), (owner.Kind, owner.Name, owner.Uid, owner.Controller));
        });
        Assert.Equal(2, pods.Select(pod => pod.Metadata.Name).Distinct().Count());
    }

    [Fact]
    public async Task A_deployment_has_as_many_pods_as_it_wants_and_none_once_it_is_gone()
    {
        await using var fixture = await NodeFixture.StartAsync("exec sleep 60");
        var stage = new Stage(fixture.Cluster, "default");
        var deployment = StageDeployments.Of(new V1Container { Name = "runner", Image = "any" }, replicas: 2);
        await stage.ApplyAsync(deployment);
        var before = await stage.WaitForPodsAsync(pods => pods.Count == 2);

        await fixture.Cluster.DeleteAsync<V1Pod>(before[0].Metadata.Name!, "default", null, CancellationToken.None);
        await stage.WaitForPodsAsync(pods => pods.Count == 2 && pods.All(pod => pod.Metadata.Name != before[0].Metadata.Name));
        await stage.ApplyAsync(deployment with { Spec = deployment.Spec with { Replicas = 4 } });
        await stage.WaitAsync(deployment => deployment.IsRolledOut() && deployment.Status!.Replicas == 4);
        await stage.ApplyAsync(deployment with { Spec = deployment.Spec with { Replicas = 1 } });
        await stage.WaitForPodsAsync(pods => pods.Count == 1);
        await fixture.Cluster.DeleteAsync<V1Deployment>(Stage.Name, "default", null, CancellationToken.None);

        await fixture.NoPodsAsync();
    }

    [Fact]
    public async Task Recreate_starts_no_new_pod_before_the_old_ones_are_gone()
    {
        await using var fixture = await NodeFixture.StartAsync("""echo "$1 start" >> "$2"; trap 'kill $!; echo "$1 end" >> "$2"; exit 0' TERM; sleep 60 & wait""");
        var stage = new Stage(fixture.Cluster, "default");
        var deployment = StageDeployments.Of(new V1Container { Name = "runner", Image = "any", Args = ["v1", fixture.File1] }, replicas: 1);
        deployment = deployment with { Spec = deployment.Spec with { Strategy = new V1DeploymentStrategy { Type = "Recreate" } } };
        await stage.ApplyAsync(deployment);
        await WaitForLinesAsync(1);

        await stage.ApplyAsync(deployment.With(new V1Container { Name = "runner", Image = "any", Args = ["v2", fixture.File1] }));

        Assert.Equal(["v1 start", "v1 end", "v2 start"], await WaitForLinesAsync(3));

        Task<string[]> WaitForLinesAsync(int count) =>
            NodeFixture.WaitAsync(() => Task.FromResult<string[]?>(File.Exists(fixture.File1) ? File.ReadAllLines(fixture.File1) : []), lines => lines.Length == count);
    }
}
