using Microsoft.Extensions.Logging;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Runtime;

/// <summary>
/// Controllers and the informers they share. Add controllers, then <see cref="StartAsync"/>; <see cref="StopAsync"/> ends them with grace.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="namespace">The one namespace to follow; all where null.</param>
/// <param name="time">Clock of delays.</param>
/// <param name="loggers">Where loggers come from.</param>
public sealed partial class ControllerHost(IKubernetesClient client, string? @namespace, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly ILogger<ControllerHost> logger = loggers.CreateLogger<ControllerHost>();
    private readonly Dictionary<(Type Type, string? Selector), IInformer> informers = [];
    private readonly List<IController> controllers = [];
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;
    private bool started;
    private bool stopped;

    /// <summary>The informers, for a liveness check.</summary>
    public IReadOnlyCollection<IInformer> Informers => informers.Values;

    /// <summary>Adds a controller; call <see cref="Controller{T}.Owns{TOwned}"/> on it for the kinds it makes.</summary>
    public Controller<T> Add<T>(IEntityController<T> reconciler, ControllerOptions? options = null) where T : class, IKubernetesObject
    {
        var controller = new Controller<T>(this, client, reconciler, options ?? new ControllerOptions(), time, loggers.CreateLogger<Controller<T>>());
        controllers.Add(controller);
        return controller;
    }

    /// <summary>The informer of a kind, one for all who ask with the same selector; its store may be read at any time.</summary>
    public Informer<T> Informer<T>(string? labelSelector = null) where T : class, IKubernetesObject
    {
        if (informers.TryGetValue((typeof(T), labelSelector), out var known))
        {
            return (Informer<T>)known;
        }

        if (started)
        {
            throw new InvalidOperationException($"the host has started without an informer of {typeof(T).Name}; ask for it before StartAsync");
        }

        var informer = new Informer<T>(client, @namespace, labelSelector, time, loggers.CreateLogger<Informer<T>>());
        informers[(typeof(T), labelSelector)] = informer;
        return informer;
    }

    /// <summary>Starts the informers, waits until all have their first list, and starts the workers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (started)
        {
            throw new InvalidOperationException("the host has been started already");
        }

        started = true;
        running = Task.WhenAll(informers.Values.Select(informer => Task.Run(() => informer.RunAsync(stopping.Token), CancellationToken.None)));
        foreach (var informer in informers.Values)
        {
            await informer.WaitForSyncAsync(cancellationToken);
        }

        foreach (var controller in controllers)
        {
            controller.Start();
        }

        LogStarted(controllers.Count, informers.Count);
    }

    /// <summary>Takes no more keys, waits <paramref name="grace"/> for running passes, cancels those that are left, and ends the informers.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        if (stopped)
        {
            return;
        }

        stopped = true;
        foreach (var controller in controllers)
        {
            controller.ShutDown();
        }

        var all = Task.WhenAll(controllers.Select(controller => controller.Completion));
        try
        {
            await all.WaitAsync(grace, time);
        }
        catch (TimeoutException)
        {
            LogCancelling(grace);
            foreach (var controller in controllers)
            {
                await controller.CancelAsync();
            }

            await all;
        }

        await stopping.CancelAsync();
        await running;
    }

    /// <summary>Stops without grace where <see cref="StopAsync"/> was not called.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        foreach (var controller in controllers)
        {
            (controller as IDisposable)?.Dispose();
        }

        stopping.Dispose();
    }

    [LoggerMessage(EventName = "ControllersStarted", Level = LogLevel.Debug, Message = "{Controllers} controllers run over {Informers} informers")]
    private partial void LogStarted(int controllers, int informers);

    [LoggerMessage(EventName = "ControllersCancelled", Level = LogLevel.Warning, Message = "Passes still ran {Grace} after the stop and are cancelled")]
    private partial void LogCancelling(TimeSpan grace);
}
