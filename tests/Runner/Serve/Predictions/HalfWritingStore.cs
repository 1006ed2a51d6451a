using TextOps.Artifacts.Stores;

namespace TextOps.Runner.Tests.Serve.Predictions;

/// <summary>A store whose process is killed in the middle of a write: half of the bytes were handed over, and nothing happens after that.</summary>
internal sealed class HalfWritingStore(IObjectStore inner, int wholeWrites) : IObjectStore
{
    private int left = wholeWrites;

    public string Uri => inner.Uri;

    public bool IsDead => Volatile.Read(ref left) < 0;

    public string UriOf(string key) => inner.UriOf(key);

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => inner.HeadAsync(key, cancellationToken);

    public Task<Stream> OpenReadAsync(string key, long offset, CancellationToken cancellationToken) => inner.OpenReadAsync(key, offset, cancellationToken);

    public Task<ObjectInfo> PutAsync(string key, Func<Stream, CancellationToken, Task> write, PutCondition condition, CancellationToken cancellationToken) =>
        Interlocked.Decrement(ref left) >= 0
            ? inner.PutAsync(key, write, condition, cancellationToken)
            : inner.PutAsync(
                key,
                async (stream, cancel) =>
                {
                    using var whole = new MemoryStream();
                    await write(whole, cancel);
                    await stream.WriteAsync(whole.ToArray().AsMemory(0, (int)whole.Length / 2), cancel);
                    await stream.FlushAsync(cancel);
                    throw new KilledException();
                },
                condition,
                cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string folder, CancellationToken cancellationToken) => inner.ListFoldersAsync(folder, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => inner.DeleteAsync(key, cancellationToken);
}
