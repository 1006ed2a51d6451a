using TextOps.Cluster.Tests.Support;
using TextOps.Tests;

namespace TextOps.Cluster.Tests.Host;

/// <summary>The operator's roles, as the repository has them, for one namespace and an account of its own: a cluster may hold the cluster-wide role already.</summary>
internal static class OperatorRights
{
    private const string OperatorNamespace = "textops-system";

    private static readonly string[] Manifests =
    [
        "service_account.yaml", "leader_election_role.yaml", "leader_election_role_binding.yaml", "namespaced/role.yaml", "namespaced/role_binding.yaml",
    ];

    /// <summary>Gives them to the account <c>textops-operator</c> of the namespace, and answers its full name.</summary>
    public static string Grant(TestNamespace @namespace)
    {
        foreach (var manifest in Manifests)
        {
            var text = File.ReadAllText(Repository.File(["config", "rbac", .. manifest.Split('/')]));
            @namespace.Kubectl.Run(["apply", "--filename", "-"], text.Replace($"namespace: {OperatorNamespace}", $"namespace: {@namespace.Name}", StringComparison.Ordinal));
        }

        return $"system:serviceaccount:{@namespace.Name}:textops-operator";
    }
}
