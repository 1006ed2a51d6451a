using TextOps.Operator.Host.Health;

namespace TextOps.Operator.Host;

/// <summary>What the host keeps alive: controllers over a cluster.</summary>
internal interface IControlPlane : IAsyncDisposable
{
    /// <summary>What must be well for the process to be worth keeping.</summary>
    IReadOnlyList<HealthCheck> Liveness { get; }

    /// <summary>What must be well for the process to be of use; who stands by for a leader is of use.</summary>
    IReadOnlyList<HealthCheck> Readiness { get; }

    /// <summary>
    /// Works until stopped, then lets running passes end, gives back what it holds and writes what it still has to say. What it throws ends the program.
    /// </summary>
    Task RunAsync(CancellationToken stop);
}
