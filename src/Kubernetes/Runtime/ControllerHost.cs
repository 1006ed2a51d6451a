using Microsoft.Extensions.Logging;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Runtime;

/// <summary>
/// Controllers and the informers they share. Add controllers; then either <see cref="StartAsync"/>, or, where one of several processes leads,
/// <see cref="StartInformersAsync"/> once and <see cref="RunWorkersAsync"/> whenever this process leads: who stands by knows the objects already.
/// <see cref="StopAsync"/> ends all with grace.
/// </summary>
public sealed partial class ControllerHost : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly IKubernetesClient client;
    private readonly IReadOnlyList<string> namespaces;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly ILogger<ControllerHost> logger;
    private readonly KubernetesMetrics metrics;
    private readonly bool ownsMetrics;
    private readonly Dictionary<(Type Type, string? Selector), IInformer> informers = [];
    private readonly List<IController> controllers = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource cancelling = new();
    private Task following = Task.CompletedTask;
    private Task working = Task.CompletedTask;
    private bool started;
    private bool stopped;

    /// <summary>Makes a host without controllers.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="namespaces">The namespaces to follow; all where empty.</param>
    /// <param name="time">Clock of delays.</param>
    /// <param name="loggers">Where loggers come from.</param>
    /// <param name="metrics">The process's metrics; the host makes its own where null.</param>
    public ControllerHost(IKubernetesClient client, IReadOnlyList<string> namespaces, TimeProvider time, ILoggerFactory loggers, KubernetesMetrics? metrics = null)
    {
        this.client = client;
        this.namespaces = namespaces;
        this.time = time;
        this.loggers = loggers;
        this.metrics = metrics ?? new KubernetesMetrics();
        ownsMetrics = metrics is null;
        logger = loggers.CreateLogger<ControllerHost>();
    }

    /// <summary>The informers, for health checks.</summary>
    public IReadOnlyCollection<IInformer> Informers => informers.Values;

    /// <summary>Adds a controller; call <see cref="Controller{T}.Owns{TOwned}"/> on it for the kinds it makes.</summary>
    public Controller<T> Add<T>(IEntityController<T> reconciler, ControllerOptions? options = null) where T : class, IKubernetesObject
    {
        var controller = new Controller<T>(this, client, reconciler, options ?? new ControllerOptions(), time, loggers.CreateLogger<Controller<T>>(), metrics);
        controllers.Add(controller);
        return controller;
    }

    /// <summary>
    /// The informer of a kind, one for all who ask with the same selector; its store may be read at any time. Who asks first may say what of an object is
    /// kept: <paramref name="transform"/> is applied to each before it is stored and handed on.
    /// </summary>
    public Informer<T> Informer<T>(string? labelSelector = null, Func<T, T>? transform = null) where T : class, IKubernetesObject
    {
        if (informers.TryGetValue((typeof(T), labelSelector), out var known))
        {
            return transform is null
                ? (Informer<T>)known
                : throw new InvalidOperationException($"there is an informer of {typeof(T).Name} already; ask with the transform before anybody else asks");
        }

        if (started)
        {
            throw new InvalidOperationException($"the host has started without an informer of {typeof(T).Name}; ask for it before");
        }

        var informer = new Informer<T>(client, namespaces, labelSelector, time, loggers.CreateLogger<Informer<T>>(), transform);
        informers[(typeof(T), labelSelector)] = informer;
        return informer;
    }

    /// <summary>Starts the informers, waits until they know all objects, and starts the workers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var controller in controllers)
        {
            // Before the informers: deletions between their start and the workers' are told too.
            controller.Open();
        }

        await StartInformersAsync(cancellationToken);
        _ = RunWorkersAsync(CancellationToken.None);
    }

    /// <summary>Starts the informers and waits until they know all objects.</summary>
    public async Task StartInformersAsync(CancellationToken cancellationToken)
    {
        if (started)
        {
            throw new InvalidOperationException("the host has been started already");
        }

        started = true;
        following = Task.WhenAll(informers.Values.Select(informer => Task.Run(() => informer.RunAsync(stopping.Token), CancellationToken.None)));
        await WaitForSyncAsync(cancellationToken);
    }

    /// <summary>
    /// Lets the controllers work: they look at all objects there are, then at what changes. When cancelled no key is taken any more and running passes are
    /// cancelled; the task ends, without an error, when the last one has. It may be called again after that. It ends too, with grace for running passes,
    /// when the host is stopped.
    /// </summary>
    public Task RunWorkersAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!started || !working.IsCompleted)
            {
                throw new InvalidOperationException(started ? "the workers run already" : "the informers have not been started; call StartInformersAsync first");
            }

            return stopped ? Task.CompletedTask : working = WorkAsync(cancellationToken);
        }
    }

    /// <summary>Takes no more keys, waits <paramref name="grace"/> for running passes, cancels those that are left, and ends the informers.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        lock (gate)
        {
            if (stopped)
            {
                return;
            }

            stopped = true;
        }

        foreach (var controller in controllers)
        {
            controller.ShutDown();
        }

        try
        {
            await working.WaitAsync(grace, time);
        }
        catch (TimeoutException)
        {
            LogCancelling(grace);
            await cancelling.CancelAsync();
            await working;
        }
        catch (Exception) when (working.IsFaulted)
        {
            // It has come out of RunWorkersAsync.
        }

        await stopping.CancelAsync();
        await following;
    }

    /// <summary>Stops without grace where <see cref="StopAsync"/> was not called.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        foreach (var controller in controllers)
        {
            controller.Close();
        }

        stopping.Dispose();
        cancelling.Dispose();
        if (ownsMetrics)
        {
            metrics.Dispose();
        }
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cancelling.Token);
        foreach (var controller in controllers)
        {
            controller.Open();
        }

        try
        {
            await WaitForSyncAsync(either.Token);
            LogStarted(controllers.Count, informers.Count);
            var runs = controllers.Select(controller => controller.RunAsync(either.Token)).ToList();
            await foreach (var run in Task.WhenEach(runs))
            {
                if (run.IsFaulted)
                {
                    await either.CancelAsync();
                }
            }

            await Task.WhenAll(runs);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Cancelled before the informers knew all objects.
        }
        finally
        {
            foreach (var controller in controllers)
            {
                controller.Close();
            }
        }
    }

    private async Task WaitForSyncAsync(CancellationToken cancellationToken)
    {
        foreach (var informer in informers.Values)
        {
            await informer.WaitForSyncAsync(cancellationToken);
        }
    }

    [LoggerMessage(EventName = "ControllersStarted", Level = LogLevel.Debug, Message = "{Controllers} controllers run over {Informers} informers")]
    private partial void LogStarted(int controllers, int informers);

    [LoggerMessage(EventName = "ControllersCancelled", Level = LogLevel.Warning, Message = "Passes still ran {Grace} after the stop and are cancelled")]
    private partial void LogCancelling(TimeSpan grace);
}
