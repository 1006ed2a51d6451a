using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Runtime;

/// <summary>How a controller works.</summary>
public sealed record ControllerOptions
{
    /// <summary>How many objects are worked on at once.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>Labels of the objects that are looked at (<see cref="Client.LabelSelector"/>); all objects where null.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>How failures are spaced out.</summary>
    public WorkQueueOptions Queue { get; init; } = new();
}

/// <summary>What a host does with a controller. Between <see cref="Open"/> and <see cref="Close"/> it is at work; that may be more than once.</summary>
internal interface IController
{
    /// <summary>Name in metrics.</summary>
    string Name { get; }

    /// <summary>How many objects are worked on at once at most.</summary>
    int MaxWorkers { get; }

    /// <summary>How many are worked on now.</summary>
    int ActiveWorkers { get; }

    /// <summary>Keeps the keys of what changes from now on.</summary>
    void Open();

    /// <summary>Looks at everything there is, then at what changes; ends when cancelled, passes included, or shut down, and all passes have ended.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Takes no more keys.</summary>
    void ShutDown();

    /// <summary>Drops the keys; they are not kept any more.</summary>
    void Close();
}

/// <summary>
/// Runs an <see cref="IEntityController{T}"/>: changes of a <typeparamref name="T"/>, and of the objects it owns, put its key into a queue; workers take
/// keys, read the object from the server and reconcile it. It is read from the server and not from the informer's store, so that no pass works on a
/// state older than its own last write; the store decides only that there is something to do.
/// </summary>
public sealed partial class Controller<T> : IController where T : class, IKubernetesObject
{
    private readonly ControllerHost host;
    private readonly IKubernetesClient client;
    private readonly IEntityController<T> reconciler;
    private readonly ControllerOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly KubernetesMetrics metrics;
    private readonly string kind = EntityType.Of<T>().Kind;
    private readonly string name = EntityType.Of<T>().Kind.ToLowerInvariant();

    /// <summary>Objects that passes have seen, and whose end they have not been told of.</summary>
    private readonly ConcurrentDictionary<NamespacedName, byte> seen = new();

    /// <summary>Null while nobody works: at the next start everything is looked at anyway.</summary>
    private volatile WorkQueue? queue;
    private int activeWorkers;

    internal Controller(
        ControllerHost host, IKubernetesClient client, IEntityController<T> reconciler, ControllerOptions options, TimeProvider time, ILogger logger, KubernetesMetrics metrics)
    {
        this.host = host;
        this.client = client;
        this.reconciler = reconciler;
        this.options = options;
        this.time = time;
        this.logger = logger;
        this.metrics = metrics;
        host.Informer<T>(options.LabelSelector).AddHandler(new InformerHandler<T>(
            entity => Enqueue(NamespacedName.Of(entity)),
            Updated,
            entity => Enqueue(NamespacedName.Of(entity))));
    }

    /// <inheritdoc/>
    string IController.Name => name;

    /// <inheritdoc/>
    int IController.MaxWorkers => options.Workers;

    /// <inheritdoc/>
    int IController.ActiveWorkers => Volatile.Read(ref activeWorkers);

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

    /// <summary>
    /// Lets <typeparamref name="TOther"/> objects that come, go or change wake the objects that <paramref name="concerned"/> names: those that read them, but do not own them.
    /// </summary>
    /// <param name="concerned">Whom one concerns; called while the informer tells of it.</param>
    /// <param name="differ">Whether two states of one differ in something that they read.</param>
    public Controller<T> Watches<TOther>(Func<TOther, IEnumerable<NamespacedName>> concerned, Func<TOther, TOther, bool> differ) where TOther : class, IKubernetesObject
    {
        host.Informer<TOther>().AddHandler(new InformerHandler<TOther>(
            WakeAll,
            (before, after) =>
            {
                if (differ(before, after))
                {
                    WakeAll(after);
                }
            },
            WakeAll));
        return this;

        void WakeAll(TOther other)
        {
            foreach (var key in concerned(other))
            {
                Enqueue(key);
            }
        }
    }

    /// <summary>Looks at an object as soon as possible; nothing happens while no workers run, because they look at everything when they start.</summary>
    public void Enqueue(NamespacedName key) => queue?.Add(key);

    /// <inheritdoc/>
    void IController.Open() => queue ??= new WorkQueue(time, options.Queue, name, metrics);

