namespace TextOps.Artifacts.Stores;

/// <summary>
/// Objects by key, in the manner of S3. A key is a relative path of segments joined by '/', without empty, <c>.</c> or <c>..</c> segments and control
/// characters (<see cref="ObjectKey"/>); others are refused with <see cref="ArgumentException"/>. An object appears whole or not at all.
/// </summary>
public interface IObjectStore
{
    /// <summary>The store's URI, without a '/' at its end.</summary>
    string Uri { get; }

    /// <summary>The URI of an object: the store's, '/' and the key, escaped where the scheme wants it.</summary>
    string UriOf(string key);

    /// <summary>Describes an object; null where there is none.</summary>
    Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// Opens an object to read it once, from <paramref name="offset"/> (bytes) on; from its end or past it there is nothing to read.
    /// </summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    Task<Stream> OpenReadAsync(string key, long offset, CancellationToken cancellationToken);

    /// <summary>
    /// Writes an object: <paramref name="write"/> fills it (forward only), then it is published whole and durably. Nothing is published where
    /// <paramref name="write"/> throws.
    /// </summary>
    /// <exception cref="PreconditionFailedException"><paramref name="condition"/> does not hold; nothing was written.</exception>
    /// <exception cref="StoreRefusedException">The store cannot take it: no permission, no space, a file where a folder should be.</exception>
    Task<ObjectInfo> PutAsync(string key, Func<Stream, CancellationToken, Task> write, PutCondition condition, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the objects whose keys start with <paramref name="prefix"/> (not necessarily whole segments), ordered by the UTF-8 bytes of their keys
    /// (<see cref="ObjectKey.Order"/>), as S3 does.
    /// </summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the segments that follow <paramref name="folder"/> (empty, or ending with '/') in keys that go on after them, in order and
    /// without their '/':
    /// of <c>a/b/c</c> and <c>a/d</c>, below <c>a/</c>, only <c>b</c>. A folder that has just lost its last object may still be named.
    /// </summary>
    IAsyncEnumerable<string> ListFoldersAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Removes an object; nothing happens where there is none.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);
}

/// <summary>What a store knows of an object.</summary>
public sealed record ObjectInfo
{
    /// <summary>Its key.</summary>
    public required string Key { get; init; }

    /// <summary>Its size, in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>
    /// Identifies its content: equal content may have different tags, different content never has equal ones. Null in listings of stores
    /// that would have to read the object.
    /// </summary>
    public string? ETag { get; init; }

    /// <summary>Version id, where the store keeps versions.</summary>
    public string? VersionId { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset LastModified { get; init; }
}

/// <summary>What must hold for a write.</summary>
public readonly record struct PutCondition
{
    private PutCondition(bool mustNotExist, string? etag) => (MustNotExist, ETag) = (mustNotExist, etag);

    /// <summary>Nothing.</summary>
    public static PutCondition None { get; } = new(mustNotExist: false, etag: null);

    /// <summary>There is no such object (<c>If-None-Match: *</c>).</summary>
    public static PutCondition IfNoneMatch { get; } = new(mustNotExist: true, etag: null);

    /// <summary>Whether there must be no such object.</summary>
    public bool MustNotExist { get; }

    /// <summary>The tag that the object must have; null where any will do.</summary>
    public string? ETag { get; }

    /// <summary>The object has this tag (<c>If-Match</c>).</summary>
    public static PutCondition IfMatch(string etag) => new(mustNotExist: false, etag);
}

/// <summary>There is no such object.</summary>
public sealed class ObjectNotFoundException(string uri) : IOException($"{uri} does not exist")
{
    /// <summary>The object's URI.</summary>
    public string ObjectUri { get; } = uri;
}

/// <summary>The condition of a write does not hold.</summary>
public sealed class PreconditionFailedException(string uri) : IOException($"{uri} was written by somebody else in the meantime")
{
    /// <summary>The object's URI.</summary>
    public string ObjectUri { get; } = uri;
}

/// <summary>The store cannot take what it was given, and trying again will not help; the message says why and how to fix it.</summary>
public sealed class StoreRefusedException(string message, Exception? inner = null) : IOException(message, inner);
