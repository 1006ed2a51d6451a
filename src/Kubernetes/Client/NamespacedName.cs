using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Client;

/// <summary>Names an object among those of its kind.</summary>
/// <param name="Namespace">Namespace; empty for objects without one.</param>
/// <param name="Name">Name.</param>
public readonly record struct NamespacedName(string Namespace, string Name) : IComparable<NamespacedName>
{
    /// <summary>The key of <paramref name="entity"/>.</summary>
    public static NamespacedName Of(IKubernetesObject entity) => new(entity.Metadata.Namespace ?? "", entity.Metadata.Name ?? "");

    /// <summary>By namespace, then by name, as the API server orders lists.</summary>
    public int CompareTo(NamespacedName other)
    {
        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }

    /// <summary><c>namespace/name</c>.</summary>
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/>.</summary>
    public static bool operator <(NamespacedName left, NamespacedName right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/>.</summary>
    public static bool operator >(NamespacedName left, NamespacedName right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> does not come after <paramref name="right"/>.</summary>
    public static bool operator <=(NamespacedName left, NamespacedName right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> does not come before <paramref name="right"/>.</summary>
    public static bool operator >=(NamespacedName left, NamespacedName right) => left.CompareTo(right) >= 0;
}
