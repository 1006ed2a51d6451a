using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Tests.Runtime;

/// <summary>A client whose watches a test plays: the faults of real servers at will. Other calls are not for it.</summary>
internal sealed class ScriptedClient : IKubernetesClient
{
    private readonly Lock gate = new();
    private readonly List<string> watchedFrom = [];
    private readonly ConcurrentDictionary<string, Channel<Channel<object>>> watches = new();

    /// <summary>Versions that watches were asked from, in order; "start" for those that start by themselves.</summary>
    public IReadOnlyList<string> WatchedFrom
    {
        get
        {
            lock (gate)
            {
                return [.. watchedFrom];
            }
        }
    }

    /// <summary>The next watch of a namespace (of all: ""); write <see cref="WatchEvent{T}"/>s or an exception into it, or complete it.</summary>
    public ChannelWriter<object> AnswerWatch(string @namespace = "")
    {
        var watch = Channel.CreateUnbounded<object>();
        Watches(@namespace).Writer.TryWrite(watch);
        return watch.Writer;
    }

    /// <summary>The next watch, which tells that these objects are there and goes on.</summary>
    public ChannelWriter<object> AnswerStart<T>(string version, T[] items, string @namespace = "") where T : class, IKubernetesObject
    {
        var watch = AnswerWatch(@namespace);
        foreach (var item in items)
        {
            watch.TryWrite(new WatchEvent<T>(WatchEventType.Added, item, item.Metadata.ResourceVersion!));
        }

        watch.TryWrite(new WatchEvent<T>(WatchEventType.Synced, null, version));
        return watch;
    }

    /// <summary>The next watch fails.</summary>
    public void FailWatch(Exception problem) => AnswerWatch().TryWrite(problem);

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? @namespace, string? labelSelector, string? resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        lock (gate)
        {
            watchedFrom.Add(resourceVersion ?? "start");
        }

        var watch = await Watches(@namespace ?? "").Reader.ReadAsync(cancellationToken);
        await foreach (var item in watch.Reader.ReadAllAsync(cancellationToken))
        {
            yield return item is Exception problem ? throw problem : (WatchEvent<T>)item;
        }
    }

    public Task<KubernetesList<T>> ListAsync<T>(string? @namespace, string? labelSelector, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        throw new NotSupportedException();

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

    private Channel<Channel<object>> Watches(string @namespace) => watches.GetOrAdd(@namespace, _ => Channel.CreateUnbounded<Channel<object>>());
}
