using System.Runtime.CompilerServices;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;

namespace TextOps.Operator.Tests.EmbeddingJobs;

/// <summary>A cluster's client that notes status writes and refuses what a test wants refused.</summary>
internal sealed class WatchedClient(IKubernetesClient cluster) : IKubernetesClient
{
    private int statusWrites;

    /// <summary>How often the status of an EmbeddingJob was written.</summary>
    public int StatusWrites => Volatile.Read(ref statusWrites);

    /// <summary>What creating an object is refused with; null: it is created.</summary>
    public Func<IKubernetesObject, KubernetesException?> RefuseCreate { get; set; } = _ => null;

    /// <summary>What watches of pods wait for before they tell anything: watches of different kinds do not keep step.</summary>
    public Task PodNews { get; set; } = Task.CompletedTask;

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        RefuseCreate(entity) is { } refusal ? Task.FromException<T>(refusal) : cluster.CreateAsync(entity, cancellationToken);

    public Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        if (entity is EmbeddingJob)
        {
            Interlocked.Increment(ref statusWrites);
        }

        return cluster.UpdateStatusAsync(entity, cancellationToken);
    }

    public Task<T?> GetAsync<T>(string name, string? @namespace, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        cluster.GetAsync<T>(name, @namespace, cancellationToken);

    public Task<KubernetesList<T>> ListAsync<T>(string? @namespace, string? labelSelector, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        cluster.ListAsync<T>(@namespace, labelSelector, cancellationToken);

    public Task<T> UpdateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject => cluster.UpdateAsync(entity, cancellationToken);

    public Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        cluster.PatchAsync<T>(name, @namespace, patch, cancellationToken);

    public Task<T> PatchStatusAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        cluster.PatchStatusAsync<T>(name, @namespace, patch, cancellationToken);

    public Task DeleteAsync<T>(string name, string? @namespace, DeleteOptions? options, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        cluster.DeleteAsync<T>(name, @namespace, options, cancellationToken);

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? @namespace, string? labelSelector, string? resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        await foreach (var news in cluster.WatchAsync<T>(@namespace, labelSelector, resourceVersion, cancellationToken))
        {
            if (news.Object is V1Pod)
            {
                await PodNews.WaitAsync(cancellationToken);
            }

            yield return news;
        }
    }
}
