using System.Reflection;
using System.Text.Json.Nodes;
using TextOps.Crds.Generator;
using TextOps.Crds.Meta;
using TextOps.Crds.Yaml;
using TextOps.Kubernetes.Rbac;
using TextOps.Operator;

namespace TextOps.Generate;

/// <summary>
/// What the operator may do, from the <see cref="RbacAttribute"/>s of its classes, and what people may do with its kinds: the manifests below config/rbac.
/// </summary>
public static class RbacManifests
{
    private const string Folder = "config/rbac";
    private const string Rbac = "rbac.authorization.k8s.io";
    private const string Operator = "textops-operator";
    private const string LeaderElection = "textops-operator-leader-election";
    private const string OperatorNamespace = "textops-system";

    private static readonly Assembly[] Askers = [typeof(RbacAttribute).Assembly, typeof(OperatorOptions).Assembly];

    private static readonly string[] Read = ["get", "list", "watch"];

    /// <summary>The rights that the operator has in the namespaces whose objects it keeps.</summary>
    public static IReadOnlyList<RbacRule> ObjectRules { get; } = RbacRule.Of(Askers, RbacScope.Objects);

    /// <summary>The rights that it has in its own namespace.</summary>
    public static IReadOnlyList<RbacRule> LeaderElectionRules { get; } = RbacRule.Of(Askers, RbacScope.LeaderElection);

    /// <summary>All files.</summary>
    public static IEnumerable<GeneratedFile> Files()
    {
        string[] cluster =
        [
            "namespace.yaml", "service_account.yaml", "role.yaml", "role_binding.yaml", "leader_election_role.yaml", "leader_election_role_binding.yaml",
            "view_role.yaml", "edit_role.yaml",
        ];
        var objects = new JsonArray([.. ObjectRules.Select(rule => Rule(rule.Group, rule.Resource, rule.Verbs))]);
        yield return File("namespace.yaml", Resource("v1", "Namespace", OperatorNamespace, labels: new() { ["pod-security.kubernetes.io/enforce"] = "restricted" }));
        yield return File("service_account.yaml", Resource("v1", "ServiceAccount", Operator, OperatorNamespace));
        yield return File("role.yaml", Role("ClusterRole", Operator, null, objects));
        yield return File("role_binding.yaml", Binding("ClusterRoleBinding", "ClusterRole", Operator, null));
        yield return File("leader_election_role.yaml", Role("Role", LeaderElection, OperatorNamespace, Named(LeaderElectionRules)));
        yield return File("leader_election_role_binding.yaml", Binding("RoleBinding", "Role", LeaderElection, OperatorNamespace));
        yield return File("view_role.yaml", Role("ClusterRole", "textops-view", null, Kinds(Read), "view", "edit", "admin"));
        yield return File("edit_role.yaml", Role("ClusterRole", "textops-edit", null, Kinds([.. Read, "create", "update", "patch", "delete", "deletecollection"]), "edit", "admin"));
        yield return File("kustomization.yaml", Kustomization(cluster));

        // For an operator that keeps some namespaces only: applied to each of them (kubectl apply -n team-a -k …) in place of the cluster-wide role.
        yield return File("namespaced/role.yaml", Role("Role", Operator, null, objects.DeepClone().AsArray()));
        yield return File("namespaced/role_binding.yaml", Binding("RoleBinding", "Role", Operator, null));
        yield return File("namespaced/kustomization.yaml", Kustomization(["role.yaml", "role_binding.yaml"]));
    }

    private static GeneratedFile File(string name, JsonObject content) =>
        new($"{Folder}/{name}", "# Generated from the [Rbac] attributes in src by `make generate`; do not edit.\n" + YamlWriter.Write(content));

    private static JsonObject Resource(string apiVersion, string kind, string name, string? @namespace = null, JsonObject? labels = null)
    {
        labels ??= [];
        labels["app.kubernetes.io/name"] = Operator;
        labels["app.kubernetes.io/part-of"] = "textops";
        var metadata = new JsonObject { ["name"] = name };
        if (@namespace is not null)
        {
            metadata["namespace"] = @namespace;
        }

        metadata["labels"] = labels;
        return new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
    }

    private static JsonObject Role(string kind, string name, string? @namespace, JsonArray rules, params string[] aggregateTo)
    {
        var labels = new JsonObject();
        foreach (var role in aggregateTo)
        {
            labels[$"{Rbac}/aggregate-to-{role}"] = "true";
        }

        var manifest = Resource($"{Rbac}/v1", kind, name, @namespace, labels);
        manifest["rules"] = rules;
        return manifest;
    }

    private static JsonObject Binding(string kind, string roleKind, string name, string? @namespace)
    {
        var manifest = Resource($"{Rbac}/v1", kind, name, @namespace);
        manifest["roleRef"] = new JsonObject { ["apiGroup"] = Rbac, ["kind"] = roleKind, ["name"] = name };
        manifest["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = Operator, ["namespace"] = OperatorNamespace });
        return manifest;
    }

    private static JsonObject Kustomization(string[] files) => new()
    {
        ["apiVersion"] = "kustomize.config.k8s.io/v1beta1",
        ["kind"] = "Kustomization",
        ["resources"] = Strings(files),
    };

    private static JsonArray Kinds(string[] verbs) => new(
        [.. CustomResourceDefinitions.Kinds.Select(kind => kind.GetCustomAttribute<KubernetesEntityAttribute>()!).Select(kind => Rule(kind.Group, kind.PluralName, verbs))]);

    // The one lease alone; but what is to be created has no name yet that a rule could ask for.
    private static JsonArray Named(IEnumerable<RbacRule> rules)
    {
        var named = new JsonArray();
        foreach (var rule in rules)
        {
            if (rule.Verbs.Contains("create"))
            {
                named.Add(Rule(rule.Group, rule.Resource, ["create"]));
            }

            var rest = Rule(rule.Group, rule.Resource, [.. rule.Verbs.Where(verb => verb != "create")]);
            rest["resourceNames"] = Strings([OperatorOptions.LeaseName]);
            named.Add(rest);
        }

        return named;
    }

    private static JsonObject Rule(string group, string resource, IReadOnlyList<string> verbs) => new()
    {
        ["apiGroups"] = Strings([group]),
        ["resources"] = Strings([resource]),
        ["verbs"] = Strings(verbs),
    };

    private static JsonArray Strings(IEnumerable<string> items) => new([.. items.Select(item => (JsonNode)item)]);
}
