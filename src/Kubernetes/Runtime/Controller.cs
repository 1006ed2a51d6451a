using Microsoft.Extensions.Logging;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Runtime;

/// <summary>How a controller works.</summary>
public sealed record ControllerOptions
{
    /// <summary>How many objects are worked on at once.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>How failures are spaced out.</summary>
    public WorkQueueOptions Queue { get; init; } = new();
}

/// <summary>What a host does with a controller.</summary>
internal interface IController
{
    /// <summary>Starts the workers.</summary>
    void Start();

    /// <summary>Takes no more keys.</summary>
    void ShutDown();

    /// <summary>Completes when all workers have ended.</summary>
    Task Completion { get; }

    /// <summary>Cancels what still runs.</summary>
    Task CancelAsync();
}

/// <summary>
/// Runs an <see cref="IEntityController{T}"/>: changes of a <typeparamref name="T"/>, and of the objects it owns, put its key into a queue; workers take
/// keys, read the object from the server and reconcile it. It is read from the server and not from the informer's store, so that no pass works on a
/// state older than its own last write; the store decides only that there is something to do.
/// </summary>
public sealed partial class Controller<T> : IController, IDisposable where T : class, IKubernetesObject
{
    private readonly ControllerHost host;
    private readonly IKubernetesClient client;
    private readonly IEntityController<T> reconciler;
    private readonly ControllerOptions options;
    private readonly ILogger logger;
    private readonly WorkQueue queue;
    private readonly string kind = EntityType.Of<T>().Kind;
    private readonly CancellationTokenSource stopping = new();
    private Task workers = Task.CompletedTask;

    internal Controller(ControllerHost host, IKubernetesClient client, IEntityController<T> reconciler, ControllerOptions options, TimeProvider time, ILogger logger)
    {
        this.host = host;
        this.client = client;
        this.reconciler = reconciler;
        this.options = options;
        this.logger = logger;
        queue = new WorkQueue(time, options.Queue);
        host.Informer<T>().AddHandler(new InformerHandler<T>(
            entity => queue.Add(NamespacedName.Of(entity)),
            Updated,
            entity => queue.Add(NamespacedName.Of(entity))));
    }

    /// <inheritdoc/>
    Task IController.Completion => workers;

    /// <summary>
    /// Lets changes of <typeparamref name="TOwned"/> objects wake their owner: the <typeparamref name="T"/> that controls them, or the one that
    /// <paramref name="ownerOf"/> names (null: none), for example by a label where the owner's owner is meant.
    /// </summary>
    public Controller<T> Owns<TOwned>(Func<TOwned, NamespacedName?>? ownerOf = null, string? labelSelector = null) where TOwned : class, IKubernetesObject
    {
        ownerOf ??= OwnerReferences.KeyOf<T>;
        host.Informer<TOwned>(labelSelector).AddHandler(new InformerHandler<TOwned>(
            owned => Wake(ownerOf(owned)),
            (before, after) =>
            {
                // Both: an object may change hands.
                Wake(ownerOf(before));
                Wake(ownerOf(after));
            },
            owned => Wake(ownerOf(owned))));
        return this;
    }

    /// <summary>Looks at an object as soon as possible.</summary>
    public void Enqueue(NamespacedName key) => queue.Add(key);

    /// <inheritdoc/>
    void IController.Start() => workers = Task.WhenAll(Enumerable.Range(0, options.Workers).Select(_ => Task.Run(WorkAsync)));

    /// <inheritdoc/>
    void IController.ShutDown() => queue.ShutDown();

    /// <inheritdoc/>
    Task IController.CancelAsync() => stopping.CancelAsync();

    /// <summary>Frees the queue's timer; the host calls it.</summary>
    public void Dispose()
    {
        queue.Dispose();
        stopping.Dispose();
    }

    private void Wake(NamespacedName? owner)
    {
        if (owner is { } key)
        {
            queue.Add(key);
        }
    }

    private void Updated(T before, T after)
    {
        var key = NamespacedName.Of(after);
        if (before.Metadata.Generation != after.Metadata.Generation)
        {
            // The user may have mended what failed.
            queue.Forget(key);
        }

        queue.Add(key);
    }

    private async Task WorkAsync()
    {
        while (await queue.TakeAsync(CancellationToken.None) is { } key)
        {
            try
            {
                await ReconcileAsync(key, stopping.Token);
            }
            finally
            {
                queue.Done(key);
            }
        }
    }

    private async Task ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        using var scope = logger.BeginScope(new Dictionary<string, object> { ["kind"] = kind, ["namespace"] = key.Namespace, ["name"] = key.Name });
        try
        {
            var entity = await client.GetAsync<T>(key.Name, key.Namespace, cancellationToken);
            if (entity is null)
            {
                await reconciler.DeletedAsync(key.Namespace, key.Name, cancellationToken);
                queue.Forget(key);
                return;
            }

            var result = await reconciler.ReconcileAsync(entity, cancellationToken);
            queue.Forget(key);
            if (result.RequeueAfter is { } delay)
            {
                queue.AddAfter(key, delay);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping: the next start looks at everything again.
        }
        catch (KubernetesException problem) when (problem.IsConflict)
        {
            LogConflict(kind, key, problem.Message);
            queue.AddRateLimited(key);
        }
        catch (Exception problem)
        {
            queue.AddRateLimited(key);
            var failures = queue.Failures(key);
            LogFailed(problem, kind, key, failures);
        }
    }

    [LoggerMessage(EventName = "ReconcileConflict", Level = LogLevel.Debug, Message = "{Kind} {Key} changed meanwhile and is looked at again: {Reason}")]
    private partial void LogConflict(string kind, NamespacedName key, string reason);

    [LoggerMessage(EventName = "ReconcileFailed", Level = LogLevel.Error, Message = "{Kind} {Key} could not be reconciled ({Failures} times in a row) and is tried again")]
    private partial void LogFailed(Exception problem, string kind, NamespacedName key, int failures);
}
