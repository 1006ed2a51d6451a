using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.InMemory;

/// <summary>The objects of one kind and their last changes. Not thread-safe: the cluster's lock guards it.</summary>
internal sealed class ResourceTable(ResourceDefinition definition, int watchHistory)
{
    private readonly SortedDictionary<NamespacedName, StoredObject> objects = [];

    public ResourceDefinition Definition { get; } = definition;

    public EntityType Type => Definition.Type;

    public ChangeLog Changes { get; } = new(watchHistory);

    public IEnumerable<StoredObject> Objects => objects.Values;

    public StoredObject? Find(NamespacedName key) => objects.GetValueOrDefault(key);

    /// <summary>Takes in an object that is there from before, which is no change.</summary>
    public void Load(StoredObject stored)
    {
        objects[stored.Key] = stored;
        Changes.ForgetUpTo(stored.ResourceVersion);
    }

    public void Put(StoredObject? old, StoredObject stored)
    {
        objects[stored.Key] = stored;
        Changes.Append(new Change(stored.ResourceVersion, old, stored));
    }

    /// <summary>Takes an object away; <paramref name="last"/> is its last state under the version of its deletion.</summary>
    public void Remove(StoredObject last)
    {
        objects.Remove(last.Key);
        Changes.Append(new Change(last.ResourceVersion, last, null));
    }
}
