using TextOps.Kubernetes.Core;

namespace TextOps.Local.Node.Deployments;

/// <summary>A Deployment's status, in the words of Kubernetes (kube-controller-manager, deployment/sync.go and progress.go): a pure function.</summary>
internal static class RolloutStatus
{
    private const string Available = "Available";
    private const string NewReplicaSetAvailable = "NewReplicaSetAvailable";
    private const int DefaultDeadlineSeconds = 600;

    /// <summary>The status after <paramref name="step"/>.</summary>
    /// <param name="deployment">The Deployment with its status so far.</param>
    /// <param name="replicaSet">Name of the current template's ReplicaSet: messages name it, so a roll-out of another template is told from this one.</param>
    /// <param name="step">Its pods.</param>
    /// <param name="now">The time.</param>
    public static V1DeploymentStatus Of(V1Deployment deployment, string replicaSet, RolloutStep step, DateTimeOffset now)
    {
        var next = new V1DeploymentStatus
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = step.Total,
            UpdatedReplicas = step.Updated,
            ReadyReplicas = step.Ready,
            AvailableReplicas = step.Ready,
            UnavailableReplicas = Math.Max(0, Math.Max(step.Total, step.Wanted) - step.Ready),
        };
        var hasMinimum = step.Ready >= step.Wanted - step.MaxUnavailable;
        var available = Condition(
            deployment, Available, hasMinimum ? "True" : "False", hasMinimum ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            hasMinimum ? "Deployment has minimum availability." : "Deployment does not have minimum availability.", now, isNews: false);
        return next with { Conditions = [available, Progressing(deployment, next, replicaSet, step, now)] };
    }

    /// <summary>When the roll-out will have made no progress for too long, if it makes none from now on; null where that does not count.</summary>
    public static DateTimeOffset? DeadlineOf(V1Deployment deployment, V1DeploymentStatus status) =>
        Find(status, V1DeploymentCondition.Progressing) is { Status: "True", LastUpdateTime: { } last } progressing && progressing.Reason != NewReplicaSetAvailable
            ? last + TimeSpan.FromSeconds(deployment.Spec.ProgressDeadlineSeconds ?? DefaultDeadlineSeconds)
            : null;

    private static V1DeploymentCondition Progressing(V1Deployment deployment, V1DeploymentStatus next, string replicaSet, RolloutStep step, DateTimeOffset now)
    {
        var before = Find(deployment.Status, V1DeploymentCondition.Progressing);
        var named = $"ReplicaSet \"{replicaSet}\"";
        if (before?.Message is not { } message || !message.Contains($"\"{replicaSet}\"", StringComparison.Ordinal))
        {
            var (reason, text) = step.Updated == 0 ? ("NewReplicaSetCreated", $"Created new replica set \"{replicaSet}\"") : ("FoundNewReplicaSet", $"Found new replica set \"{replicaSet}\"");
            return Condition(deployment, V1DeploymentCondition.Progressing, "True", reason, text, now, isNews: true);
        }

        if (before.Reason == NewReplicaSetAvailable && step.Total == step.Updated)
        {
            // It was rolled out once; that pods fail or that more are wanted does not start the clock again.
            return before;
        }

        if (step.IsComplete)
        {
            return Condition(deployment, V1DeploymentCondition.Progressing, "True", NewReplicaSetAvailable, $"{named} has successfully progressed.", now, isNews: false);
        }

        if (HasProgressed(deployment.Status!, next))
        {
            return Condition(deployment, V1DeploymentCondition.Progressing, "True", "ReplicaSetUpdated", $"{named} is progressing.", now, isNews: true);
        }

        return DeadlineOf(deployment, deployment.Status!) <= now
            ? Condition(deployment, V1DeploymentCondition.Progressing, "False", V1DeploymentCondition.ProgressDeadlineExceeded, $"{named} has timed out progressing.", now, isNews: false)
            : before;
    }

    private static bool HasProgressed(V1DeploymentStatus before, V1DeploymentStatus next) =>
        next.UpdatedReplicas > (before.UpdatedReplicas ?? 0)
        || next.Replicas - next.UpdatedReplicas < (before.Replicas ?? 0) - (before.UpdatedReplicas ?? 0)
        || next.ReadyReplicas > (before.ReadyReplicas ?? 0);

    private static V1DeploymentCondition Condition(V1Deployment deployment, string type, string status, string reason, string message, DateTimeOffset now, bool isNews)
    {
        var before = Find(deployment.Status, type);
        var condition = new V1DeploymentCondition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message,
            LastUpdateTime = now,
            LastTransitionTime = before?.Status == status ? before.LastTransitionTime : now,
        };
        return !isNews && before is not null && (before.Status, before.Reason, before.Message) == (status, reason, message) ? before : condition;
    }

    private static V1DeploymentCondition? Find(V1DeploymentStatus? status, string type) => status?.Conditions?.FirstOrDefault(condition => condition.Type == type);
}
