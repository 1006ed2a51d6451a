using System.Runtime.ExceptionServices;

namespace TextOps.Runner.Embed;

/// <summary>Tasks that work hand in hand: when one fails, the others are stopped, and its error is the one that comes out.</summary>
internal sealed class Stages : IDisposable
{
    private readonly CancellationTokenSource stop;
    private readonly List<Task> running = [];
    private ExceptionDispatchInfo? first;

    public Stages(CancellationToken cancellationToken) => stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    /// <summary>Starts a stage.</summary>
    public void Start(Func<CancellationToken, Task> stage) => running.Add(Task.Run(() => GuardAsync(stage), CancellationToken.None));

    /// <summary>Waits until all have ended.</summary>
    public async Task WaitAsync()
    {
        await Task.WhenAll(running);
        first?.Throw();
    }

    public void Dispose() => stop.Dispose();

    private async Task GuardAsync(Func<CancellationToken, Task> stage)
    {
        try
        {
            await stage(stop.Token);
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(error), comparand: null);
            await stop.CancelAsync();
        }
    }
}
