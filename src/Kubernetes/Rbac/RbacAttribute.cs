using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Rbac;

/// <summary>
/// What a class asks of the API server, beside the code that asks: the operator's roles are made of all of these, so that it has the rights it uses and no
/// others.
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public abstract class RbacAttribute : Attribute
{
    private protected RbacAttribute(EntityType type, string[] verbs)
    {
        Type = type;
        Verbs = verbs;
    }

    /// <summary>The kind.</summary>
    public EntityType Type { get; }

    /// <summary>What is done: get, list, watch, create, update, patch, delete.</summary>
    public IReadOnlyList<string> Verbs { get; }

    /// <summary>The part of the object that is meant, such as <c>status</c>; the object itself where null.</summary>
    public string? Subresource { get; init; }

    /// <summary>Where it is done.</summary>
    public RbacScope Scope { get; init; }
}

/// <inheritdoc/>
/// <typeparam name="T">The kind.</typeparam>
public sealed class RbacAttribute<T>(params string[] verbs) : RbacAttribute(EntityType.Of<T>(), verbs) where T : class, IKubernetesObject;

/// <summary>Where a right is used.</summary>
public enum RbacScope
{
    /// <summary>In the namespaces whose objects the operator keeps.</summary>
    Objects,

    /// <summary>In the namespace of the lease, on that lease.</summary>
    LeaderElection,
}
