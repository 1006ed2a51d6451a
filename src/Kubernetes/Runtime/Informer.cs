using Microsoft.Extensions.Logging;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Runtime;

/// <summary>What is told of an informer's objects. Called one at a time and in order; keep it short. What it throws is logged and goes no further.</summary>
/// <param name="Added">An object is new, or was there at the start.</param>
/// <param name="Updated">An object changed: before, after.</param>
/// <param name="Deleted">An object is gone; its last known state.</param>
public sealed record InformerHandler<T>(Action<T> Added, Action<T, T> Updated, Action<T> Deleted);

/// <summary>Something that keeps a <see cref="Store{T}"/> like the server.</summary>
public interface IInformer
{
    /// <summary>When the server last answered or sent a change.</summary>
    DateTimeOffset LastActivity { get; }

    /// <summary>The kind it follows.</summary>
    EntityType Type { get; }

    /// <summary>Lists and watches until cancelled; fails with nothing.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Waits for the first full list.</summary>
    Task WaitForSyncAsync(CancellationToken cancellationToken);
}

/// <summary>
/// Follows one kind by list and watch, keeps the <see cref="Store"/> and tells handlers what changed. A watch that ends goes on where it was; after an
/// error, 410 among them, everything is listed again and compared, so that deletions that were missed are told too. Reconnects are rate-limited.
/// </summary>
public sealed partial class Informer<T>(
    IKubernetesClient client, string? @namespace, string? labelSelector, TimeProvider time, ILogger<Informer<T>> logger) : IInformer
    where T : class, IKubernetesObject
{
    private readonly Lock gate = new();
    private readonly List<InformerHandler<T>> handlers = [];
    private readonly ReconnectLimiter limiter = new(time);
    private readonly TaskCompletionSource synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long lastActivityTicks = time.GetUtcNow().UtcTicks;

    /// <summary>What is known.</summary>
    public Store<T> Store { get; } = new();

    /// <inheritdoc/>
    public EntityType Type => EntityType.Of<T>();

    /// <inheritdoc/>
    public DateTimeOffset LastActivity => new(Interlocked.Read(ref lastActivityTicks), TimeSpan.Zero);

    /// <summary>Adds a handler; it is told of the known objects at once.</summary>
    public void AddHandler(InformerHandler<T> handler)
    {
        lock (gate)
        {
            handlers.Add(handler);
            foreach (var entity in Store.All())
            {
                Guard(() => handler.Added(entity));
            }
        }
    }

    /// <inheritdoc/>
    public Task WaitForSyncAsync(CancellationToken cancellationToken) => synced.Task.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string? version = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await limiter.WaitAsync(cancellationToken);
                if (version is null)
                {
                    var list = await client.ListAsync<T>(@namespace, labelSelector, cancellationToken);
                    Touch();
                    Replace(list.Items);
                    version = list.ResourceVersion;
                    synced.TrySetResult();
                }

                await foreach (var change in client.WatchAsync<T>(@namespace, labelSelector, version, cancellationToken))
                {
                    Touch();
                    Apply(change);
                    version = change.ResourceVersion;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (KubernetesException problem) when (problem.Code == 410)
            {
                LogExpired(Type.GroupResource, problem.Message);
                version = null;
            }
            catch (Exception problem)
            {
                LogBroken(problem, Type.GroupResource);
                version = null;
            }
        }
    }

    private void Replace(IReadOnlyList<T> items)
    {
        lock (gate)
        {
            var present = items.Select(NamespacedNameOf).ToHashSet();
            foreach (var known in Store.All())
            {
                if (!present.Contains(NamespacedName.Of(known)))
                {
                    Delete(known);
                }
            }

            foreach (var item in items)
            {
                Put(item);
            }
        }
    }

    private void Apply(WatchEvent<T> change)
    {
        lock (gate)
        {
            if (change.Type == WatchEventType.Deleted)
            {
                Delete(change.Object!);
            }
            else if (change.Object is not null)
            {
                Put(change.Object);
            }
        }
    }

    private void Put(T entity)
    {
        var known = Store.Find(NamespacedName.Of(entity));
        if (known is not null && known.Metadata.Uid != entity.Metadata.Uid)
        {
            // Deleted and created again while nobody looked: to handlers these are two objects.
            Delete(known);
            known = null;
        }

        if (known is not null && known.Metadata.ResourceVersion == entity.Metadata.ResourceVersion)
        {
            return;
        }

        Store.Put(entity);
        foreach (var handler in handlers)
        {
            Guard(() =>
            {
                if (known is null)
                {
                    handler.Added(entity);
                }
                else
                {
                    handler.Updated(known, entity);
                }
            });
        }
    }

    private void Delete(T last)
    {
        if (Store.Remove(NamespacedName.Of(last)) is null)
        {
            return;
        }

        foreach (var handler in handlers)
        {
            Guard(() => handler.Deleted(last));
        }
    }

    private void Guard(Action call)
    {
        try
        {
            call();
        }
        catch (Exception problem)
        {
            LogHandlerFailed(problem, Type.GroupResource);
        }
    }

    private void Touch() => Interlocked.Exchange(ref lastActivityTicks, time.GetUtcNow().UtcTicks);

    private static NamespacedName NamespacedNameOf(T entity) => NamespacedName.Of(entity);

    [LoggerMessage(EventName = "WatchExpired", Level = LogLevel.Debug, Message = "The watch of {Resource} is too far behind and starts anew: {Reason}")]
    private partial void LogExpired(string resource, string reason);

    [LoggerMessage(EventName = "WatchBroken", Level = LogLevel.Warning, Message = "The watch of {Resource} broke and starts anew")]
    private partial void LogBroken(Exception problem, string resource);

    [LoggerMessage(EventName = "InformerHandlerFailed", Level = LogLevel.Error, Message = "A handler of {Resource} threw; the informer goes on")]
    private partial void LogHandlerFailed(Exception problem, string resource);
}
