using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Operator.Runs;
using TextOps.Operator.Tests.Support;
using static TextOps.Operator.Tests.ModelDeployments.Reviews;

namespace TextOps.Operator.Tests.ModelDeployments;

/// <summary>Tasks that cannot be done, and answers that are none.</summary>
public sealed class TaskFailureTests
{
    [Fact]
    public async Task A_registry_that_cannot_be_read_is_told_and_asked_again_by_the_clock()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        plane.Refuses = task => task is ResolveTask;
        await plane.ApplyAsync(Alone);

        var deployment = await plane.SettleAsync();
        Assert.Equal(("- TaskFailed stable=- target=- rejected=-", "TaskFailed", TimeSpan.FromSeconds(600)), (Stage(deployment, "staging"), Stalled(deployment), plane.Wake));
        Assert.Contains("(StoreRefused): file:///store cannot be read", Assert.Single(plane.Events.Of(StageReasons.TaskFailed)), StringComparison.Ordinal);

        plane.Refuses = _ => false;
        deployment = await plane.AdvanceAsync(TimeSpan.FromSeconds(600));
        Assert.Equal(("v000001 Serving stable=v000001 target=- rejected=-", "-"), (Stage(deployment, "staging"), Stalled(deployment)));
    }

    [Fact]
    public async Task What_serves_goes_on_while_the_registry_cannot_be_read()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Refuses = task => task is ResolveTask;

        var deployment = await plane.AdvanceAsync(TimeSpan.FromSeconds(600));

        Assert.Equal("v000001 TaskFailed stable=v000001 target=- rejected=-", Stage(deployment, "staging"));
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "production"));
        Assert.Equal(("!TaskFailed", "TaskFailed", "3/3", "Unknown"), (Ready(deployment), Stalled(deployment), deployment.Status!.Ready, deployment.Status.Stages![0].Ready));
    }

    [Fact]
    public async Task A_gate_that_cannot_be_asked_rejects_nothing_and_is_asked_again_where_a_person_says_so()
    {
        await using var plane = await SteppedDeployment.InProductionAsync();
        plane.Refuses = task => task is GateTask { Probe: not null };
        await plane.TrainAsync(2);
        var deployment = await plane.SettleAsync();
        Assert.Equal("v000002 TaskFailed stable=v000001 target=- rejected=-", Stage(deployment, "staging"));

        plane.Refuses = _ => false;
        await plane.AnnotateAsync(ApiGroup.RetryAnnotation, "mended");
        deployment = await plane.SettleAsync();
        Assert.Equal("v000002 Serving stable=v000002 target=- rejected=-", Stage(deployment, "staging"));
    }

    [Fact]
    public async Task An_answer_about_another_version_is_none()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        plane.Alter = result => result.Gate is { } gate ? result with { Gate = gate with { Version = 7 } } : result;
        await plane.ApplyAsync(Alone);
        var deployment = await plane.SettleAsync();
        Assert.Equal("- Checking stable=- target=v000001 rejected=-", Stage(deployment, "staging"));
        Assert.Contains("is no answer to its task", deployment.Status!.Stages![0].Message, StringComparison.Ordinal);

        plane.Alter = result => result;
        deployment = await plane.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "staging"));
    }

    [Theory]
    [InlineData("v7", "a digest")]
    [InlineData("v000007", "sha256:short")]
    public async Task A_version_that_is_none_is_not_believed(string version, string digest)
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Alter = result => result with { Resolve = new ResolveResult { Versions = [new ResolvedVersion { Reference = "staging", Version = version, Digest = digest }] } };
        await plane.ApplyAsync(Alone);

        var deployment = await plane.SettleAsync();

        Assert.Equal("- Resolving stable=- target=- rejected=-", Stage(deployment, "staging"));
        Assert.NotEmpty(plane.Events.Of(RunEvents.TaskResultLost));
    }

    [Fact]
    public async Task A_task_whose_pod_was_taken_away_is_started_again()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        await plane.ApplyAsync(Alone);
        await plane.PassAsync();
        await plane.Node.EndAsync(Assert.Single(await plane.ListAsync<V1Job>()), null, TaskExitCodes.Terminated);
        plane.AnswersTasks = false;
        await plane.SettleAsync();
        plane.AnswersTasks = true;

        var deployment = await plane.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "staging"));
        Assert.Contains(await plane.ListAsync<V1Job>(), job => job.Metadata.Name!.EndsWith("-resolve-a1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Job_that_the_API_server_refuses_is_told_and_tried_again()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        plane.Client.RefuseCreate = entity => entity is V1Job ? new KubernetesException(403, "Forbidden", "exceeded quota: jobs") : null;
        await plane.ApplyAsync(Alone);
        var deployment = await plane.StayAsync();
        Assert.Equal(("!ChildRejected", "ChildRejected", TimeSpan.FromMinutes(1)), (Ready(deployment), Stalled(deployment), plane.Wake));

        plane.Client.RefuseCreate = _ => null;
        Assert.Equal("Serving", Ready(await plane.SettleAsync()));
    }

    [Fact]
    public async Task A_stage_whose_Deployment_is_refused_does_not_keep_the_others()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        plane.Client.RefusePatch = (type, name) => type.Kind == "Deployment" && name == "reviews-staging" ? new KubernetesException(422, "Invalid", "denied by a policy") : null;
        await plane.ApplyAsync(Alone with { Stages = [Staging, Staging with { Name = "canary" }] });

        var deployment = await plane.StayAsync();

        Assert.Equal("- ChildRejected stable=- target=v000001 rejected=-", Stage(deployment, "staging"));
        Assert.Equal("v000001 Serving stable=v000001 target=- rejected=-", Stage(deployment, "canary"));
        Assert.Equal("!ChildRejected", Ready(deployment));
    }
}
