using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.ModelDeployments;

/// <summary>Makes the status of a ModelDeployment from a decision; all conditions are computed anew.</summary>
internal static class ModelDeploymentStatusBuilder
{
    // Far below the 32,768 characters that the schema allows, and more than anybody reads.
    private const int MaxMessageBytes = 4096;

    // Bound of the schema.
    private const int MaxStageMessageBytes = 2048;

    private const string NotAwaiting = "NothingAwaits";
    private const string NotRolledBack = "NothingFailed";

    /// <summary>Whether two statuses say the same.</summary>
    public static bool AreSame(ModelDeploymentStatus? before, ModelDeploymentStatus after) =>
        before is not null && JsonNode.DeepEquals(JsonSerializer.SerializeToNode(before, Json.Objects), JsonSerializer.SerializeToNode(after, Json.Objects));

    /// <summary>The status after <paramref name="plan"/>.</summary>
    public static ModelDeploymentStatus Build(ModelDeploymentSnapshot seen, ModelDeploymentPlan plan, DateTimeOffset now)
    {
        var summary = DeploymentSummary.Of(plan);
        var stages = plan.Stages.Select(stage => Build(seen, stage, now)).ToList();
        return new ModelDeploymentStatus
        {
            ObservedGeneration = seen.Object.Metadata.Generation,
            Conditions = ConditionsOf(seen, summary, now),
            Ready = string.Create(CultureInfo.InvariantCulture, $"{stages.Sum(stage => stage.ReadyReplicas ?? 0)}/{stages.Sum(stage => stage.Replicas ?? 0)}"),
            Approval = summary.Approval,
            Url = stages.LastOrDefault(stage => stage.Url is not null)?.Url,
            Stages = stages,
            Registry = plan.Registry,
            LastHandledRetry = seen.Retry,
        };
    }

    private static IReadOnlyList<V1Condition> ConditionsOf(ModelDeploymentSnapshot seen, DeploymentSummary summary, DateTimeOffset now)
    {
        var conditions = seen.Status?.Conditions;
        Set(RunConditions.Ready, summary.IsReady, summary.Reason, summary.Message);
        Set(RunConditions.Reconciling, summary.Reconciling, summary.Reason, summary.Reconciling ? summary.Message : "");
        Set(RunConditions.Stalled, summary.Stalled is not null, summary.Stalled ?? RunReasons.NotStalled, summary.StalledMessage);
        Set(ModelDeploymentConditions.AwaitingApproval, summary.Awaiting is not null, summary.Awaiting is null ? NotAwaiting : StageReasons.AwaitingApproval, summary.Awaiting ?? "");
        Set(ModelDeploymentConditions.RolledBack, summary.RolledBack is not null, summary.RolledBack is null ? NotRolledBack : StageReasons.RolledBack, summary.RolledBack ?? "");
        return conditions!;

        void Set(string type, bool holds, string reason, string message) => conditions = Conditions.Set(
            conditions, type, holds ? ConditionStatus.True : ConditionStatus.False, reason, Ellipsis.Cut(message, MaxMessageBytes), seen.Object.Metadata.Generation, now);
    }

    private static StageStatus Build(ModelDeploymentSnapshot seen, StagePlan plan, DateTimeOffset now)
    {
        var stage = plan.Seen;
        var state = plan.State;
        var old = stage.Status;
        var isServed = state.Current is not null;
        return new StageStatus
        {
            Name = stage.Stage.Name,
            Ready = plan.Ready,
            Reason = plan.Reason,
            Message = Ellipsis.Cut(plan.Message, MaxStageMessageBytes),
            LastTransitionTime = old?.Reason == plan.Reason && old.LastTransitionTime is { } since ? since : now,
            Version = state.Current?.Version,
            Digest = state.Current?.Digest,
            Target = plan.Target != state.Current ? plan.Target?.Version : null,
            TargetDigest = plan.Target != state.Current ? plan.Target?.Digest : null,
            Stable = state.Stable?.Version,
            StableDigest = state.Stable?.Digest,
            Replicas = isServed ? stage.Stage.Replicas : 0,
            ReadyReplicas = Math.Min(stage.Deployment?.Status?.ReadyReplicas ?? 0, isServed ? stage.Stage.Replicas : 0),
            Gates = state.Memory is { } memory ? memory.Gates : old?.Gates,
            Evidence = state.Stable is null ? null : state.Memory is { } kept ? kept.Evidence : old?.Evidence,
            Rejected = state.Rejected,
            Url = isServed ? new StageBuilder(seen, stage.Stage).Url(stage.Service) : null,
        };
    }
}
