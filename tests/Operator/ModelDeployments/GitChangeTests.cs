using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Tests.EmbeddingJobs;
using TextOps.Operator.Tests.Support;
using static TextOps.Operator.Tests.ModelDeployments.Reviews;

namespace TextOps.Operator.Tests.ModelDeployments;

/// <summary>What a change in Git means for a ModelDeployment: each row of the design's table, and what people do to its children.</summary>
public sealed class GitChangeTests
{
    [Fact]
    public async Task A_new_target_in_the_middle_of_a_roll_out_takes_its_place_with_the_same_stable_version()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Deployments.Let("v000002", PodFate.Slow);
        await plane.TrainAsync(2);
        await plane.SettleAsync();
        plane.Deployments.Let("v000003", PodFate.Crashing);
        await plane.TrainAsync(3);

        var deployment = await plane.SettleAsync();

        Assert.Equal("v000001 RolledBack stable=v000001 target=v000003 rejected=v000003", Stage(deployment, "staging"));
        Assert.Equal("1/1", $"{deployment.Status!.Stages![0].ReadyReplicas}/{deployment.Status.Stages[0].Replicas}");
    }

    [Fact]
    public async Task A_gate_that_runs_for_a_version_that_is_no_longer_the_target_is_cancelled()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        await plane.TrainAsync(1);
        await plane.ApplyAsync(Alone);
        plane.AnswersTasks = false;
        await plane.SettleAsync();
        await plane.AnswerAsync();
        await plane.SettleAsync();
        await plane.AnswerAsync();
        await plane.SettleAsync();
        Assert.Single(await plane.ListAsync<V1Job>(), job => job.Metadata.Labels![ApiGroup.PartLabel] == "gate");

        await plane.TrainAsync(2);
        await plane.SettleAsync();
        await plane.AnswerAsync("resolve");
        var deployment = await plane.SettleAsync();

        Assert.DoesNotContain(await plane.ListAsync<V1Job>(), job => job.Metadata.Labels![ApiGroup.PartLabel] == "gate");
        Assert.Equal("v000001 Checking stable=- target=v000002 rejected=-", Stage(deployment, "staging"));
    }

    [Fact]
    public async Task Suspended_it_serves_on_and_starts_nothing_and_goes_on_when_it_is_resumed()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.EditAsync(spec => spec with { Suspend = true });
        var deployment = await plane.SettleAsync();
        Assert.Equal("Serving", Ready(deployment));

        var tasks = plane.Ran.Count;
        plane.Registry.Register(2);
        await plane.ApproveAsync(2);
        deployment = await plane.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Equal("v000001 Suspended stable=v000001 target=v000002 rejected=-", Stage(deployment, "production"));
        Assert.Equal(("!Suspended", "-", "-", tasks, "3/3"), (Ready(deployment), Stalled(deployment), Condition(deployment, RunConditions.Reconciling), plane.Ran.Count, deployment.Status!.Ready));

        await plane.EditAsync(spec => spec with { Suspend = false });
        deployment = await plane.SettleAsync();
        Assert.Equal(("v000002 Serving stable=v000002 target=- rejected=-", "Serving"), (Stage(deployment, "production"), Ready(deployment)));
    }

    [Fact]
    public async Task Suspended_in_the_middle_of_a_roll_out_it_judges_nothing_and_takes_nothing_back()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Deployments.Let("v000002", PodFate.Slow);
        await plane.TrainAsync(2);
        await plane.SettleAsync();
        await plane.EditAsync(spec => spec with { Suspend = true });
        plane.Deployments.Let("v000002", PodFate.Crashing);
        var deployment = await plane.SettleAsync();
        Assert.Equal("v000002 Suspended stable=v000001 target=- rejected=-", Stage(deployment, "staging"));

        await plane.EditAsync(spec => spec with { Suspend = false });
        deployment = await plane.SettleAsync();
        Assert.Equal("v000001 RolledBack stable=v000001 target=v000002 rejected=v000002", Stage(deployment, "staging"));
    }

    [Fact]
    public async Task New_pods_for_an_edit_wait_while_it_is_suspended()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.EditAsync(spec => spec with { Suspend = true, Runner = new RunnerSpec { Env = [new V1EnvVar { Name = "A", Value = "1" }] } });
        var before = await plane.DeploymentAsync("staging");

        var deployment = await plane.SettleAsync();

        Assert.Equal("!Suspended", Ready(deployment));
        Assert.Equal(before.Metadata.Generation, (await plane.DeploymentAsync("staging")).Metadata.Generation);
    }

    [Fact]
    public async Task Scaling_makes_no_new_pods_of_those_that_stay_and_the_budget_follows()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        var pods = (await plane.Deployments.ServingAsync()).Where(pod => pod.Metadata.Labels![ApiGroup.StageLabel] == "production").Select(pod => pod.Metadata.Name).ToList();
        Assert.Equal(["reviews-production"], (await plane.ListAsync<V1PodDisruptionBudget>()).Select(budget => budget.Metadata.Name));

        await plane.EditStageAsync("production", stage => stage with { Replicas = 1 });
        var deployment = await plane.SettleAsync();
        Assert.Equal(("2/2", "Serving"), (deployment.Status!.Ready, Ready(deployment)));
        Assert.Contains((await plane.Deployments.ServingAsync()).Single(pod => pod.Metadata.Labels![ApiGroup.StageLabel] == "production").Metadata.Name, pods);
        Assert.Empty(await plane.ListAsync<V1PodDisruptionBudget>());

        await plane.EditStageAsync("staging", stage => stage with { Replicas = 3 });
        deployment = await plane.SettleAsync();
        Assert.Equal("4/4", deployment.Status!.Ready);
        Assert.Equal(["reviews-staging"], (await plane.ListAsync<V1PodDisruptionBudget>()).Select(budget => budget.Metadata.Name));
    }

    [Fact]
    public async Task Scaled_to_zero_it_keeps_its_version_and_judges_a_new_one_when_there_are_pods_again()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.EditStageAsync("production", stage => stage with { Replicas = 0 });
        var deployment = await plane.SettleAsync();
        Assert.Equal(("v000001 ScaledToZero stable=v000001 target=- rejected=-", "ScaledToZero", "1/1"), (Stage(deployment, "production"), Ready(deployment), deployment.Status!.Ready));

        await plane.TrainAsync(2);
        await plane.SettleAsync();
        await plane.ApproveAsync(2);
        deployment = await plane.SettleAsync();
        Assert.Equal("v000002 ScaledToZero stable=v000001 target=- rejected=-", Stage(deployment, "production"));

        plane.Deployments.Let("v000002", PodFate.Refusing);
        await plane.EditStageAsync("production", stage => stage with { Replicas = 2 });
        deployment = await plane.SettleAsync();
        Assert.Equal(("v000001 RolledBack stable=v000001 target=v000002 rejected=v000002", 2), (Stage(deployment, "production"), deployment.Status!.Stages![1].ReadyReplicas));
    }

    [Fact]
    public async Task The_children_of_a_stage_that_is_taken_out_go_and_those_of_a_new_one_come()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.EditAsync(spec => spec with { Stages = [Staging, Production with { Name = "live", Approval = new Approval { Version = 1, Digest = FakeRegistry.Digest(1) } }] });

        var deployment = await plane.SettleAsync();

        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "live"));
        Assert.Equal(["staging", "live"], deployment.Status!.Stages!.Select(stage => stage.Name));
        string[] names = ["reviews-live", "reviews-staging"];
        Assert.Equal(names, (await plane.ListAsync<V1Deployment>()).Select(child => child.Metadata.Name).Order());
        Assert.Equal(names, (await plane.ListAsync<V1Service>()).Select(child => child.Metadata.Name).Order());
        Assert.Equal(["reviews-live"], (await plane.ListAsync<V1PodDisruptionBudget>()).Select(child => child.Metadata.Name));
        Assert.Equal(["live", "staging"], (await plane.ServeTasksAsync()).Order());
    }

    [Fact]
    public async Task Deleted_and_created_again_it_serves_what_it_served_by_the_evidence_that_is_there()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        var spec = (await plane.ObjectAsync()).Spec;
        await plane.DeleteAsync<ModelDeployment>("reviews");
        await plane.UntilAsync<V1Deployment>("the children are collected", children => children.Count == 0);
        await plane.UntilAsync<V1Job>("the Jobs are collected", children => children.Count == 0);
        await plane.Deployments.StepAsync();

        await plane.ApplyAsync(spec);
        var deployment = await plane.SettleAsync();

        Assert.Equal(("Serving", "3/3"), (Ready(deployment), deployment.Status!.Ready));
    }

    [Fact]
    public async Task A_new_strategy_is_applied_without_new_pods()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        var pods = (await plane.Deployments.ServingAsync()).Select(pod => pod.Metadata.Name).ToList();

        await plane.EditStageAsync("staging", stage => stage with { Strategy = new RolloutStrategy { Type = RolloutType.Recreate }, ProgressDeadlineSeconds = 60 });
        await plane.SettleAsync();

        var applied = await plane.DeploymentAsync("staging");
        Assert.Equal(("Recreate", null, 60), (applied.Spec.Strategy!.Type, applied.Spec.Strategy.RollingUpdate, applied.Spec.ProgressDeadlineSeconds));
        Assert.Equal(pods, (await plane.Deployments.ServingAsync()).Select(pod => pod.Metadata.Name));
    }

    [Fact]
    public async Task An_edit_of_the_runner_makes_new_pods_of_the_same_version_and_judges_nothing()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        var pods = (await plane.Deployments.ServingAsync()).Select(pod => pod.Metadata.Name).ToList();
        var tasks = plane.Ran.Count;
        await plane.EditAsync(spec => spec with { Serving = spec.Serving with { MaxQueue = 10 } });

        var deployment = await plane.PassAsync();
        Assert.Equal("!RollingOut", Ready(deployment));
        deployment = await plane.SettleAsync();

        Assert.Equal(("Serving", tasks), (Ready(deployment), plane.Ran.Count));
        Assert.DoesNotContain(await plane.Deployments.ServingAsync(), pod => pods.Contains(pod.Metadata.Name));

        // The ConfigMaps of the old pods are gone with them.
        Assert.Equal(["production", "staging"], (await plane.ServeTasksAsync()).Order());
    }

    [Fact]
    public async Task An_edit_that_keeps_pods_from_getting_ready_is_told_and_rejects_no_version()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Deployments.Let("v000001", PodFate.Slow);
        await plane.EditAsync(spec => spec with { Runner = new RunnerSpec { Image = "runner:broken" } });
        await plane.SettleAsync();

        var deployment = await plane.AdvanceAsync(TimeSpan.FromSeconds(600));
        Assert.Equal("v000001 RolloutFailed stable=v000001 target=- rejected=-", Stage(deployment, "staging"));
        Assert.Equal(("!RolloutFailed", "RolloutFailed"), (Ready(deployment), Stalled(deployment)));

        plane.Deployments.Let("v000001", PodFate.Ready);
        await plane.EditAsync(spec => spec with { Runner = new RunnerSpec() });
        deployment = await plane.SettleAsync();
        Assert.Equal("Serving", Ready(deployment));
    }

    [Fact]
    public async Task An_annotation_makes_new_pods()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        var pods = (await plane.Deployments.ServingAsync()).Select(pod => pod.Metadata.Name).ToList();

        await plane.AnnotateAsync(ApiGroup.RolloutAnnotation, "monday");
        var deployment = await plane.SettleAsync();

        Assert.Equal("Serving", Ready(deployment));
        Assert.DoesNotContain(await plane.Deployments.ServingAsync(), pod => pods.Contains(pod.Metadata.Name));
    }

    [Fact]
    public async Task An_operator_with_another_image_restarts_nothing_and_uses_it_for_what_comes()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Client.Reset();
        await plane.RestartAsync(Examples.Options with { RunnerImage = "runner:2" });
        await plane.SettleAsync();
        Assert.Equal(0, plane.Client.Writes);

        // The next version comes with the new image, and one that fails takes it along when it goes.
        plane.Deployments.Let("v000002", PodFate.Slow);
        await plane.TrainAsync(2);
        await plane.SettleAsync();
        Assert.Equal("runner:2", (await plane.DeploymentAsync("staging")).Spec.Template.Spec.Containers[0].Image);
        plane.Deployments.Let("v000002", PodFate.Crashing);
        await plane.SettleAsync();
        Assert.Equal("runner:1", (await plane.DeploymentAsync("staging")).Spec.Template.Spec.Containers[0].Image);
        Assert.Equal("runner:1", (await plane.DeploymentAsync("production")).Spec.Template.Spec.Containers[0].Image);
    }

    [Fact]
    public async Task Another_model_is_never_mixed_with_the_one_before()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        var before = await plane.DeploymentAsync("staging");
        plane.Registry.Register(1, accuracy: 0.1, digest: FakeRegistry.Digest(8));
        await plane.EditAsync(spec => spec with { Model = spec.Model with { Name = "tickets" } });

        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 GateFailed stable=- target=v000001 rejected=v000001", Stage(deployment, "staging"));
        Assert.Equal(before.Metadata.ResourceVersion, (await plane.DeploymentAsync("staging")).Metadata.ResourceVersion);

        plane.Registry.Register(2, digest: FakeRegistry.Digest(9));
        deployment = await plane.AdvanceAsync(TimeSpan.FromSeconds(600));
        Assert.Equal("v000002 Serving stable=v000002 target=- rejected=-", Stage(deployment, "staging"));
    }

    [Fact]
    public async Task What_somebody_changes_of_the_children_is_put_back()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.PatchAsync<V1Deployment>("reviews-production", new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 7L } });
        await plane.PatchAsync<V1Service>("reviews-production", new JsonObject { ["spec"] = new JsonObject { ["selector"] = new JsonObject { [ApiGroup.StageLabel] = "staging" } } });
        await plane.DeleteAsync<V1Service>("reviews-staging");

        var deployment = await plane.SettleAsync();

        Assert.Equal(2, (await plane.DeploymentAsync("production")).Spec.Replicas);
        Assert.Equal(["production", "staging"], (await plane.ListAsync<V1Service>()).Select(service => service.Spec.Selector![ApiGroup.StageLabel]).Order());
        Assert.Equal("Serving", Ready(deployment));
    }

    [Fact]
    public async Task A_Deployment_that_somebody_deletes_comes_back_without_being_judged_again()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        var tasks = plane.Ran.Count;
        await plane.DeleteAsync<V1Deployment>("reviews-production");
        await plane.Deployments.StepAsync();

        var deployment = await plane.SettleAsync();

        Assert.Equal(("v000001 Serving stable=v000001 target=- rejected=-", tasks), (Stage(deployment, "production"), plane.Ran.Count));
    }

    [Fact]
    public async Task What_somebody_else_owns_is_not_taken_over()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        await plane.CreateAsync(new V1Service { Metadata = new Crds.Meta.V1ObjectMeta { Name = "reviews-staging", Namespace = "default" }, Spec = new V1ServiceSpec { Ports = [new V1ServicePort { Port = 80 }] } });
        await plane.ApplyAsync(Alone);

        var deployment = await plane.SettleAsync();

        Assert.Equal(("!ChildRejected", "ChildRejected", TimeSpan.FromMinutes(1)), (Ready(deployment), Stalled(deployment), plane.Wake));
        Assert.Contains("Service reviews-staging exists and is not of ModelDeployment reviews", deployment.Status!.Stages![0].Message, StringComparison.Ordinal);
        Assert.Single(plane.Events.Of(RunReasons.ChildRejected));
        await plane.DeleteAsync<V1Service>("reviews-staging");
        Assert.Equal("Serving", Ready(await plane.SettleAsync()));
    }

    [Fact]
    public async Task An_invalid_spec_leaves_what_serves_alone()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Client.Reset();
        await plane.EditStageAsync("staging", stage => stage with { After = "production" });

        var deployment = await plane.SettleAsync();

        Assert.Equal(("!InvalidSpec", "InvalidSpec", "3/3"), (Ready(deployment), Stalled(deployment), deployment.Status!.Ready));
        Assert.Equal(["status ModelDeployment"], plane.Client.Calls.Keys);
        Assert.Equal("v000001 InvalidSpec stable=v000001 target=- rejected=-", Stage(deployment, "staging"));
    }

    [Fact]
    public async Task Pods_that_fail_later_are_told_and_nothing_is_taken_back()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Deployments.Let("v000001", PodFate.Crashing);

        var deployment = await plane.SettleAsync();

        Assert.Equal("v000001 Unavailable stable=v000001 target=- rejected=-", Stage(deployment, "production"));
        Assert.Equal(("!Unavailable", "-", "0/3"), (Ready(deployment), Stalled(deployment), deployment.Status!.Ready));
        plane.Deployments.Let("v000001", PodFate.Ready);
        Assert.Equal("Serving", Ready(await plane.SettleAsync()));
    }

    [Fact]
    public async Task The_URL_that_somebody_writes_to_the_Service_is_shown_and_stays()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.PatchAsync<V1Service>("reviews-production", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [ApiGroup.UrlAnnotation] = "https://reviews.example.com/" } } });

        var deployment = await plane.SettleAsync();

        Assert.Equal("https://reviews.example.com", deployment.Status!.Url);
        Assert.Equal("https://reviews.example.com/", (await plane.ListAsync<V1Service>()).Single(service => service.Metadata.Name == "reviews-production").Metadata.Annotations![ApiGroup.UrlAnnotation]);
    }
}
