using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Operator.Tasks;

/// <summary>Names an object of ours among those of all kinds, as the labels of its children do.</summary>
/// <param name="Kind">Its kind in lower case: <see cref="ApiGroup.KindLabel"/>.</param>
/// <param name="Name">Its name: <see cref="ApiGroup.NameLabel"/>, and the namespace that its children share.</param>
public readonly record struct OwnerKey(string Kind, NamespacedName Name)
{
    /// <summary>The key of <paramref name="owner"/>.</summary>
    public static OwnerKey Of(IKubernetesObject owner) => new(LabelOf(owner.Kind), NamespacedName.Of(owner));

    /// <summary>The key of the <typeparamref name="T"/> of this name.</summary>
    public static OwnerKey Of<T>(NamespacedName name) where T : class, IKubernetesObject => new(LabelOf(EntityType.Of<T>().Kind), name);

    /// <summary>The object that <paramref name="child"/> was made for; null where that is none of ours.</summary>
    public static OwnerKey? OfChild(IKubernetesObject child) =>
        child.Metadata.Labels is { } labels && labels.TryGetValue(ApiGroup.KindLabel, out var kind) && labels.TryGetValue(ApiGroup.NameLabel, out var name)
            ? new OwnerKey(kind, new NamespacedName(child.Metadata.Namespace ?? "", name))
            : null;

    private static string LabelOf(string kind) => kind.ToLowerInvariant();
}
