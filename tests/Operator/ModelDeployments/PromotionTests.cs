using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Core;
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
        Assert.Equal(("AwaitingApproval", "AwaitingApproval", "v000001 awaits", "1/1"), (Ready(deployment), Awaiting(deployment), deployment.Status!.Approval, deployment.Status.Ready));
        Assert.Contains(FakeRegistry.Digest(1), Assert.Single(plane.Events.Of(StageReasons.AwaitingApproval), message => message.Contains("v000001", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(["resolve", "check staging v000001", "gate staging v000001"], plane.Ran);

        await plane.ApproveAsync(1);
        deployment = await plane.SettleAsync();
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "production"));
        Assert.Equal(("Serving", "-", "v000001", "3/3"), (Ready(deployment), Awaiting(deployment), deployment.Status!.Approval, deployment.Status.Ready));
        Assert.Equal("http://reviews-production.default.svc:8080", deployment.Status.Url);
        Assert.Equal(["staging: v000001 passed its gates and is stable", "production: v000001 passed its gates and is stable"], plane.Events.Of("Promoted"));
        Assert.Equal(["staging: v000001 is rolled out", "production: v000001 is rolled out"], plane.Events.Of(StageReasons.RollingOut));
        Assert.EndsWith($"evidence/staging-{FakeRegistry.Digest(1)[7..]}.json", deployment.Status.Stages![0].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_that_first_says_that_a_version_passed_says_that_it_awaits_approval()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        await plane.ApplyAsync(Spec);

        var deployment = await plane.PassAsync();
        for (var pass = 0; deployment.Status!.Stages![0].Stable is null && pass < 50; pass++)
        {
            await plane.AnswerAsync();
            await plane.Deployments.StepAsync();
            deployment = await plane.PassAsync();
        }

        Assert.Equal(("v000001", "v000001 awaits", "AwaitingApproval"), (deployment.Status.Stages[0].Stable, deployment.Status.Approval, Awaiting(deployment)));
    }

    [Fact]
    public async Task A_worse_version_is_stopped_at_its_check_and_never_gets_pods()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.TrainAsync(2, accuracy: 0.7);

        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 GateFailed stable=v000001 target=v000002 rejected=v000002", Stage(deployment, "staging"));
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "production"));
        Assert.Equal(("!GateFailed", "GateFailed", "-", "-"), (Ready(deployment), Stalled(deployment), Condition(deployment, RunConditions.Reconciling), Condition(deployment, ModelDeploymentConditions.RolledBack)));
        Assert.Equal("-", Awaiting(deployment));
        Assert.Equal("accuracy 0.7000 is not at least 0.8 (accurate)", deployment.Status!.Stages![0].Rejected!.Message);
        Assert.Single(plane.Events.Of(StageReasons.GateFailed));
        Assert.DoesNotContain(await plane.Deployments.ServingAsync(), pod => pod.Metadata.Labels!["textops.dev/version"] == "v000002");
    }

    [Theory]
    [InlineData("Crashing", "ended 3 times")]
    [InlineData("Refusing", "digest of model.onnx differs")]
    public async Task A_version_that_crashes_is_rolled_back_and_not_tried_again(string fate, string why)
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Deployments.Let("v000002", Enum.Parse<PodFate>(fate));
        await plane.TrainAsync(2);

        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 RolledBack stable=v000001 target=v000002 rejected=v000002", Stage(deployment, "staging"));
        Assert.Equal(("!RolledBack", "RolloutFailed", "RolledBack", "-"), (Ready(deployment), Stalled(deployment), Condition(deployment, ModelDeploymentConditions.RolledBack), Condition(deployment, RunConditions.Reconciling)));
        Assert.Contains(why, deployment.Status!.Stages![0].Rejected!.Message, StringComparison.Ordinal);
        Assert.Contains(why, Assert.Single(plane.Events.Of(StageReasons.RolledBack)), StringComparison.Ordinal);

        var tasks = plane.Ran.Count;
        await plane.AdvanceAsync(TimeSpan.FromSeconds(500));
        Assert.Equal(tasks, plane.Ran.Count);
        Assert.All(await plane.Deployments.ServingAsync(), pod => Assert.Equal("v000001", pod.Metadata.Labels!["textops.dev/version"]));
    }

    [Fact]
    public async Task A_version_that_fails_its_gates_of_serving_steps_back_and_awaits_no_approval()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Registry.Slow.Add("staging v000002");
        await plane.TrainAsync(2);

        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 RolledBack stable=v000001 target=v000002 rejected=v000002", Stage(deployment, "staging"));
        Assert.Equal(("!RolledBack", "GateFailed", "RolledBack", "-"), (Ready(deployment), Stalled(deployment), Condition(deployment, ModelDeploymentConditions.RolledBack), Awaiting(deployment)));
        Assert.Equal(("serving_latency_ms_p95 900 is not at most 500 (fast)", GateVerdicts.GateFailed), (deployment.Status!.Stages![0].Rejected!.Message, deployment.Status.Stages[0].Rejected!.Reason));
        Assert.Equal(["accurate True", "fast False"], deployment.Status.Stages[0].Gates!.Select(gate => $"{gate.Name} {gate.Passed}"));
        Assert.Equal("3/3", deployment.Status.Ready);
    }

    [Fact]
    public async Task A_first_version_that_fails_has_nothing_to_step_back_to_and_stays()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        plane.Deployments.Let("v000001", PodFate.Crashing);
        await plane.ApplyAsync(Spec);

        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 RolloutFailed stable=- target=- rejected=v000001", Stage(deployment, "staging"));
        Assert.Equal(("!RolloutFailed", "RolloutFailed", "-"), (Ready(deployment), Stalled(deployment), Condition(deployment, ModelDeploymentConditions.RolledBack)));
        Assert.Equal("0/1", deployment.Status!.Ready);

        // Pods that get ready after all do not undo what was found; a person does.
        plane.Deployments.Let("v000001", PodFate.Ready);
        deployment = await plane.SettleAsync();
        Assert.Equal("!RolloutFailed", Ready(deployment));
        await plane.AnnotateAsync(ApiGroup.RetryAnnotation, "1");
        deployment = await plane.SettleAsync();
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "staging"));
        Assert.Equal("1", deployment.Status!.LastHandledRetry);
    }

    [Fact]
    public async Task A_crashing_first_version_that_is_tried_again_gets_new_pods_and_is_judged_by_them()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        plane.Deployments.Let("v000001", PodFate.Crashing);
        await plane.ApplyAsync(Alone);
        await plane.SettleAsync();
        var pod = Assert.Single(await plane.Deployments.ServingAsync());

        plane.Deployments.Let("v000001", PodFate.Slow);
        await plane.AnnotateAsync(ApiGroup.RetryAnnotation, "again");
        var deployment = await plane.PassAsync();
        Assert.Equal("v000001 RollingOut stable=- target=- rejected=-", Stage(deployment, "staging"));
        deployment = await plane.SettleAsync();
        Assert.Equal("v000001 RollingOut stable=- target=- rejected=-", Stage(deployment, "staging"));
        Assert.Contains(await plane.Deployments.ServingAsync(), other => other.Metadata.Name != pod.Metadata.Name);
    }

    [Fact]
    public async Task A_roll_out_without_progress_is_taken_back_when_its_deadline_is_over()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Deployments.Let("v000002", PodFate.NoImage);
        await plane.TrainAsync(2);

        var deployment = await plane.SettleAsync();
        Assert.Equal("v000002 RollingOut stable=v000001 target=- rejected=-", Stage(deployment, "staging"));
        Assert.Equal(("!RollingOut", "RollingOut", "-"), (Ready(deployment), Condition(deployment, RunConditions.Reconciling), Stalled(deployment)));
        Assert.Contains("ImagePullBackOff: no such image", deployment.Status!.Stages![0].Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(600), plane.Wake);

        deployment = await plane.AdvanceAsync(TimeSpan.FromSeconds(599));
        Assert.Equal("v000002 RollingOut stable=v000001 target=- rejected=-", Stage(deployment, "staging"));
        deployment = await plane.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal("v000001 RolledBack stable=v000001 target=v000002 rejected=v000002", Stage(deployment, "staging"));
        Assert.Contains("progressDeadlineSeconds (600); pod", deployment.Status!.Stages![0].Rejected!.Message, StringComparison.Ordinal);

        // The deadline of the one before does not count against the next.
        await plane.TrainAsync(3);
        deployment = await plane.SettleAsync();
        Assert.Equal("v000003 Serving stable=v000003 target=- rejected=-", Stage(deployment, "staging"));
    }

    [Fact]
    public async Task A_version_whose_pods_cease_to_be_ready_while_it_is_judged_has_its_deadline_from_then_on()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.EditStageAsync("staging", stage => stage with { SoakSeconds = 7200 });
        await plane.TrainAsync(2);
        await plane.PassAsync();
        await plane.AnswerAsync("resolve");
        await plane.PassAsync();
        await plane.PassAsync();
        await plane.AnswerAsync("check");
        plane.AnswersTasks = false;
        var deployment = await plane.SettleAsync();
        Assert.Equal("v000002 Gating stable=v000001 target=- rejected=-", Stage(deployment, "staging"));

        await plane.AdvanceAsync(TimeSpan.FromHours(1));
        plane.Deployments.Let("v000002", PodFate.Slow);
        deployment = await plane.SettleAsync();
        Assert.Equal("v000002 Gating stable=v000001 target=- rejected=-", Stage(deployment, "staging"));
        Assert.Contains("0 of 1 pod is ready", deployment.Status!.Stages![0].Message, StringComparison.Ordinal);
        deployment = await plane.AdvanceAsync(TimeSpan.FromSeconds(599));
        Assert.Equal("v000002 Gating stable=v000001 target=- rejected=-", Stage(deployment, "staging"));
        Assert.Single(await plane.ListAsync<V1Job>(), job => job.Metadata.Labels![ApiGroup.PartLabel] == "gate" && job.Metadata.CreationTimestamp < plane.Time.GetUtcNow() && job.Status?.Conditions is not { Count: > 0 });
        deployment = await plane.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal("v000001 RolledBack stable=v000001 target=v000002 rejected=v000002", Stage(deployment, "staging"));
    }

    [Fact]
    public async Task A_version_that_failed_is_tried_again_when_a_person_asks_for_it()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Deployments.Let("v000002", PodFate.Refusing);
        await plane.TrainAsync(2);
        await plane.SettleAsync();

        plane.Deployments.Let("v000002", PodFate.Ready);
        await plane.AnnotateAsync(ApiGroup.RetryAnnotation, "once");
        var deployment = await plane.SettleAsync();
        Assert.Equal("v000002 Serving stable=v000002 target=- rejected=-", Stage(deployment, "staging"));

        // Taking the annotation away asks for nothing.
        var tasks = plane.Ran.Count;
        await plane.AnnotateAsync(ApiGroup.RetryAnnotation, null);
        deployment = await plane.SettleAsync();
        Assert.Equal(("once", tasks), (deployment.Status!.LastHandledRetry, plane.Ran.Count));
    }

    [Fact]
    public async Task A_reverted_approval_brings_the_older_version_back_by_its_evidence()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.TrainAsync(2);
        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 AwaitingApproval stable=v000001 target=- rejected=-", Stage(deployment, "production"));
        await plane.ApproveAsync(2);
        deployment = await plane.SettleAsync();
        Assert.Equal("v000002 Serving stable=v000002 target=- rejected=-", Stage(deployment, "production"));

        plane.Time.Advance(TimeSpan.FromMinutes(1));
        await plane.ApproveAsync(1);
        deployment = await plane.SettleAsync();
        Assert.Equal("v000001 AwaitingApproval stable=v000001 target=- rejected=-", Stage(deployment, "production"));
        Assert.Equal(("AwaitingApproval", "v000002 awaits"), (Ready(deployment), deployment.Status!.Approval));
        Assert.Equal(["check production v000001", "gate production v000001"], plane.Ran.TakeLast(2));
    }

    [Fact]
    public async Task Reverting_an_approval_whose_roll_out_goes_wrong_needs_no_registry()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.TrainAsync(2);
        await plane.SettleAsync();
        plane.Deployments.Let("v000002", PodFate.Slow);
        await plane.ApproveAsync(2);
        await plane.SettleAsync();
        plane.AnswersTasks = false;

        await plane.ApproveAsync(1);
        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 AwaitingApproval stable=v000001 target=- rejected=-", Stage(deployment, "production"));
        Assert.DoesNotContain(await plane.ListAsync<V1Job>(), job => job.Status?.Conditions is not { Count: > 0 });
    }

    [Fact]
    public async Task An_approval_of_another_digest_is_refused_before_anything_is_rolled_out()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.TrainAsync(2);
        await plane.SettleAsync();

        await plane.ApproveAsync(2, digest: FakeRegistry.Digest(7));
        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 ApprovalMismatch stable=v000001 target=v000002 rejected=v000002", Stage(deployment, "production"));
        Assert.Equal(("!ApprovalMismatch", "ApprovalMismatch", "-"), (Ready(deployment), Stalled(deployment), Awaiting(deployment)));
        Assert.Contains(FakeRegistry.Digest(2), Assert.Single(plane.Events.Of(StageReasons.ApprovalMismatch)), StringComparison.Ordinal);

        await plane.ApproveAsync(2);
        deployment = await plane.SettleAsync();
        Assert.Equal("v000002 Serving stable=v000002 target=- rejected=-", Stage(deployment, "production"));
        Assert.Equal("Serving", Ready(deployment));
    }

    [Fact]
    public async Task A_version_that_was_rejected_is_judged_anew_when_it_is_approved_again_after_another()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        await plane.TrainAsync(2);
        await plane.SettleAsync();
        await plane.ApproveAsync(2, digest: FakeRegistry.Digest(7));
        await plane.SettleAsync();
        await plane.ApproveAsync(1);
        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 AwaitingApproval stable=v000001 target=- rejected=-", Stage(deployment, "production"));

        plane.Registry.Register(2, alias: null, digest: FakeRegistry.Digest(7));
        await plane.ApproveAsync(2, digest: FakeRegistry.Digest(7));
        deployment = await plane.SettleAsync();
        Assert.Equal("v000001 AwaitingEvidence stable=v000001 target=v000002 rejected=-", Stage(deployment, "production"));
    }

    [Fact]
    public async Task An_approval_that_comes_before_the_evidence_waits_and_goes_on_by_itself()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        plane.Deployments.Let("v000001", PodFate.Slow);
        await plane.ApplyAsync(Spec);
        await plane.ApproveAsync(1);
        var deployment = await plane.SettleAsync();
        Assert.Equal("- AwaitingEvidence stable=- target=v000001 rejected=-", Stage(deployment, "production"));
        Assert.Equal("-", Stalled(deployment));

        plane.Deployments.Let("v000001", PodFate.Ready);
        deployment = await plane.SettleAsync();
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "production"));
    }

    [Fact]
    public async Task Stages_in_two_objects_of_two_namespaces_meet_in_the_registry()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        await plane.ApplyAsync(Spec with { Stages = [Production] }, @namespace: "prod");
        await plane.ApproveAsync(1, @namespace: "prod");
        var production = await plane.SettleAsync(@namespace: "prod");
        Assert.Equal(("- AwaitingEvidence stable=- target=v000001 rejected=-", TimeSpan.FromSeconds(600)), (Stage(production, "production"), plane.Wake));

        await plane.ApplyAsync(Alone);
        await plane.SettleAsync();
        production = await plane.SettleAsync(@namespace: "prod");
        Assert.Equal("- AwaitingEvidence stable=- target=v000001 rejected=-", Stage(production, "production"));

        plane.Time.Advance(TimeSpan.FromSeconds(600));
        production = await plane.SettleAsync(@namespace: "prod");
        Assert.Equal(("v000001 Serving stable=v000001 target=- rejected=-", "Serving"), (Stage(production, "production"), Ready(production)));
    }

    [Fact]
    public async Task A_version_made_elsewhere_is_found_by_the_clock()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        await plane.ApplyAsync(Alone);
        var deployment = await plane.SettleAsync();
        Assert.Equal(("- Resolving stable=- target=- rejected=-", "-", "-"), (Stage(deployment, "staging"), Stalled(deployment), Condition(deployment, RunConditions.Reconciling)));
        Assert.Equal(TimeSpan.FromSeconds(600), plane.Wake);

        plane.Registry.Register(1);
        deployment = await plane.AdvanceAsync(TimeSpan.FromSeconds(600));
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "staging"));
    }

    [Fact]
    public async Task A_pinned_version_that_is_not_there_needs_a_person_and_what_serves_goes_on()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(3);
        await plane.ApplyAsync(Alone with { Stages = [Staging with { Follow = null, Version = 3 }] });
        var deployment = await plane.SettleAsync();
        Assert.Equal("v000003 Serving stable=v000003 target=- rejected=-", Stage(deployment, "staging"));

        await plane.EditStageAsync("staging", stage => stage with { Version = 9 });
        deployment = await plane.SettleAsync();
        Assert.Equal(("v000003 VersionNotFound stable=v000003 target=- rejected=-", "VersionNotFound"), (Stage(deployment, "staging"), Stalled(deployment)));
        Assert.Equal("1/1", deployment.Status!.Ready);
        Assert.Single(plane.Events.Of(StageReasons.VersionNotFound));
    }

    [Fact]
    public async Task An_alias_that_a_stage_moves_is_followed_by_another_at_once()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        await plane.ApplyAsync(Spec with
        {
            Stages = [Staging with { Alias = "tested" }, new Stage { Name = "canary", Follow = "tested", After = "staging" }],
        });

        var deployment = await plane.SettleAsync();
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "canary"));
    }
}
