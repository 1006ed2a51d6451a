using TextOps.Kubernetes.Core;
using TextOps.Local.Node.Services;

namespace TextOps.Local.Node.Deployments;

/// <summary>
/// What a Deployment's pods are now, and which of them are to come and to go next: a pure function (kube-controller-manager, deployment/rolling.go and recreate.go,
/// with pods in the place of ReplicaSets).
/// </summary>
internal sealed record RolloutStep
{
    /// <summary>apps/v1: of both bounds.</summary>
    private const int DefaultPercent = 25;

    /// <summary>Pods that are to be made of the current template.</summary>
    public required int Create { get; init; }

    /// <summary>Pods that are to be deleted.</summary>
    public required IReadOnlyList<V1Pod> Delete { get; init; }

    /// <summary>Pods of the current template that live.</summary>
    public required int Updated { get; init; }

    /// <summary>Pods of any template that live.</summary>
    public required int Total { get; init; }

    /// <summary>Pods that are ready.</summary>
    public required int Ready { get; init; }

    /// <summary>Pods that are wanted.</summary>
    public required int Wanted { get; init; }

    /// <summary>Pods of those wanted that may be missing.</summary>
    public required int MaxUnavailable { get; init; }

    /// <summary>Whether all pods are there, are ready, and are of the current template.</summary>
    public bool IsComplete => Updated == Wanted && Total == Wanted && Ready == Wanted;

    /// <summary>Decides.</summary>
    /// <param name="spec">What is wanted.</param>
    /// <param name="pods">All pods of the Deployment, those that are ending too.</param>
    /// <param name="isCurrent">Whether a pod is of the current template.</param>
    public static RolloutStep Decide(V1DeploymentSpec spec, IReadOnlyList<V1Pod> pods, Func<V1Pod, bool> isCurrent)
    {
        var live = pods.Where(IsLive).ToList();
        var current = live.Where(isCurrent).ToList();
        var old = live.Except(current).ToList();
        var wanted = spec.Replicas ?? 1;
        var (maxSurge, maxUnavailable) = Bounds(spec.Strategy, wanted);
        var step = new RolloutStep
        {
            Create = 0,
            Delete = [],
            Updated = current.Count,
            Total = live.Count,
            Ready = live.Count(ReadyPods.IsReady),
            Wanted = wanted,
            MaxUnavailable = maxUnavailable,
        };

        var over = pods.Where(pod => pod.Status?.Phase is "Failed" or "Succeeded" && pod.Metadata.DeletionTimestamp is null);
        var surplus = InOrderOfRemoval(current).Take(Math.Max(0, current.Count - wanted));
        if (spec.Strategy?.Type == "Recreate")
        {
            var oldEnding = pods.Any(pod => !isCurrent(pod) && pod.Status?.Phase is not ("Failed" or "Succeeded"));
            return step with { Create = oldEnding ? 0 : Math.Max(0, wanted - current.Count), Delete = [.. over, .. old, .. surplus] };
        }

        return step with
        {
            Create = Math.Max(0, Math.Min(wanted - current.Count, wanted + maxSurge - live.Count)),
            Delete = [.. over, .. surplus, .. OldToGo(old, current, wanted - maxUnavailable)],
        };
    }

    /// <summary>As many old pods as can go with <paramref name="least"/> pods left that are ready: first those that are not ready themselves.</summary>
    private static IEnumerable<V1Pod> OldToGo(List<V1Pod> old, List<V1Pod> current, int least)
    {
        var currentUnready = current.Count(pod => !ReadyPods.IsReady(pod));
        var room = Math.Max(0, old.Count + current.Count - least - currentUnready);
        var unready = old.Where(pod => !ReadyPods.IsReady(pod)).Take(room).ToList();
        var spare = Math.Max(0, old.Concat(current).Count(ReadyPods.IsReady) - least);
        return unready.Concat(InOrderOfRemoval(old.Where(ReadyPods.IsReady)).Take(spare));
    }

    /// <summary>Those that are not ready first, then the youngest (controller.ActivePods).</summary>
    private static IEnumerable<V1Pod> InOrderOfRemoval(IEnumerable<V1Pod> pods) =>
        pods.OrderBy(ReadyPods.IsReady).ThenByDescending(pod => pod.Metadata.CreationTimestamp).ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal);

    private static (int MaxSurge, int MaxUnavailable) Bounds(V1DeploymentStrategy? strategy, int wanted)
    {
        if (strategy?.Type == "Recreate")
        {
            return (0, wanted);
        }

        var surge = Number(strategy?.RollingUpdate?.MaxSurge, wanted, Math.Ceiling);
        var unavailable = Math.Min(Number(strategy?.RollingUpdate?.MaxUnavailable, wanted, Math.Floor), wanted);

        // With both at 0 nothing could ever move: percentages of few pods come to that.
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, unavailable);
    }

    private static int Number(IntOrString? bound, int wanted, Func<double, double> round) =>
        bound?.Number ?? (int)round((int.TryParse(bound?.Text?.TrimEnd('%'), out var percent) ? percent : DefaultPercent) / 100.0 * wanted);

    private static bool IsLive(V1Pod pod) => pod.Metadata.DeletionTimestamp is null && pod.Status?.Phase is not ("Failed" or "Succeeded");
}
