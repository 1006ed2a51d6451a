using TextOps.Cluster.Tests.Support;
using TextOps.Tests;

namespace TextOps.Cluster.Tests.Host;

/// <summary>The roles as a real API server takes and judges them.</summary>
public sealed class OperatorRightsTests
{
    [Fact]
    public void The_roles_give_what_the_operator_uses_and_no_more()
    {
        using var @namespace = new TestNamespace();
        var account = OperatorRights.Grant(@namespace);

        foreach (var (allowed, verb, resource) in new[]
        {
            (true, "watch", "embeddingjobs.textops.dev"),
            (true, "update", "embeddingjobs.textops.dev/status"),
            (true, "create", "jobs.batch"),
            (true, "delete", "configmaps"),
            (true, "list", "pods"),
            (true, "patch", "events"),
            (true, "create", "leases.coordination.k8s.io"),
            (false, "update", "embeddingjobs.textops.dev"),
            (false, "get", "configmaps"),
            (false, "update", "jobs.batch"),
            (false, "delete", "pods"),
            (false, "delete", "leases.coordination.k8s.io"),
            (false, "get", "leases.coordination.k8s.io"),
            (false, "get", "secrets"),
            (false, "list", "secrets"),
            (false, "create", "pods/exec"),
            (false, "get", "pods/proxy"),
            (false, "get", "pods/log"),
            (false, "create", "serviceaccounts/token"),
        })
        {
            Assert.True(May(@namespace, account, verb, resource) == allowed, $"{verb} {resource}");
        }

        Assert.True(May(@namespace, account, "patch", "leases.coordination.k8s.io", "textops-operator"), "patch its own lease");
        Assert.False(May(@namespace, account, "patch", "leases.coordination.k8s.io", "another"), "patch another lease");
    }

    [Theory]
    [InlineData("namespace.yaml")]
    [InlineData("role.yaml")]
    [InlineData("role_binding.yaml")]
    [InlineData("view_role.yaml")]
    [InlineData("edit_role.yaml")]
    public void What_is_cluster_wide_is_accepted(string file)
    {
        var kubectl = new Kubectl(TestCluster.Require(), "default");

        Assert.Contains("(server dry run)", kubectl.Run("apply", "--dry-run=server", "--validate=true", "--filename", Repository.File("config", "rbac", file)), StringComparison.Ordinal);
    }

    private static bool May(TestNamespace @namespace, string account, string verb, string resource, string? name = null)
    {
        var (kind, part) = resource.Split('/') is [var plural, var subresource] ? (plural, subresource) : (resource, "");
        var said = @namespace.Kubectl.Try(["auth", "can-i", verb, name is null ? kind : $"{kind}/{name}", "--subresource", part, "--as", account]);

        // "no" comes with exit code 1.
        Assert.True(said.Output.Trim() is "yes" or "no", said.Error);
        return said.Output.Trim() == "yes";
    }
}
