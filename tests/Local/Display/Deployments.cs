using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;

namespace TextOps.Local.Tests.Display;

/// <summary>ModelDeployments, to be varied by <c>with</c>.</summary>
internal static class Deployments
{
    /// <summary>Staging follows an alias; production takes an approval after it.</summary>
    public static ModelDeployment Valid(string name = "book-reviews") => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = "default", Generation = 1 },
        Spec = new ModelDeploymentSpec
        {
            Model = new DeployedModel { Name = "book-reviews" },
            Stages = [new Stage { Name = "staging", Follow = "staging" }, new Stage { Name = "production", After = "staging", Approval = new Approval() }],
        },
    };

    /// <summary>A stage as the operator would say that it goes.</summary>
    public static StageStatus Stage(string name, string reason, string? version = null, string? target = null) => new()
    {
        Name = name,
        Ready = reason == StageReasons.Serving ? "True" : "False",
        Reason = reason,
        Version = version,
        Target = target,
        Stable = version,
        Replicas = 1,
        ReadyReplicas = version is null ? 0 : 1,
        Url = version is null ? null : $"http://127.0.0.1:{(name == "staging" ? 8080 : 8081)}",
    };

    /// <summary>The object with what the operator would say of it.</summary>
    public static ModelDeployment Going(this ModelDeployment deployment, params StageStatus[] stages) => deployment with
    {
        Status = new ModelDeploymentStatus
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Stages = stages,
            Conditions =
            [
                Trainings.Condition(RunConditions.Ready, stages.All(stage => stage.Ready == "True") ? ConditionStatus.True : ConditionStatus.False, stages[0].Reason, "in words"),
                Trainings.Condition(RunConditions.Stalled, stages.Any(stage => stage.Reason == StageReasons.GateFailed) ? ConditionStatus.True : ConditionStatus.False, StageReasons.GateFailed, "a gate does not hold"),
                Trainings.Condition(ModelDeploymentConditions.AwaitingApproval, stages.Any(stage => stage.Reason == StageReasons.AwaitingApproval) ? ConditionStatus.True : ConditionStatus.False, "Awaits", "approve v000001"),
            ],
        },
    };
}
