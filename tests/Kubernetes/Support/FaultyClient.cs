using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Tests.Support;

/// <summary>A cluster's client with a bad line: a test says what becomes of each call.</summary>
internal sealed class FaultyClient(IKubernetesClient cluster) : IKubernetesClient
{
    /// <summary>
    /// Given the verb, what makes the call, and the caller's token; it may fail, wait or lose the answer. What was sent is not called back: the call itself
    /// is not cancelled.
    /// </summary>
    public Func<string, Func<Task>, CancellationToken, Task> Line { get; set; } = (_, call, _) => call();

    public Task<T?> GetAsync<T>(string name, string? @namespace, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        CallAsync("get", () => cluster.GetAsync<T>(name, @namespace, CancellationToken.None), cancellationToken);

    public Task<KubernetesList<T>> ListAsync<T>(string? @namespace, string? labelSelector, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        CallAsync("list", () => cluster.ListAsync<T>(@namespace, labelSelector, CancellationToken.None), cancellationToken);

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        CallAsync("create", () => cluster.CreateAsync(entity, CancellationToken.None), cancellationToken);

    public Task<T> UpdateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        CallAsync("update", () => cluster.UpdateAsync(entity, CancellationToken.None), cancellationToken);

    public Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        CallAsync("update", () => cluster.UpdateStatusAsync(entity, CancellationToken.None), cancellationToken);

    public Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        CallAsync("patch", () => cluster.PatchAsync<T>(name, @namespace, patch, CancellationToken.None), cancellationToken);

    public Task<T> PatchStatusAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        CallAsync("patch", () => cluster.PatchStatusAsync<T>(name, @namespace, patch, CancellationToken.None), cancellationToken);

    public Task DeleteAsync<T>(string name, string? @namespace, DeleteOptions? options, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        Line("delete", () => cluster.DeleteAsync<T>(name, @namespace, options, CancellationToken.None), cancellationToken);

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(string? @namespace, string? labelSelector, string? resourceVersion, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => cluster.WatchAsync<T>(@namespace, labelSelector, resourceVersion, cancellationToken);

    private async Task<TResult> CallAsync<TResult>(string verb, Func<Task<TResult>> call, CancellationToken cancellationToken)
    {
        Task<TResult>? made = null;
        await Line(verb, () => made = call(), cancellationToken);
        return await made!;
    }
}
