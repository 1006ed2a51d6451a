using System.Runtime.CompilerServices;
using System.Threading.Channels;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Tests.Runtime;

/// <summary>A client whose lists and watches a test plays: the faults of real servers at will. Other calls are not for it.</summary>
internal sealed class ScriptedClient : IKubernetesClient
{
    private readonly Channel<Func<object>> lists = Channel.CreateUnbounded<Func<object>>();
    private readonly Channel<Channel<object>> watches = Channel.CreateUnbounded<Channel<object>>();

    /// <summary>Versions that watches were asked from.</summary>
    public List<string> WatchedFrom { get; } = [];

    /// <summary>Lists that were asked for.</summary>
    public int Lists { get; private set; }

    public void AnswerList<T>(string version, params T[] items) => lists.Writer.TryWrite(() => new KubernetesList<T>(items, version));

    public void FailList(Exception problem) => lists.Writer.TryWrite(() => throw problem);

    /// <summary>The next watch; write <see cref="WatchEvent{T}"/>s or an exception into it, or complete it.</summary>
    public ChannelWriter<object> AnswerWatch()
    {
        var watch = Channel.CreateUnbounded<object>();
        watches.Writer.TryWrite(watch);
        return watch.Writer;
    }

    public async Task<KubernetesList<T>> ListAsync<T>(string? @namespace, string? labelSelector, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        Lists++;
        return (KubernetesList<T>)(await lists.Reader.ReadAsync(cancellationToken))();
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? @namespace, string? labelSelector, string? resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        WatchedFrom.Add(resourceVersion ?? "");
        var watch = await watches.Reader.ReadAsync(cancellationToken);
        await foreach (var item in watch.Reader.ReadAllAsync(cancellationToken))
        {
            yield return item is Exception problem ? throw problem : (WatchEvent<T>)item;
        }
    }

    public Task<T?> GetAsync<T>(string name, string? @namespace, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

    public Task<T> UpdateAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

    public Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken) where T : class, IKubernetesObject => throw new NotSupportedException();

    public Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        throw new NotSupportedException();

    public Task<T> PatchStatusAsync<T>(string name, string? @namespace, KubernetesPatch patch, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        throw new NotSupportedException();

    public Task DeleteAsync<T>(string name, string? @namespace, DeleteOptions? options, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        throw new NotSupportedException();
}
