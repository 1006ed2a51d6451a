using TextOps.Artifacts.Stores;

namespace TextOps.Runner.Tests;

/// <summary>A store that fails as long as a test says so.</summary>
internal sealed class BrokenStore(IObjectStore inner) : IObjectStore
{
    private int puts;

    /// <summary>What every operation throws; null where the store works.</summary>
    public Func<Exception>? Fault { get; set; }

    /// <summary>Called around each write, with what does it.</summary>
    public Func<Func<Task<ObjectInfo>>, CancellationToken, Task<ObjectInfo>> AroundPut { get; set; } = (put, _) => put();

    /// <summary>How many writes were tried.</summary>
    public int Puts => Volatile.Read(ref puts);

    public string Uri => inner.Uri;

    private IObjectStore Working => Fault is { } fault ? throw fault() : inner;

    public string UriOf(string key) => inner.UriOf(key);

    public async Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => await Working.HeadAsync(key, cancellationToken);

    public async Task<Stream> OpenReadAsync(string key, long offset, CancellationToken cancellationToken) => await Working.OpenReadAsync(key, offset, cancellationToken);

    public async Task<ObjectInfo> PutAsync(string key, Func<Stream, CancellationToken, Task> write, PutCondition condition, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref puts);
        return await AroundPut(() => Working.PutAsync(key, write, condition, cancellationToken), cancellationToken);
    }

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) => Working.ListAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string folder, CancellationToken cancellationToken) => Working.ListFoldersAsync(folder, cancellationToken);

    public async Task DeleteAsync(string key, CancellationToken cancellationToken) => await Working.DeleteAsync(key, cancellationToken);
}
