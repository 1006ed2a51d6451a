using System.Threading.Channels;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.InMemory;

/// <summary>
/// Garbage collection by owner, in the background as in a cluster: knows which objects name which owner, and hands those whose owner went (or never
/// was) to the cluster, which decides. What it deletes goes the same way, so that whole trees go. Its bookkeeping is guarded by the cluster's lock.
/// </summary>
internal sealed class OwnerCollector : IAsyncDisposable
{
    private readonly Dictionary<string, HashSet<(EntityType Type, NamespacedName Key)>> dependents = new(StringComparer.Ordinal);
    private readonly Channel<(EntityType Type, NamespacedName Key)> suspects =
        Channel.CreateUnbounded<(EntityType, NamespacedName)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Task loop;

    public OwnerCollector(Action<EntityType, NamespacedName> collect) => loop = Task.Run(() => RunAsync(collect));

    public void Loaded(EntityType type, StoredObject stored) => Index(type, stored);

    public void Changed(EntityType type, StoredObject? old, StoredObject stored)
    {
        if (old is not null)
        {
            Forget(type, old);
        }

        Index(type, stored);
        if (stored.Owners.Count > 0)
        {
            suspects.Writer.TryWrite((type, stored.Key));
        }
    }

    public void Removed(EntityType type, StoredObject stored)
    {
        Forget(type, stored);
        foreach (var dependent in dependents.GetValueOrDefault(stored.Uid) ?? [])
        {
            suspects.Writer.TryWrite(dependent);
        }
    }

    public void CheckAll()
    {
        foreach (var dependent in dependents.Values.SelectMany(set => set).Distinct())
        {
            suspects.Writer.TryWrite(dependent);
        }
    }

    public async ValueTask DisposeAsync()
    {
        suspects.Writer.TryComplete();
        await loop;
    }

    private async Task RunAsync(Action<EntityType, NamespacedName> collect)
    {
        await foreach (var (type, key) in suspects.Reader.ReadAllAsync())
        {
            try
            {
                collect(type, key);
            }
            catch (KubernetesException)
            {
                // The store could not be written: the object stays until its next change or the next start.
            }
        }
    }

    private void Index(EntityType type, StoredObject stored)
    {
        foreach (var owner in stored.Owners)
        {
            if (!dependents.TryGetValue(owner.Uid, out var set))
            {
                dependents[owner.Uid] = set = [];
            }

            set.Add((type, stored.Key));
        }
    }

    private void Forget(EntityType type, StoredObject stored)
    {
        foreach (var owner in stored.Owners)
        {
            if (dependents.TryGetValue(owner.Uid, out var set) && set.Remove((type, stored.Key)) && set.Count == 0)
            {
                dependents.Remove(owner.Uid);
            }
        }
    }
}
