using System.Globalization;
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
    /// <summary>When the server last sent something, or was asked anew; where several namespaces are followed, that of the one that is silent longest.</summary>
    DateTimeOffset LastActivity { get; }

    /// <summary>Whether all objects have been told once.</summary>
    bool HasSynced { get; }

    /// <summary>The kind it follows.</summary>
    EntityType Type { get; }

    /// <summary>Watches until cancelled; fails with nothing.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Waits until all objects have been told once.</summary>
    Task WaitForSyncAsync(CancellationToken cancellationToken);
}

/// <summary>
/// Follows one kind by a watch for each of <paramref name="namespaces"/> (one over all where there are none), keeps the <see cref="Store"/> and tells
/// handlers what changed. A watch that ends goes on where it was; after an error, 410 among them, it starts from nothing and what it tells is compared
/// with the store once it is complete, so that deletions that were missed are told too. Reconnects are rate-limited.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="namespaces">The namespaces to follow; all where empty.</param>
/// <param name="labelSelector">Which objects; all where null.</param>
/// <param name="time">Clock of activity and of reconnects.</param>
/// <param name="logger">For what goes wrong.</param>
/// <param name="transform">Makes of each object what is kept of it and handed on; the object itself where null.</param>
public sealed partial class Informer<T>(
    IKubernetesClient client, IReadOnlyList<string> namespaces, string? labelSelector, TimeProvider time, ILogger<Informer<T>> logger, Func<T, T>? transform = null)
    : IInformer
    where T : class, IKubernetesObject
{
    private readonly Lock gate = new();
    private readonly List<InformerHandler<T>> handlers = [];
    private readonly InformerWatch[] watches =
        namespaces.Count == 0 ? [new InformerWatch(null, time)] : [.. namespaces.Distinct().Select(name => new InformerWatch(name, time))];

    /// <summary>What is known.</summary>
    public Store<T> Store { get; } = new();

    /// <inheritdoc/>
    public EntityType Type => EntityType.Of<T>();

    /// <inheritdoc/>
    public DateTimeOffset LastActivity => watches.Min(watch => watch.LastActivity);

    /// <inheritdoc/>
    public bool HasSynced => watches.All(watch => watch.Synced.IsCompleted);

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
    public Task WaitForSyncAsync(CancellationToken cancellationToken) => Task.WhenAll(watches.Select(watch => watch.Synced)).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(watches.Select(watch => FollowAsync(watch, cancellationToken)));

    private async Task FollowAsync(InformerWatch watch, CancellationToken cancellationToken)
    {
        string? version = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await watch.Limiter.WaitAsync(cancellationToken);
                watch.Touch();
                version = await WatchAsync(watch, version, cancellationToken);
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
                // What servers and networks do is said in a line; a fault of ours needs its stack.
                LogBroken(problem is HttpRequestException or KubernetesException ? null : problem, Type.GroupResource, problem.Message);
                version = null;
            }
        }
    }

    /// <summary>One watch, until the server ends it; gives the version to go on from, null where it has to start from nothing.</summary>
    private async Task<string?> WatchAsync(InformerWatch watch, string? version, CancellationToken cancellationToken)
    {
        // What a watch from nothing has told so far; it counts only when it is complete.
        var initial = version is null ? new Dictionary<NamespacedName, T>() : null;
        await foreach (var change in client.WatchAsync<T>(watch.Namespace, labelSelector, version, cancellationToken))
        {
            watch.Touch();
            if (initial is null)
            {
                Apply(change);
                version = change.ResourceVersion;
            }
            else if (change.Type == WatchEventType.Synced)
            {
                Replace(watch.Namespace, initial);
                initial = null;
                version = change.ResourceVersion;
                watch.IsSynced();
            }
            else if (change.Type == WatchEventType.Deleted)
            {
                initial.Remove(NamespacedName.Of(change.Object!));
            }
            else if (change.Object is { } entity)
            {
                initial[NamespacedName.Of(entity)] = Transform(entity);
            }
        }

        return version;
    }

    private void Replace(string? @namespace, Dictionary<NamespacedName, T> present)
    {
        lock (gate)
        {
            foreach (var known in Store.All())
            {
                if ((@namespace is null || known.Metadata.Namespace == @namespace) && !present.ContainsKey(NamespacedName.Of(known)))
                {
                    Delete(known);
                }
            }

            foreach (var entity in present.Values)
            {
                Put(entity);
            }
        }
    }

    private void Apply(WatchEvent<T> change)
    {
        if (change.Object is null)
        {
            return;
        }

        var entity = Transform(change.Object);
        lock (gate)
        {
            if (Store.Find(NamespacedName.Of(entity)) is { } known && IsOlder(entity, known))
            {
                // Told twice, or out of order: what is known came after it.
                return;
            }

            if (change.Type == WatchEventType.Deleted)
            {
                Delete(entity);
            }
            else
            {
                Put(entity);
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

    private T Transform(T entity) => transform is null ? entity : transform(entity);

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

    /// <summary>Versions that are numbers can be compared (KEP-5504); of others nothing is known but whether they are equal.</summary>
    private static bool IsOlder(T entity, T than) =>
        ulong.TryParse(entity.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        && ulong.TryParse(than.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var known)
        && version < known;

    [LoggerMessage(EventName = "WatchExpired", Level = LogLevel.Debug, Message = "The watch of {Resource} is too far behind and starts anew: {Reason}")]
    private partial void LogExpired(string resource, string reason);

    [LoggerMessage(EventName = "WatchBroken", Level = LogLevel.Warning, Message = "The watch of {Resource} broke and starts anew: {Reason}")]
    private partial void LogBroken(Exception? problem, string resource, string reason);

    [LoggerMessage(EventName = "InformerHandlerFailed", Level = LogLevel.Error, Message = "A handler of {Resource} threw; the informer goes on")]
    private partial void LogHandlerFailed(Exception problem, string resource);
}
