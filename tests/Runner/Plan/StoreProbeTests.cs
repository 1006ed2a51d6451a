using TextOps.Artifacts.Stores;
using TextOps.Runner.Plan;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Plan;

public sealed class StoreProbeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_store_that_ignores_conditions_is_refused()
    {
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => StoreProbe.CheckAsync(new Unconditional(new FileObjectStore(folder.Path)), "a/", Cancel));
        Assert.Contains("If-None-Match", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_good_store_is_left_as_it_was()
    {
        await StoreProbe.CheckAsync(new FileObjectStore(folder.Path), "a/", Cancel);
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    /// <summary>A store as some object servers are: it takes conditional writes and forgets the condition.</summary>
    private sealed class Unconditional(IObjectStore inner) : IObjectStore
    {
        public string Uri => inner.Uri;

        public string UriOf(string key) => inner.UriOf(key);

        public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => inner.HeadAsync(key, cancellationToken);

        public Task<Stream> OpenReadAsync(string key, long offset, CancellationToken cancellationToken) => inner.OpenReadAsync(key, offset, cancellationToken);

        public Task<ObjectInfo> PutAsync(string key, Func<Stream, CancellationToken, Task> write, PutCondition condition, CancellationToken cancellationToken) =>
            inner.PutAsync(key, write, PutCondition.None, cancellationToken);

        public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

        public IAsyncEnumerable<string> ListFoldersAsync(string folder, CancellationToken cancellationToken) => inner.ListFoldersAsync(folder, cancellationToken);

        public Task DeleteAsync(string key, CancellationToken cancellationToken) => inner.DeleteAsync(key, cancellationToken);
    }
}
