using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Cluster.Tests.Support;

/// <summary>What tests ask of an object of any kind that runs.</summary>
internal static class RunObjects
{
    /// <summary>The manifest.</summary>
    public static string ToManifest<T>(this T item) where T : IKubernetesObject => JsonSerializer.Serialize(item, Json.Readable);

    /// <summary>Whether the operator has acted on the spec as it is now and is done with it.</summary>
    public static bool IsAtRest(this IRunObject<IRunSpec, IRunStatus> run) =>
        run.Status?.ObservedGeneration == run.Metadata.Generation && run.Condition(RunConditions.Reconciling)?.Status == ConditionStatus.False;

    /// <summary>What <c>kubectl get</c> shows as its status.</summary>
    public static string? Reason(this IRunObject<IRunSpec, IRunStatus> run) => run.Condition(RunConditions.Ready)?.Reason;

    /// <summary>What Ready says.</summary>
    public static string Message(this IRunObject<IRunSpec, IRunStatus> run) => run.Condition(RunConditions.Ready)?.Message ?? "";

    /// <summary>Why a person is needed; null where nobody is.</summary>
    public static string? Stalled(this IRunObject<IRunSpec, IRunStatus> run) =>
        run.Condition(RunConditions.Stalled) is { Status: ConditionStatus.True, Reason: var reason } ? reason : null;

    /// <summary>A condition; null where it is not there yet.</summary>
    public static V1Condition? Condition(this IRunObject<IRunSpec, IRunStatus> run, string type) => Conditions.Find(run.Status?.Conditions, type);
}
