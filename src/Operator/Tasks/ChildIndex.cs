using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Tasks;

/// <summary>The objects of an informer by the object of ours that they belong to, as a rule the one that their labels name, so that it finds its children without looking at all of them.</summary>
public sealed class ChildIndex<T> where T : class, IKubernetesObject
{
    private readonly Lock gate = new();
    private readonly Dictionary<OwnerKey, Dictionary<NamespacedName, T>> byOwner = [];
    private readonly Func<T, OwnerKey?> keyOf;

    /// <summary>Follows <paramref name="informer"/>; make it before the informer starts.</summary>
    /// <param name="informer">What tells of the objects.</param>
    /// <param name="keyOf">The object of ours that one belongs to; the one that its labels name where absent.</param>
    public ChildIndex(Informer<T> informer, Func<T, OwnerKey?>? keyOf = null)
    {
        this.keyOf = keyOf ?? (child => OwnerKey.OfChild(child));
        informer.AddHandler(new InformerHandler<T>(Put, Replace, Remove));
    }

    /// <summary>The children of <paramref name="owner"/>, in no order.</summary>
    public IReadOnlyCollection<T> Find(OwnerKey owner)
    {
        lock (gate)
        {
            return byOwner.TryGetValue(owner, out var found) ? [.. found.Values] : [];
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
        if (keyOf(entity) is not { } key)
        {
            return;
        }

        lock (gate)
        {
            if (!byOwner.TryGetValue(key, out var found))
            {
                byOwner[key] = found = [];
            }

            found[NamespacedName.Of(entity)] = entity;
        }
    }

    private void Remove(T entity)
    {
        if (keyOf(entity) is not { } key)
        {
            return;
        }

        lock (gate)
        {
            if (byOwner.TryGetValue(key, out var found) && found.Remove(NamespacedName.Of(entity)) && found.Count == 0)
            {
                byOwner.Remove(key);
            }
        }
    }
}
