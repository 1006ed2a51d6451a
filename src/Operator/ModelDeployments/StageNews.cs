using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Runs;

namespace TextOps.Operator.ModelDeployments;

/// <summary>
/// What there is to tell, from what the status said before to what it says now: an operator that is killed between a write and its event leaves the news to the next, as long as the
/// status does not tell it.
/// </summary>
internal static class StageNews
{
    /// <summary>A version passed its gates in a stage.</summary>
    public const string Promoted = "Promoted";

    private static readonly string[] ToldWhenStalled = [RunReasons.InvalidSpec, RunReasons.ChildRejected, StageReasons.TaskFailed, StageReasons.VersionNotFound];

    /// <summary>The news.</summary>
    public static IEnumerable<Announcement> Of(ModelDeploymentStatus? before, ModelDeploymentStatus after) =>
    [
        .. after.Stages!.SelectMany(stage => Of(before?.Stages?.FirstOrDefault(old => old.Name == stage.Name), stage)),
        .. Raised(before, after, ModelDeploymentConditions.AwaitingApproval, EventType.Normal, _ => true),
        .. Raised(before, after, RunConditions.Stalled, EventType.Warning, reason => ToldWhenStalled.Contains(reason, StringComparer.Ordinal)),
    ];

    private static IEnumerable<Announcement> Of(StageStatus? before, StageStatus after)
    {
        if (after.Rejected is { } rejected && (before?.Rejected?.Version != rejected.Version || before.Rejected.Digest != rejected.Digest || before.Rejected.Judged != rejected.Judged))
        {
            yield return new Announcement(EventType.Warning, after.Reason == StageReasons.RolledBack ? StageReasons.RolledBack : rejected.Reason, $"{after.Name}: {after.Message}");
            yield break;
        }

        if (after.Stable is { } stable && (before?.Stable != stable || before.StableDigest != after.StableDigest))
        {
            yield return new Announcement(EventType.Normal, Promoted, $"{after.Name}: {stable} passed its gates and is stable{(before?.Stable is { } old ? $" ({old} was)" : "")}");
        }
        else if (after.Version is { } version && (before?.Version != version || before.Digest != after.Digest))
        {
            yield return new Announcement(EventType.Normal, StageReasons.RollingOut, $"{after.Name}: {version} is rolled out{(before?.Version is { } old ? $" after {old}" : "")}");
        }
    }

    private static IEnumerable<Announcement> Raised(ModelDeploymentStatus? before, ModelDeploymentStatus after, string type, EventType kind, Func<string, bool> isTold)
    {
        var condition = Conditions.Find(after.Conditions, type)!;
        var old = Conditions.Find(before?.Conditions, type);
        if (condition.Status == Crds.Meta.ConditionStatus.True && isTold(condition.Reason) && (old?.Status != condition.Status || old.Reason != condition.Reason || (type == ModelDeploymentConditions.AwaitingApproval && old.Message != condition.Message)))
        {
            yield return new Announcement(kind, condition.Reason, condition.Message);
        }
    }
}
