using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Tests.Support;
using static TextOps.Operator.Tests.ModelDeployments.Reviews;

namespace TextOps.Operator.Tests.ModelDeployments;

/// <summary>Operators that end between two writes, and what is lost with a status: the next one comes to the same end.</summary>
public sealed class KilledOperatorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Operators_that_are_cut_off_after_some_writes_come_to_the_same_end(int writes)
    {
        var (undisturbed, ran, _) = await StoryAsync(writesPerOperator: null);

        var (end, others, cutOffs) = await StoryAsync(writes);

        Assert.Equal(undisturbed, end);
        Assert.Equal(ran, others);
        Assert.InRange(cutOffs, writes == 1 ? 100 : 3, 400);
    }

    [Fact]
    public async Task A_lost_status_is_made_again_from_the_children_at_any_step()
    {
        await using var undisturbed = await SteppedDeployment.InProductionAsync();
        var expected = WithoutTimes(await undisturbed.ObjectAsync());
        await using var plane = await SteppedDeployment.InProductionAsync();
        var tasks = plane.Ran.Count;
        var children = (await plane.ListAsync<V1Deployment>()).Select(child => $"{child.Metadata.Generation}").ToList();

        await plane.LoseStatusAsync();
        await plane.RestartAsync();
        var deployment = await plane.SettleAsync();

        // The registry is asked anew; nothing is judged or rolled out again.
        Assert.Equal(expected, WithoutTimes(deployment));
        Assert.All(plane.Ran.Skip(tasks), task => Assert.Equal("resolve", task));
        Assert.Equal(children, (await plane.ListAsync<V1Deployment>()).Select(child => $"{child.Metadata.Generation}"));
    }

    [Fact]
    public async Task What_was_rejected_is_known_without_the_status()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Deployments.Let("v000002", PodFate.Refusing);
        await plane.TrainAsync(2);
        var before = await plane.SettleAsync();

        await plane.LoseStatusAsync();
        await plane.RestartAsync();
        var after = await plane.SettleAsync();

        Assert.Equal("v000001 RolledBack stable=v000001 target=v000002 rejected=v000002", Stage(after, "staging"));
        Assert.Equal(WithoutTimes(before), WithoutTimes(after));
    }

    [Fact]
    public async Task A_memory_that_somebody_broke_is_made_again_from_the_status()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        var before = await plane.ObjectAsync();
        var pods = (await plane.Deployments.ServingAsync()).Select(pod => pod.Metadata.Name).ToList();
        await plane.PatchAsync<V1Deployment>("reviews-staging", new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["annotations"] = new System.Text.Json.Nodes.JsonObject { [ApiGroup.StageAnnotation] = "{\"current\":{}}" } } });

        var deployment = await plane.SettleAsync();

        Assert.Equal(WithoutTimes(before), WithoutTimes(deployment));
        Assert.Equal(pods, (await plane.Deployments.ServingAsync()).Select(pod => pod.Metadata.Name));
        Assert.Contains("v000001", (await plane.DeploymentAsync("staging")).Metadata.Annotations![ApiGroup.StageAnnotation], StringComparison.Ordinal);
    }

    /// <summary>Staging by itself, approval, a worse version, one that crashes, one that serves badly, one that is good and is approved, and the way back.</summary>
    private static async Task<(string End, IReadOnlyList<string> Ran, int CutOffs)> StoryAsync(int? writesPerOperator)
    {
        await using var plane = await SteppedDeployment.StartAsync();
        await plane.TrainAsync(1);
        await plane.ApplyAsync(Spec);
        await StepAsync();
        await plane.ApproveAsync(1);
        await StepAsync();
        await plane.TrainAsync(2, accuracy: 0.5);
        await StepAsync();
        plane.Deployments.Let("v000003", PodFate.Crashing);
        await plane.TrainAsync(3);
        await StepAsync();
        plane.Registry.Slow.Add("staging v000004");
        await plane.TrainAsync(4);
        await StepAsync();
        await plane.TrainAsync(5);
        await StepAsync();
        await plane.ApproveAsync(5);
        await StepAsync();
        await plane.EditAsync(spec => spec with { Serving = spec.Serving with { MaxQueue = 10 } });
        await StepAsync();
        await plane.ApproveAsync(1);
        var deployment = await StepAsync();
        return (
            string.Join("\n", [WithoutTimes(deployment), .. await ChildrenAsync<V1Deployment>(), .. await ChildrenAsync<V1Service>(), .. await ChildrenAsync<V1ConfigMap>(), .. await ChildrenAsync<V1Job>()]),
            [.. plane.Ran],
            plane.CutOffs);

        async Task<ModelDeployment> StepAsync()
        {
            plane.Time.Advance(TimeSpan.FromSeconds(5));
            return await plane.SettleAsync(writesPerOperator);
        }

        // Names of Jobs hold the uid of their owner.
        async Task<IEnumerable<string>> ChildrenAsync<T>() where T : class, Crds.Meta.IKubernetesObject => (await plane.ListAsync<T>()).Select(child =>
            $"{child.Kind} {child.Metadata.Labels!.GetValueOrDefault(ApiGroup.StageLabel)} {child.Metadata.Labels!.GetValueOrDefault(ApiGroup.PartLabel)} {child.Metadata.Labels!.GetValueOrDefault(ApiGroup.AttemptLabel)} "
            + child.Metadata.Annotations?.GetValueOrDefault(ApiGroup.StageAnnotation)).Order(StringComparer.Ordinal);
    }

    private static string WithoutTimes(ModelDeployment deployment)
    {
        var status = deployment.Status! with
        {
            Conditions = [.. deployment.Status.Conditions!.Select(condition => condition with { LastTransitionTime = default })],
            Registry = deployment.Status.Registry is { } registry ? registry with { Time = default } : null,
            Stages = [.. deployment.Status.Stages!.Select(stage => stage with { LastTransitionTime = null })],
        };
        return JsonSerializer.Serialize(status, Json.Objects);
    }
}
