using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TextOps.Cluster.Tests.Support;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Tests;

namespace TextOps.Cluster.Tests;

/// <summary>
/// What the operator may do: config/rbac and no more. All other tests run it with exactly these rights, and <see cref="SharedNode"/> fails where the API server
/// ever answered one of their calls with 403.
/// </summary>
public sealed partial class RightsTests(SharedNode node)
{
    private const string Account = "system:serviceaccount:textops-system:textops-operator";

    [Fact]
    public void The_operator_may_do_what_it_does_and_nothing_that_a_tenant_would_fear()
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources);
        (bool Allowed, string Verbs, string Group, string Resources)[] table =
        [
            (true, "get list watch", "textops.dev", "embeddingjobs trainingruns modeldeployments"),
            (true, "update", "textops.dev", "embeddingjobs/status trainingruns/status modeldeployments/status"),
            (true, "list watch create patch delete", "batch", "jobs"),
            (true, "list watch", "", "pods"),
            (true, "create delete", "", "configmaps"),
            (true, "get create patch", "", "events"),
            (true, "get list watch create patch delete", "apps", "deployments"),
            (true, "get list watch create patch delete", "", "services"),
            (true, "create patch delete", "policy", "poddisruptionbudgets"),
            (false, "create update patch delete", "textops.dev", "embeddingjobs trainingruns modeldeployments"),
            (false, "get list watch create update patch delete", "", "secrets serviceaccounts namespaces nodes persistentvolumeclaims"),
            (false, "get list watch update patch", "", "configmaps"),
            (false, "create update patch delete", "", "pods"),
            (false, "create update patch delete", "apps", "replicasets statefulsets daemonsets"),
            (false, "update patch", "apps", "deployments/scale deployments/status"),
            (false, "get create", "", "pods/exec pods/attach pods/portforward pods/proxy pods/log services/proxy nodes/proxy serviceaccounts/token"),
            (false, "create update patch delete bind escalate", "rbac.authorization.k8s.io", "roles rolebindings clusterroles clusterrolebindings"),
            (false, "impersonate", "", "users groups serviceaccounts"),
            (false, "create update patch delete", "apiextensions.k8s.io", "customresourcedefinitions"),
        ];
        AssertAnswers(space, Account, table);
    }

    [Theory]
    [InlineData("view_role.yaml", "get list watch", "create update patch delete deletecollection")]
    [InlineData("edit_role.yaml", "get list watch create update patch delete deletecollection", "escalate")]
    public async Task People_see_or_edit_objects_of_all_kinds_and_write_no_status(string role, string may, string mayNot)
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources);
        var rules = await File.ReadAllTextAsync(Repository.File("config", "rbac", role), TestContext.Current.CancellationToken);
        var name = space.Kubectl.Run(["apply", "-f", "-", "-o", "jsonpath={.metadata.name}"], rules.Replace("kind: ClusterRole", "kind: Role", StringComparison.Ordinal)).Trim();
        var user = $"tested-{space.Name}";
        space.Kubectl.Run("create", "rolebinding", "tested", "--role", name, "--user", user);
        await space.Kubectl.WaitForAsync(["auth", "can-i", "get", "embeddingjobs", "--as", user], answer => answer.Trim() == "yes", "the API server to know of the binding");

        AssertAnswers(
            space,
            user,
            (true, may, "textops.dev", "embeddingjobs trainingruns modeldeployments"),
            (false, mayNot, "textops.dev", "embeddingjobs trainingruns modeldeployments"),
            (false, "update patch", "textops.dev", "embeddingjobs/status trainingruns/status modeldeployments/status"));
    }

    [Fact]
    public async Task In_one_namespace_it_works_with_the_rights_of_that_namespace()
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources, TestCluster.Controllers, TestCluster.Scheduler);
        space.Kubectl.Run("create", "serviceaccount", "tenant-operator");
        var rights = space.Kubectl.Run("kustomize", Repository.File("config", "rbac", "namespaced"))
            .Replace("name: textops-operator\n  namespace: textops-system", $"name: tenant-operator\n  namespace: {space.Name}", StringComparison.Ordinal);
        space.Kubectl.Run(["apply", "-f", "-"], rights);
        using var folder = new TemporaryFolder();
        var login = folder.File("kubeconfig");
        var admin = space.Kubectl.Run("config", "view", "--raw", "--minify");
        Assert.SkipUnless(Token().IsMatch(admin), "the kubeconfig's user has no token that another could take the place of");
        var token = space.Kubectl.Run("create", "token", "tenant-operator").Trim();
        await File.WriteAllTextAsync(login, Token().Replace(admin, $"token: {token}"), TestContext.Current.CancellationToken);

        await using var installation = await Installation.StartAsync(node, space, ["--kubeconfig", login, "--context", "admin"], []);
        var done = await installation.ApplyToEndAsync(EmbeddingJobs.Over(node.Corpus(200), "tenants"));

        Assert.Equal(("Committed", "v000001"), (done.Reason(), done.Status!.Version));
    }

    private static void AssertAnswers(TestNamespace space, string user, params IReadOnlyList<(bool Allowed, string Verbs, string Group, string Resources)> table)
    {
        var questions = table.SelectMany(row => row.Verbs.Split(' ').SelectMany(verb => row.Resources.Split(' ').Select(resource => (row.Allowed, verb, row.Group, resource)))).ToList();
        var reviews = string.Concat(questions.Select(question => Review(user, space.Name, question.verb, question.Group, question.resource)));

        var answers = space.Kubectl.Run(["create", "-f", "-", "-o", "jsonpath={.status.allowed}\n"], reviews).Split('\n');

        Assert.Equal(questions.Count, answers.Length - 1);
        Assert.Empty(questions.Zip(answers).Where(pair => pair.First.Allowed ? pair.Second != "true" : pair.Second is not ("" or "false")).Select(pair => pair.First));
    }

    private static string Review(string user, string @namespace, string verb, string group, string resource) =>
        new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["user"] = user,
                ["resourceAttributes"] = new JsonObject
                {
                    ["namespace"] = @namespace,
                    ["verb"] = verb,
                    ["group"] = group,
                    ["resource"] = resource.Split('/')[0],
                    ["subresource"] = resource.Contains('/', StringComparison.Ordinal) ? resource.Split('/')[1] : "",
                },
            },
        }.ToJsonString() + "\n";

    [GeneratedRegex("token: .*", RegexOptions.NonBacktracking)]
    private static partial Regex Token();
}
