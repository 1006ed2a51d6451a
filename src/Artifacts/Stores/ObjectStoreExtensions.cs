namespace TextOps.Artifacts.Stores;

/// <summary>What can be said in terms of an <see cref="IObjectStore"/>'s operations.</summary>
public static class ObjectStoreExtensions
{
    /// <summary>Whether there is such an object, without reading it (<see cref="IObjectStore.HeadAsync"/> may have to, for its tag).</summary>
    public static async Task<bool> ExistsAsync(this IObjectStore store, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);

        // A key sorts before all that it is a prefix of.
        await foreach (var found in store.ListAsync(ObjectKey.Check(key), cancellationToken))
        {
            return found.Key == key;
        }

        return false;
    }

    /// <summary>Writes an object from memory.</summary>
    public static Task<ObjectInfo> PutAsync(
        this IObjectStore store, string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.PutAsync(key, (stream, cancel) => stream.WriteAsync(content, cancel).AsTask(), condition, cancellationToken);
    }
}
