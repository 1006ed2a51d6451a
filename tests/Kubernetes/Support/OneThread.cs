namespace TextOps.Kubernetes.Tests.Support;

/// <summary>
/// Runs asynchronous code on the test's own thread, so that with a <see cref="ManualTime"/> it goes the same way each time: whatever is awaited inside
/// goes on when the test lets it.
/// </summary>
internal sealed class OneThread : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> waiting = [];

    public override void Post(SendOrPostCallback d, object? state) => waiting.Enqueue((d, state));

    /// <summary>Runs <paramref name="start"/> and all that goes on because of it.</summary>
    public void Run(Action start)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            start();
            while (waiting.TryDequeue(out var next))
            {
                next.Callback(next.State);
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
