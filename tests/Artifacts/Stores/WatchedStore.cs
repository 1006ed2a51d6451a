using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Tests.Stores;

/// <summary>A store that lets a test step in just before a write or a deletion.</summary>
internal sealed class WatchedStore(IObjectStore inner) : IObjectStore
{
    /// <summary>Called before each write, with its key.</summary>
    public Func<string, Task> BeforePut { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before each deletion, with its key.</summary>
    public Func<string, Task> BeforeDelete { get; set; } = _ => Task.CompletedTask;

    public string Uri => inner.Uri;

    public string UriOf(string key) => inner.UriOf(key);

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => inner.HeadAsync(key, cancellationToken);

    public Task<Stream> OpenReadAsync(string key, long offset, CancellationToken cancellationToken) => inner.OpenReadAsync(key, offset, cancellationToken);

    public async Task<ObjectInfo> PutAsync(string key, Func<Stream, CancellationToken, Task> write, PutCondition condition, CancellationToken cancellationToken)
    {
        await BeforePut(key);
        return await inner.PutAsync(key, write, condition, cancellationToken);
    }

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string folder, CancellationToken cancellationToken) => inner.ListFoldersAsync(folder, cancellationToken);

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        await BeforeDelete(key);
        await inner.DeleteAsync(key, cancellationToken);
    }
}
