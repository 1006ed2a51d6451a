using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.InMemory;

/// <summary>What one list or watch sees of a kind: the objects of a namespace, or of all where it is null, that a selector selects.</summary>
internal sealed class ObjectFilter(string? @namespace, LabelSelector selector)
{
    public IEnumerable<StoredObject> Of(ResourceTable table) => table.Objects.Where(IsSeen);

    /// <summary>What a change is to this watch, to which an object also comes and goes with its labels; null where it sees nothing of it.</summary>
    public WatchEvent<T>? ToEvent<T>(Change change) where T : class, IKubernetesObject
    {
        var before = change.Old is not null && IsSeen(change.Old);
        var after = change.New is not null && IsSeen(change.New);
        return (before, after) switch
        {
            (false, true) => Event<T>(WatchEventType.Added, change.New!),
            (true, true) => Event<T>(WatchEventType.Modified, change.New!),
            (true, false) => Event<T>(WatchEventType.Deleted, change.Old!.At(change.ResourceVersion)),
            _ => null,
        };
    }

    public static WatchEvent<T> Event<T>(WatchEventType type, StoredObject stored) where T : class, IKubernetesObject
    {
        var entity = stored.As<T>();
        return new WatchEvent<T>(type, entity, entity.Metadata.ResourceVersion!);
    }

    private bool IsSeen(StoredObject stored) => (@namespace is null || stored.Key.Namespace == @namespace) && selector.Matches(stored.Labels);
}
