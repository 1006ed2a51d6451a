using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Tests.ModelDeployments;

/// <summary>ModelDeployments that tests start from, and how tests read their status.</summary>
internal static class Reviews
{
    public static Stage Staging { get; } = new()
    {
        Name = "staging",
        Follow = "staging",
        Gates = [new Gate { Name = "accurate", Metric = MetricNames.Accuracy, AtLeast = "0.8" }, new Gate { Name = "fast", Metric = ServingMetrics.LatencyP95, AtMost = "500" }],
    };

    public static Stage Production { get; } = new() { Name = "production", Approval = new Approval(), After = "staging", Replicas = 2 };

    /// <summary>Staging follows its alias, production is approved.</summary>
    public static ModelDeploymentSpec Spec { get; } = new() { Model = new DeployedModel { Name = "reviews" }, Stages = [Staging, Production] };

    /// <summary>Staging alone.</summary>
    public static ModelDeploymentSpec Alone { get; } = Spec with { Stages = [Staging] };

    /// <summary>A condition as <c>Reason</c> where it is True, <c>-</c> where it is not.</summary>
    public static string Condition(ModelDeployment deployment, string type) =>
        Conditions.Find(deployment.Status!.Conditions, type) is { Status: ConditionStatus.True } condition ? condition.Reason : "-";

    /// <summary>The reason of Stalled.</summary>
    public static string Stalled(ModelDeployment deployment) => Condition(deployment, RunConditions.Stalled);

    /// <summary>The reason of AwaitingApproval.</summary>
    public static string Awaiting(ModelDeployment deployment) => Condition(deployment, ModelDeploymentConditions.AwaitingApproval);

    /// <summary>Ready as its reason, with "!" before it where it is not True.</summary>
    public static string Ready(ModelDeployment deployment)
    {
        var ready = Conditions.Find(deployment.Status!.Conditions, RunConditions.Ready)!;
        return $"{(ready.Status == ConditionStatus.True ? "" : "!")}{ready.Reason}";
    }

    /// <summary>A stage in short: <c>v000002 Serving stable=v000002 target=- rejected=-</c>.</summary>
    public static string Stage(ModelDeployment deployment, string name)
    {
        var stage = deployment.Status!.Stages!.Single(stage => stage.Name == name);
        return $"{stage.Version ?? "-"} {stage.Reason} stable={stage.Stable ?? "-"} target={stage.Target ?? "-"} rejected={stage.Rejected?.Version ?? "-"}";
    }
}
