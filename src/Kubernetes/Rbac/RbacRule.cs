using System.Reflection;

namespace TextOps.Kubernetes.Rbac;

/// <summary>One rule of a role (rbac.authorization.k8s.io/v1, PolicyRule).</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resource">Plural, with the subresource: <c>embeddingjobs/status</c>.</param>
/// <param name="Verbs">What is allowed.</param>
public sealed record RbacRule(string Group, string Resource, IReadOnlyList<string> Verbs)
{
    private static readonly string[] Order = ["get", "list", "watch", "create", "update", "patch", "delete"];

    /// <summary>All that the classes of <paramref name="assemblies"/> ask for in <paramref name="scope"/>: one rule a resource, in a fixed order.</summary>
    /// <exception cref="InvalidOperationException">A class asks for a verb that is none.</exception>
    public static IReadOnlyList<RbacRule> Of(IEnumerable<Assembly> assemblies, RbacScope scope)
    {
        var rules =
            from type in assemblies.SelectMany(assembly => assembly.GetTypes())
            from asked in type.GetCustomAttributes<RbacAttribute>(inherit: false)
            where asked.Scope == scope
            group (type, asked) by (asked.Type.Group, Resource: asked.Subresource is null ? asked.Type.Plural : $"{asked.Type.Plural}/{asked.Subresource}") into resource
            orderby resource.Key.Group, resource.Key.Resource
            select new RbacRule(resource.Key.Group, resource.Key.Resource, [.. resource.SelectMany(one => one.asked.Verbs.Select(verb => Known(verb, one.type))).Distinct().OrderBy(verb => Array.IndexOf(Order, verb))]);
        return [.. rules];
    }

    private static string Known(string verb, Type asker) =>
        Order.Contains(verb, StringComparer.Ordinal) ? verb : throw new InvalidOperationException($"{asker} asks for the verb '{verb}'; it must be one of {string.Join(", ", Order)}");
}
