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

    /// <summary>Writes an object; answers its size and SHA-256 (lower-case hex digits), taken while it is written.</summary>
    public static async Task<(long Bytes, string Sha256)> PutWithDigestAsync(
        this IObjectStore store, string key, Func<Stream, CancellationToken, Task> write, PutCondition condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(write);
        var written = (Bytes: 0L, Sha256: string.Empty);
        await store.PutAsync(
            key,
            async (stream, cancel) =>
            {
                var content = new DigestStream(stream);
                try
                {
                    await write(content, cancel);
                    written = await content.CompleteAsync(cancel);
                }
                finally
                {
                    content.Release();
                }
            },
            condition,
            cancellationToken);
        return written;
    }

    /// <summary>Whether an object whose key starts with <paramref name="prefix"/> was written after <paramref name="time"/>.</summary>
    public static async Task<bool> WasWrittenSinceAsync(this IObjectStore store, string prefix, DateTimeOffset time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        await foreach (var found in store.ListAsync(prefix, cancellationToken))
        {
            if (found.LastModified > time)
            {
                return true;
            }
        }

        return false;
    }
}
