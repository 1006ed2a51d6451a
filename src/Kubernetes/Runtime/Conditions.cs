using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Runtime;

/// <summary>Lists of conditions as Kubernetes keeps them: one entry a type.</summary>
public static class Conditions
{
    /// <summary>
    /// The list with one condition set: in its place, or at the end. lastTransitionTime stays as long as the status does (Kubernetes API conventions,
    /// "Typical status properties"); it has whole seconds, as metav1.Time has.
    /// </summary>
    public static IReadOnlyList<V1Condition> Set(
        IReadOnlyList<V1Condition>? existing, string type, ConditionStatus status, string reason, string message, long? observedGeneration, DateTimeOffset now)
    {
        var before = Find(existing, type);
        var condition = new V1Condition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message,
            ObservedGeneration = observedGeneration,
            LastTransitionTime = before?.Status == status ? before.LastTransitionTime : WholeSeconds(now),
        };
        return before is null
            ? [.. existing ?? [], condition]
            : [.. existing!.Select(other => other.Type == type ? condition : other)];
    }

    /// <summary>The condition of a type; null where it is not set.</summary>
    public static V1Condition? Find(IReadOnlyList<V1Condition>? conditions, string type) => conditions?.FirstOrDefault(condition => condition.Type == type);

    internal static DateTimeOffset WholeSeconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
