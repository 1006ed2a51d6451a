using TextOps.Artifacts.Registry;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Cluster.Tests.Support;

/// <summary>ModelDeployments as a test writes them down, and what it asks of them.</summary>
internal static class ModelDeployments
{
    /// <summary>Follows the alias; the card, smoke requests and latencies are judged.</summary>
    public static Stage Staging { get; } = new()
    {
        Name = "staging",
        Follow = ModelVersions.Alias,
        Gates =
        [
            new Gate { Name = "accurate", Metric = MetricNames.Accuracy, AtLeast = "0.6" },
            new Gate { Name = "right", Metric = ServingMetrics.SmokePassRate, AtLeast = "1" },
            new Gate { Name = "answers", Metric = ServingMetrics.LatencyP95, AtMost = "20000" },
        ],
        Smoke = [new SmokeRequest { Name = "praise", Text = "lovely brilliant gripping tender wise", Label = "good" }],
    };

    /// <summary>Two pods of what passed staging and was approved.</summary>
    public static Stage Production { get; } = new()
    {
        Name = "production",
        After = "staging",
        Approval = new Approval(),
        Alias = "production",
        Replicas = 2,
        Gates = [new Gate { Name = "right", Metric = ServingMetrics.SmokePassRate, AtLeast = "1" }],
        Smoke = Staging.Smoke,
    };

    /// <summary>A valid object with these stages.</summary>
    public static ModelDeployment Of(string name, params IReadOnlyList<Stage> stages) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new ModelDeploymentSpec
        {
            Model = new DeployedModel { Name = name, ResolveIntervalSeconds = 5 },
            Stages = stages,
            Serving = new Serving { DrainSeconds = 1 },
        },
    };

    /// <summary>The object after an edit of its spec.</summary>
    public static ModelDeployment With(this ModelDeployment deployment, Func<ModelDeploymentSpec, ModelDeploymentSpec> edit) => deployment with { Spec = edit(deployment.Spec) };

    /// <summary>The object after the approval of a version.</summary>
    public static ModelDeployment Approving(this ModelDeployment deployment, RegisteredModel model) => deployment.With(spec => spec with
    {
        Stages = [.. spec.Stages.Select(stage => stage.Approval is null ? stage : stage with { Approval = new Approval { Version = model.Card.Version, Digest = model.Digest } })],
    });

    /// <summary>Whether the operator has acted on the spec as it is now and nothing is under way.</summary>
    public static bool IsAtRest(this ModelDeployment deployment) =>
        deployment.Status?.ObservedGeneration == deployment.Metadata.Generation && deployment.Condition(RunConditions.Reconciling)?.Status == ConditionStatus.False;

    /// <summary>A condition; null where it is not there yet.</summary>
    public static V1Condition? Condition(this ModelDeployment deployment, string type) => Conditions.Find(deployment.Status?.Conditions, type);

    /// <summary>What Ready says.</summary>
    public static string Message(this ModelDeployment deployment) => deployment.Condition(RunConditions.Ready)?.Message ?? "";

    /// <summary>The types of the conditions that are True, with their reasons: <c>Ready Serving</c>.</summary>
    public static IEnumerable<string> TrueConditions(this ModelDeployment deployment) =>
        deployment.Status!.Conditions!.Where(condition => condition.Status == ConditionStatus.True).Select(condition => $"{condition.Type} {condition.Reason}");

    /// <summary>A stage; null where the status does not have it yet.</summary>
    public static StageStatus? Stage(this ModelDeployment deployment, string name) => deployment.Status?.Stages?.FirstOrDefault(stage => stage.Name == name);

    /// <summary>The stages in short: <c>staging v000002 Serving stable v000002 rejected -</c>.</summary>
    public static IEnumerable<string> Stages(this ModelDeployment deployment) =>
        (deployment.Status?.Stages ?? []).Select(stage => $"{stage.Name} {stage.Version ?? "-"} {stage.Reason} stable {stage.Stable ?? "-"} rejected {stage.Rejected?.Version ?? "-"}");
}
