using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Runtime;

/// <summary>Brings the world of one kind in line with its objects. Never called for one object twice at a time.</summary>
public interface IEntityController<in T> where T : class, IKubernetesObject
{
    /// <summary>
    /// Looks at <paramref name="entity"/>, read from the server just now, and does what is missing. What it throws makes the object come again after a
    /// growing delay; a 409 Conflict is no error there.
    /// </summary>
    Task<ReconcileResult> ReconcileAsync(T entity, CancellationToken cancellationToken);

    /// <summary>Told that there is no such object; may be told more than once, and of objects that it never saw.</summary>
    Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken);
}

/// <summary>When an object is looked at again, if nothing happens before.</summary>
/// <param name="RequeueAfter">After this time; never where null.</param>
public readonly record struct ReconcileResult(TimeSpan? RequeueAfter)
{
    /// <summary>Not before something changes.</summary>
    public static ReconcileResult Done => default;

    /// <summary>After <paramref name="delay"/> at the latest.</summary>
    public static ReconcileResult Again(TimeSpan delay) => new(delay);
}
