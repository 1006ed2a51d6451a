using System.Collections.Concurrent;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Tasks;

/// <summary>The objects of an informer by the value of one label, so that an owner finds what carries its name without looking at all objects.</summary>
public sealed class LabelIndex<T> where T : class, IKubernetesObject
{
    private readonly string label;
    private readonly ConcurrentDictionary<NamespacedName, ConcurrentDictionary<NamespacedName, T>> byValue = new();

    /// <summary>Follows <paramref name="informer"/>; make it before the informer starts.</summary>
    public LabelIndex(Informer<T> informer, string label)
    {
        this.label = label;
        informer.AddHandler(new InformerHandler<T>(Put, (before, after) => { Remove(before); Put(after); }, Remove));
    }

    /// <summary>The objects of <paramref name="namespace"/> whose label has <paramref name="value"/>, in no order.</summary>
    public IReadOnlyCollection<T> Find(string @namespace, string value) =>
        byValue.TryGetValue(new NamespacedName(@namespace, value), out var found) ? [.. found.Values] : [];

    private void Put(T entity)
    {
        if (KeyOf(entity) is { } key)
        {
            byValue.GetOrAdd(key, _ => new ConcurrentDictionary<NamespacedName, T>())[NamespacedName.Of(entity)] = entity;
        }
    }

    private void Remove(T entity)
    {
        if (KeyOf(entity) is { } key && byValue.TryGetValue(key, out var found))
        {
            found.TryRemove(NamespacedName.Of(entity), out _);
        }
    }

    private NamespacedName? KeyOf(T entity) =>
        entity.Metadata.Labels?.GetValueOrDefault(label) is { } value ? new NamespacedName(entity.Metadata.Namespace ?? "", value) : null;
}