    /// <inheritdoc/>
    async Task IController.RunAsync(CancellationToken cancellationToken)
    {
        var keys = queue!;
        foreach (var entity in host.Informer<T>(options.LabelSelector).Store.All())
        {
            keys.Add(NamespacedName.Of(entity));
        }

        foreach (var key in seen.Keys)
        {
            // It may have gone while nobody worked.
            keys.Add(key);
        }

        DeclareResults();
        metrics.Add(this);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, options.Workers).Select(_ => Task.Run(() => WorkAsync(keys, cancellationToken), CancellationToken.None)));
        }
        finally
        {
            metrics.Remove(this);
        }
    }

    /// <inheritdoc/>
    void IController.ShutDown() => queue?.ShutDown();

    /// <inheritdoc/>
    void IController.Close()
    {
        var closed = queue;
        queue = null;
        closed?.Dispose();
    }

    private void Wake(NamespacedName? owner)
    {
        if (owner is { } key)
        {
            Enqueue(key);
        }
    }

    private void Updated(T before, T after)
    {
        var key = NamespacedName.Of(after);
        if (before.Metadata.Generation != after.Metadata.Generation)
        {
            // The user may have mended what failed.
            queue?.Forget(key);
        }

        Enqueue(key);
    }

    private async Task WorkAsync(WorkQueue keys, CancellationToken cancellationToken)
    {
        try
        {
            while (await keys.TakeAsync(cancellationToken) is { } key)
            {
                Interlocked.Increment(ref activeWorkers);
                var start = time.GetTimestamp();
                var result = PassResult.Cancelled;
                try
                {
                    result = await ReconcileAsync(keys, key, cancellationToken);
                }
                finally
                {
                    keys.Done(key);
                    Interlocked.Decrement(ref activeWorkers);
                    Measure(result, time.GetElapsedTime(start));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody shall work any more.
        }
        catch (Exception)
        {
            // A pass never throws: this is our own mistake. One worker less would go unnoticed, so all end with it.
            keys.ShutDown();
            throw;
        }
    }

    private async Task<PassResult> ReconcileAsync(WorkQueue keys, NamespacedName key, CancellationToken cancellationToken)
    {
        using var scope = logger.BeginScope(new Dictionary<string, object> { ["kind"] = kind, ["namespace"] = key.Namespace, ["name"] = key.Name });
        try
        {
            var entity = await client.GetAsync<T>(key.Name, key.Namespace, cancellationToken);
            if (entity is null)
            {
                await reconciler.DeletedAsync(key.Namespace, key.Name, cancellationToken);
                seen.TryRemove(key, out _);
                keys.Forget(key);
                return PassResult.Success;
            }

            seen.TryAdd(key, 0);
            var result = await reconciler.ReconcileAsync(entity, cancellationToken);
            keys.Forget(key);
            if (result.RequeueAfter is not { } delay)
            {
                return PassResult.Success;
            }

            keys.AddAfter(key, delay);
            return PassResult.RequeueAfter;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping: the next start looks at everything again.
            return PassResult.Cancelled;
        }
        catch (KubernetesException problem) when (problem.IsConflict)
        {
            LogOutdated(kind, key, problem.Message);
            keys.AddRateLimited(key);
            return PassResult.Requeue;
        }
        catch (Exception problem)
        {
            keys.AddRateLimited(key);
            if (problem is KubernetesException { IsNotFound: true } && await IsGoneAsync(key, cancellationToken))
            {
                LogOutdated(kind, key, problem.Message);
                return PassResult.Requeue;
            }

            var failures = keys.Failures(key);
            LogFailed(problem, kind, key, failures);
            return PassResult.Error;
        }
    }

    /// <summary>Whether a 404 in a pass comes from the object's own end; what else is missing is an error.</summary>
    private async Task<bool> IsGoneAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetAsync<T>(key.Name, key.Namespace, cancellationToken) is null;
        }
        catch (Exception)
        {
            // Not known: then the 404 is told as it is, unless everything stops.
            return cancellationToken.IsCancellationRequested;
        }
    }

    private void Measure(PassResult result, TimeSpan took)
    {
        if (result == PassResult.Cancelled)
        {
            return;
        }

        var controller = new KeyValuePair<string, object?>("controller", name);
        metrics.ReconcileTime.Record(took.TotalSeconds, controller);
        metrics.Reconciles.Add(1, controller, Label(result));
        metrics.ReconcileErrors.Add(result == PassResult.Error ? 1 : 0, controller);
    }

    /// <summary>A rate can be computed only of a counter that was seen before it rose.</summary>
    private void DeclareResults()
    {
        foreach (var result in (PassResult[])[PassResult.Success, PassResult.Error, PassResult.Requeue, PassResult.RequeueAfter])
        {
            metrics.Reconciles.Add(0, new KeyValuePair<string, object?>("controller", name), Label(result));
        }

        metrics.ReconcileErrors.Add(0, new KeyValuePair<string, object?>("controller", name));
    }

    private static KeyValuePair<string, object?> Label(PassResult result) => new("result", result switch
    {
        PassResult.Success => "success",
        PassResult.Requeue => "requeue",
        PassResult.RequeueAfter => "requeue_after",
        _ => "error",
    });

    private enum PassResult
    {
        Cancelled,
        Success,
        Error,
        Requeue,
        RequeueAfter,
    }

    [LoggerMessage(EventName = "ReconcileOutdated", Level = LogLevel.Debug, Message = "{Kind} {Key} changed or went meanwhile and is looked at again: {Reason}")]
    private partial void LogOutdated(string kind, NamespacedName key, string reason);

    [LoggerMessage(EventName = "ReconcileFailed", Level = LogLevel.Error, Message = "{Kind} {Key} could not be reconciled ({Failures} times in a row) and is tried again")]
    private partial void LogFailed(Exception problem, string kind, NamespacedName key, int failures);
}
