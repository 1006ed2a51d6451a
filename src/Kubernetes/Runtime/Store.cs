using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Runtime;

/// <summary>What an informer knows: the last seen state of each object, also by controlling owner. All members are thread-safe.</summary>
public sealed class Store<T> where T : class, IKubernetesObject
{
    private readonly Lock gate = new();
    private readonly Dictionary<NamespacedName, T> objects = [];
    private readonly Dictionary<string, Dictionary<NamespacedName, T>> byOwner = new(StringComparer.Ordinal);

    /// <summary>How many objects there are.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return objects.Count;
            }
        }
    }

    /// <summary>All objects, in no order.</summary>
    public IReadOnlyList<T> All()
    {
        lock (gate)
        {
            return [.. objects.Values];
        }
    }

    /// <summary>One object; null where it is not known.</summary>
    public T? Find(NamespacedName key)
    {
        lock (gate)
        {
            return objects.GetValueOrDefault(key);
        }
    }

    /// <summary>The objects whose controlling owner has this uid, in no order.</summary>
    public IReadOnlyList<T> OwnedBy(string ownerUid)
    {
        lock (gate)
        {
            return byOwner.TryGetValue(ownerUid, out var owned) ? [.. owned.Values] : [];
        }
    }

    internal T? Put(T entity)
    {
        var key = NamespacedName.Of(entity);
        lock (gate)
        {
            var old = Take(key);
            objects[key] = entity;
            if (OwnerReferences.ControllerOf(entity) is { } owner)
            {
                if (!byOwner.TryGetValue(owner.Uid, out var owned))
                {
                    byOwner[owner.Uid] = owned = [];
                }

                owned[key] = entity;
            }

            return old;
        }
    }

    internal T? Remove(NamespacedName key)
    {
        lock (gate)
        {
            return Take(key);
        }
    }

    private T? Take(NamespacedName key)
    {
        if (objects.Remove(key, out var old) && OwnerReferences.ControllerOf(old) is { } owner && byOwner.TryGetValue(owner.Uid, out var owned))
        {
            owned.Remove(key);
            if (owned.Count == 0)
            {
                byOwner.Remove(owner.Uid);
            }
        }

        return old;
    }
}
