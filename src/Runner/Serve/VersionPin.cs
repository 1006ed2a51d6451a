using Microsoft.Extensions.Logging;
using TextOps.Artifacts.Registry;
using TextOps.Crds.Tasks;
using TextOps.Runner.Logging;

namespace TextOps.Runner.Serve;

/// <summary>Keeps a version from being removed while it is served: a pin of the stage, renewed every hour. All pods of the stage share it; it ends by itself.</summary>
internal sealed class VersionPin(ModelRegistry registry, ServeTask task, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource stop = new();
    private Task renewing = Task.CompletedTask;

    /// <summary>Who holds the pin.</summary>
    public string Holder { get; } = $"{task.Owner.Namespace}.{task.Owner.Name}.{task.Stage}";

    /// <summary>Pins the version and goes on doing so.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await PutAsync(cancellationToken);
        renewing = RenewAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await renewing;
        stop.Dispose();
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                await PutAsync(stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    /// <summary>A store that cannot be written to, or is away for a while, must not keep a model from being served.</summary>
    private async Task PutAsync(CancellationToken cancellationToken)
    {
        try
        {
            await registry.Pins.PutAsync(task.Output.Name, task.Version, Holder, time.GetUtcNow(), cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            log.PinNotRenewed(registry.UriOf(task.Output.Name, task.Version), error.Message);
        }
    }
}
