namespace TextOps.Artifacts.Stores;

/// <summary>Finds the store that a URI names.</summary>
public static class ObjectStores
{
    /// <summary>Opens the store at <paramref name="uri"/>; nothing is read or written yet.</summary>
    /// <exception cref="StoreRefusedException">The URI is malformed or of a scheme that is not supported.</exception>
    public static IObjectStore Open(string uri, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(uri);
        if (FileUri.Is(uri))
        {
            return new FileObjectStore(FileUri.ToPath(uri), time);
        }

        var end = uri.IndexOf("://", StringComparison.Ordinal);
        throw new StoreRefusedException(end > 0
            ? $"'{uri}': {uri[..end]}:// is not supported as a store by this version; use file:///absolute/path"
            : $"'{uri}' is not the URI of a store; write file:///absolute/path or file://./relative/path");
    }
}
