using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Host.Health;

/// <summary>Checks of leader election; none where there is none.</summary>
internal static class ElectionHealth
{
    /// <summary>Which part this process has; either is well, for who cannot renew its lease stops its work by itself.</summary>
    public static IEnumerable<HealthCheck> Live(LeaseElector? elector) => Check(elector, _ => HealthState.Well(PartOf(elector!)));

    /// <summary>Whether the lease can be read and written: who may not will never lead.</summary>
    public static IEnumerable<HealthCheck> Ready(LeaseElector? elector) => Check(elector, problem =>
        problem is null ? HealthState.Well(PartOf(elector!)) : HealthState.Ill($"the lease could not be read or written: {problem.Message}"));

    private static IEnumerable<HealthCheck> Check(LeaseElector? elector, Func<Exception?, HealthState> judge) =>
        elector is null ? [] : [new HealthCheck("leader election", () => judge(elector.LastError))];

    private static string PartOf(LeaseElector elector) => elector.IsLeader ? "this operator leads" : "this operator stands by";
}
