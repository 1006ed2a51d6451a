using TextOps.Artifacts.Stores;

namespace TextOps.Runner.Tests;

/// <summary>
/// A store whose process is killed: it does so many changes, and from then on nothing. A write counts twice: the kill may come before it, or after it and before the
/// writer knows.
/// </summary>
internal sealed class DyingStore(IObjectStore inner, int changes) : IObjectStore
{
    private int left = changes;

    public string Uri => inner.Uri;

    /// <summary>Whether the kill came.</summary>
    public bool IsDead => left < 0;

    public string UriOf(string key) => inner.UriOf(key);

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => Alive().HeadAsync(key, cancellationToken);

    public Task<Stream> OpenReadAsync(string key, long offset, CancellationToken cancellationToken) => Alive().OpenReadAsync(key, offset, cancellationToken);

    public async Task<ObjectInfo> PutAsync(string key, Func<Stream, CancellationToken, Task> write, PutCondition condition, CancellationToken cancellationToken)
    {
        Change();
        var written = await inner.PutAsync(key, write, condition, cancellationToken);
        Change();
        return written;
    }

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) => Alive().ListAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string folder, CancellationToken cancellationToken) => Alive().ListFoldersAsync(folder, cancellationToken);

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        Change();
        await inner.DeleteAsync(key, cancellationToken);
    }

    private IObjectStore Alive() => IsDead ? throw new KilledException() : inner;

    private void Change()
    {
        Alive();
        if (--left < 0)
        {
            throw new KilledException();
        }
    }
}

/// <summary>The process was killed here.</summary>
internal sealed class KilledException() : Exception("killed");
