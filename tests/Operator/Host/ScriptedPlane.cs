using TextOps.Operator.Host;
using TextOps.Operator.Host.Health;

namespace TextOps.Operator.Tests.Host;

/// <summary>A control plane that does what a test says.</summary>
internal sealed class ScriptedPlane : IControlPlane
{
    private readonly TaskCompletionSource stopping = new();

    public List<HealthCheck> Live { get; } = [new("live", () => HealthState.Well("as told"))];

    public List<HealthCheck> Ready { get; } = [new("ready", () => HealthState.Well("as told"))];

    public IReadOnlyList<HealthCheck> Liveness => Live;

    public IReadOnlyList<HealthCheck> Readiness => Ready;

    /// <summary>What the work amounts to after the stop was asked for; the plane ends with it.</summary>
    public TaskCompletionSource End { get; } = new();

    /// <summary>Completes when the stop has been asked for.</summary>
    public Task Stopping => stopping.Task;

    public bool IsDisposed { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        using var told = stop.Register(() => stopping.TrySetResult());
        await Task.WhenAny(stopping.Task, End.Task);
        await End.Task;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
