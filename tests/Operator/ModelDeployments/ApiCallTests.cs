using TextOps.Crds.ModelDeployments;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Tests.Support;
using static TextOps.Operator.Tests.ModelDeployments.Reviews;

namespace TextOps.Operator.Tests.ModelDeployments;

/// <summary>What a ModelDeployment costs the API server; the reads of the object itself, one a pass, are the runtime's.</summary>
public sealed class ApiCallTests
{
    [Fact]
    public async Task A_version_costs_one_apply_to_roll_it_out_and_one_to_promote_it()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Client.Reset();

        await plane.TrainAsync(2);
        await plane.SettleAsync();

        // Three tasks (resolve, check, gate) are started and their results kept. Status: asked, answered and checking, rolling out, gating, promoted and awaiting approval.
        var calls = plane.Client.Calls.Where(call => !call.Key.StartsWith("get", StringComparison.Ordinal) && !call.Key.StartsWith("list", StringComparison.Ordinal)).ToDictionary();
        Assert.Equal(
            [("apply Deployment", 2), ("create ConfigMap", 4), ("create Job", 3), ("delete ConfigMap", 1), ("patch Job", 3), ("status ModelDeployment", 5)],
            calls.Select(call => (call.Key, call.Value)).Order());
    }

    [Fact]
    public async Task An_object_at_rest_costs_nothing_and_is_looked_at_when_the_registry_is_to_be_asked()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.AdvanceAsync(TimeSpan.FromHours(1));
        plane.Time.Advance(TimeSpan.FromSeconds(100));
        plane.Client.Reset();

        for (var pass = 0; pass < 5; pass++)
        {
            await plane.PassAsync();
        }

        Assert.Empty(plane.Client.Calls);
        Assert.Equal(TimeSpan.FromSeconds(500), plane.Wake);
    }

    [Fact]
    public async Task An_object_that_is_told_of_everything_is_not_looked_at_again()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        await plane.TrainAsync(1);
        await plane.ApplyAsync(Spec with { Model = new DeployedModel { Name = "reviews", ResolveIntervalSeconds = 0 }, TtlSecondsAfterFinished = 0 });
        await plane.SettleAsync();
        plane.Client.Reset();

        await plane.AdvanceAsync(TimeSpan.FromDays(1));

        Assert.Null(plane.Wake);
        Assert.Empty(plane.Client.Calls);
        Assert.Empty(await plane.ListAsync<V1Job>());
    }

    [Fact]
    public async Task An_operator_that_starts_writes_nothing()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Client.Reset();

        await plane.RestartAsync();
        await plane.SettleAsync();

        Assert.Equal(0, plane.Client.Writes);
    }

    [Fact]
    public async Task A_pass_that_does_not_yet_see_what_the_last_one_applied_does_not_apply_it_again()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        var news = new TaskCompletionSource();
        plane.Client.Delay = entity => entity is V1Deployment or V1Service ? news.Task : Task.CompletedTask;
        plane.Registry.Register(1);
        await plane.ApplyAsync(Alone);
        await plane.PassAsync();
        await plane.AnswerAsync();
        await plane.PassAsync();
        await plane.PassAsync();
        await plane.AnswerAsync();
        await plane.PassAsync();
        Assert.Equal((1, 1), (plane.Client.Calls["apply Deployment"], plane.Client.Calls["apply Service"]));

        await plane.PassWithOldNewsAsync();
        var deployment = await plane.PassWithOldNewsAsync();
        Assert.Equal((1, 1), (plane.Client.Calls["apply Deployment"], plane.Client.Calls["apply Service"]));
        Assert.Equal("v000001 RollingOut stable=- target=- rejected=-", Stage(deployment, "staging"));

        news.SetResult();
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(await plane.SettleAsync(), "staging"));
    }

    [Fact]
    public async Task Ready_stays_true_while_a_promotion_is_written()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.TrainAsync(2);
        await plane.SettleAsync();
        var before = (await plane.ObjectAsync()).Status!.Conditions!.Single(condition => condition.Type == "Ready").LastTransitionTime;

        // An annotation alone makes a new generation of a Deployment; its controller has not seen it yet.
        await plane.EditStageAsync("staging", stage => stage with { ProgressDeadlineSeconds = 700 });
        plane.Time.Advance(TimeSpan.FromSeconds(1));
        var deployment = await plane.PassAsync();
        deployment = await plane.PassAsync();

        Assert.Equal("AwaitingApproval", Ready(deployment));
        Assert.Equal(before, deployment.Status!.Conditions!.Single(condition => condition.Type == "Ready").LastTransitionTime);
    }
}
