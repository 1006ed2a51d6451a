using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Tasks;

/// <summary>The objects of an informer by the value of one label, so that an owner finds what carries its name without looking at all objects.</summary>
public sealed class LabelIndex<T> where T : class, IKubernetesObject
{
    private readonly Lock gate = new();
    private readonly string label;
    private readonly Dictionary<NamespacedName, Dictionary<NamespacedName, T>> byValue = [];

    /// <summary>Follows <paramref name="informer"/>; make it before the informer starts.</summary>
    public LabelIndex(Informer<T> informer, string label)
    {
        this.label = label;
        informer.AddHandler(new InformerHandler<T>(Put, Replace, Remove));
    }

    /// <summary>The objects of <paramref name="namespace"/> whose label has <paramref name="value"/>, in no order.</summary>
    public IReadOnlyCollection<T> Find(string @namespace, string value)
    {
        lock (gate)
        {
            return byValue.TryGetValue(new NamespacedName(@namespace, value), out var found) ? [.. found.Values] : [];
        }
    }

    private void Replace(T before, T after)
    {
        // As one step: whoever looks in between would take a running pod for gone.
        lock (gate)
        {
            Remove(before);
            Put(after);
        }
    }

    private void Put(T entity)
    {
        if (KeyOf(entity) is not { } key)
        {
            return;
        }

        lock (gate)
        {
            if (!byValue.TryGetValue(key, out var found))
            {
                byValue[key] = found = [];
            }

            found[NamespacedName.Of(entity)] = entity;
        }
    }

    private void Remove(T entity)
    {
        if (KeyOf(entity) is not { } key)
        {
            return;
        }

        lock (gate)
        {
            if (byValue.TryGetValue(key, out var found) && found.Remove(NamespacedName.Of(entity)) && found.Count == 0)
            {
                byValue.Remove(key);
            }
        }
    }

    private NamespacedName? KeyOf(T entity) =>
        entity.Metadata.Labels?.GetValueOrDefault(label) is { } value ? new NamespacedName(entity.Metadata.Namespace ?? "", value) : null;
}
