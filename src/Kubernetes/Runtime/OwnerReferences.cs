using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Runtime;

/// <summary>Owner references as controllers write and read them.</summary>
public static class OwnerReferences
{
    /// <summary>
    /// A reference to <paramref name="owner"/>, as read from the server, as the one that controls. blockOwnerDeletion stays unset: it would need the
    /// right to update finalizers where OwnerReferencesPermissionEnforcement is on (OpenShift), and we delete in the background only.
    /// </summary>
    public static V1OwnerReference ToController<T>(T owner) where T : class, IKubernetesObject
    {
        var type = EntityType.Of<T>();
        return new V1OwnerReference
        {
            ApiVersion = type.GroupVersion,
            Kind = type.Kind,
            Name = owner.Metadata.Name ?? throw new ArgumentException("the owner has no name", nameof(owner)),
            Uid = owner.Metadata.Uid ?? throw new ArgumentException($"the owner {owner.Metadata.Name} has no uid; read it from the server first", nameof(owner)),
            Controller = true,
        };
    }

    /// <summary>The owner that controls <paramref name="entity"/>; null where none does.</summary>
    public static V1OwnerReference? ControllerOf(IKubernetesObject entity)
    {
        foreach (var owner in entity.Metadata.OwnerReferences ?? [])
        {
            if (owner.Controller == true)
            {
                return owner;
            }
        }

        return null;
    }

    /// <summary>The key of the <typeparamref name="TOwner"/> that controls <paramref name="entity"/>; null where none does.</summary>
    public static NamespacedName? KeyOf<TOwner>(IKubernetesObject entity) where TOwner : class, IKubernetesObject
    {
        var type = EntityType.Of<TOwner>();

        // The version is left out of the comparison: an owner written by an older operator is the same object.
        return ControllerOf(entity) is { } owner && owner.Kind == type.Kind && owner.ApiVersion.Split('/') is var parts
            && (parts.Length == 1 ? "" : parts[0]) == type.Group
                ? new NamespacedName(entity.Metadata.Namespace ?? "", owner.Name)
                : null;
    }
}
