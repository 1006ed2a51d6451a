using System.Runtime.ExceptionServices;

namespace TextOps.Runner.Embed;

/// <summary>Tasks that work hand in hand: when one fails, the others are stopped, and its error is the one that comes out.</summary>
internal sealed class Stages : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly List<Task> _running = [];
    private ExceptionDispatchInfo? _first;

    public Stages(CancellationToken cancellationToken) => _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    /// <summary>Starts a stage.</summary>
    public void Start(Func<CancellationToken, Task> stage) => _running.Add(Task.Run(() => GuardAsync(stage), CancellationToken.None));

    /// <summary>Waits until all have ended.</summary>
    public async Task WaitAsync()
    {
        await Task.WhenAll(_running);
        _first?.Throw();
    }

    public void Dispose() => _stop.Dispose();

    private async Task GuardAsync(Func<CancellationToken, Task> stage)
    {
        try
        {
            await stage(_stop.Token);
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _first, ExceptionDispatchInfo.Capture(error), comparand: null);
            await _stop.CancelAsync();
        }
    }
}
