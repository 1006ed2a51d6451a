using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Operator.Tests.Support;
using static TextOps.Operator.Tests.ModelDeployments.Reviews;

namespace TextOps.Operator.Tests.ModelDeployments;

/// <summary>The whole way of versions through the stages.</summary>
public sealed class PromotionTests
{
    [Fact]
    public async Task A_version_goes_by_itself_to_staging_and_by_its_approval_to_production()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        await plane.ApplyAsync(Spec);

        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "staging"));
        Assert.Equal("- AwaitingApproval stable=- target=- rejected=-", Stage(deployment, "production"));
        Assert.Equal(("AwaitingApproval", "AwaitingApproval", "v000001 awaits", "1/1"), (Ready(deployment), Condition(deployment, ModelDeploymentConditions.AwaitingApproval), deployment.Status!.Approval, deployment.Status.Ready));
        Assert.Contains(FakeRegistry.Digest(1), Assert.Single(plane.Events.Of(StageReasons.AwaitingApproval), message => message.Contains("v000001", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(["resolve", "check staging v000001", "gate staging v000001"], plane.Ran);

        await plane.ApproveAsync(1);
        deployment = await plane.SettleAsync();
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "production"));
        Assert.Equal(("Serving", "-", "v000001", "3/3"), (Ready(deployment), Condition(deployment, ModelDeploymentConditions.AwaitingApproval), deployment.Status!.Approval, deployment.Status.Ready));
        Assert.Equal("http://reviews-production.default.svc:8080", deployment.Status.Url);
        Assert.Equal(["staging: v000001 passed its gates and is stable", "production: v000001 passed its gates and is stable"], plane.Events.Of("Promoted"));
        Assert.Equal(["staging: v000001 is rolled out", "production: v000001 is rolled out"], plane.Events.Of(StageReasons.RollingOut));
        Assert.EndsWith($"evidence/staging-{FakeRegistry.Digest(1)[7..]}.json", deployment.Status.Stages![0].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worse_version_is_stopped_at_its_check_and_never_gets_pods()
    {
        await using var plane = await InProductionAsync();
        await plane.TrainAsync(2, accuracy: 0.7);

        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 GateFailed stable=v000001 target=v000002 rejected=v000002", Stage(deployment, "staging"));
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "production"));
        Assert.Equal(("!GateFailed", "GateFailed", "-", "-"), (Ready(deployment), Condition(deployment, RunConditions.Stalled), Condition(deployment, RunConditions.Reconciling), Condition(deployment, ModelDeploymentConditions.RolledBack)));
        Assert.Equal("-", Condition(deployment, ModelDeploymentConditions.AwaitingApproval));
        Assert.Equal("accuracy 0.7000 is not at least 0.8 (accurate)", deployment.Status!.Stages![0].Rejected!.Message);
        Assert.Single(plane.Events.Of(StageReasons.GateFailed));
        Assert.DoesNotContain(await plane.Deployments.ServingAsync(), pod => pod.Metadata.Labels!["textops.dev/version"] == "v000002");
    }

    [Theory]
    [InlineData("Crashing", "ended 3 times")]
    [InlineData("Refusing", "digest of model.onnx differs")]
    public async Task A_version_that_crashes_is_rolled_back_and_not_tried_again(string fate, string why)
    {
        await using var plane = await InProductionAsync();
        plane.Deployments.Let("v000002", Enum.Parse<PodFate>(fate));
        await plane.TrainAsync(2);

        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 RolledBack stable=v000001 target=v000002 rejected=v000002", Stage(deployment, "staging"));
        Assert.Equal(("!RolledBack", "RolloutFailed", "RolledBack", "-"), (Ready(deployment), Condition(deployment, RunConditions.Stalled), Condition(deployment, ModelDeploymentConditions.RolledBack), Condition(deployment, RunConditions.Reconciling)));
        Assert.Contains(why, deployment.Status!.Stages![0].Rejected!.Message, StringComparison.Ordinal);
        Assert.Contains(why, Assert.Single(plane.Events.Of(StageReasons.RolledBack)), StringComparison.Ordinal);

        var tasks = plane.Ran.Count;
        await plane.AdvanceAsync(TimeSpan.FromSeconds(500));
        Assert.Equal(tasks, plane.Ran.Count);
        Assert.All(await plane.Deployments.ServingAsync(), pod => Assert.Equal("v000001", pod.Metadata.Labels!["textops.dev/version"]));
    }

    private static async Task<SteppedDeployment> InProductionAsync()
    {
        var plane = await SteppedDeployment.StartAsync();
        await plane.TrainAsync(1);
        await plane.ApplyAsync(Spec);
        await plane.SettleAsync();
        await plane.ApproveAsync(1);
        await plane.SettleAsync();
        return plane;
    }
}
