using System.Diagnostics;
using TextOps.Tests;

namespace TextOps.Operator.Tests.Rbac;

/// <summary>The manifests as a real API server takes and judges them.</summary>
public sealed class RealServerRbacTests : IDisposable
{
    private const string Operator = "system:serviceaccount:textops-system:textops-operator";

    private readonly TestCluster cluster = TestCluster.Require();
    private readonly string @namespace = $"rbac-{Guid.NewGuid():N}"[..20];

    [Fact]
    public void A_namespaced_role_gives_what_the_operator_uses_and_no_more()
    {
        Kubectl("create", "namespace", @namespace);
        Kubectl("apply", "--namespace", @namespace, "--kustomize", Repository.File("config", "rbac", "namespaced"));

        foreach (var (allowed, verb, resource) in new[]
        {
            (true, "watch", "embeddingjobs.textops.dev"),
            (true, "update", "embeddingjobs.textops.dev/status"),
            (true, "create", "jobs.batch"),
            (true, "delete", "configmaps"),
            (true, "list", "pods"),
            (true, "patch", "events"),
            (false, "update", "embeddingjobs.textops.dev"),
            (false, "get", "configmaps"),
            (false, "update", "jobs.batch"),
            (false, "delete", "pods"),
            (false, "get", "secrets"),
            (false, "list", "secrets"),
            (false, "create", "pods/exec"),
            (false, "get", "pods/proxy"),
            (false, "get", "pods/log"),
            (false, "create", "serviceaccounts/token"),
        })
        {
            var (kind, part) = resource.Split('/') is [var plural, var subresource] ? (plural, subresource) : (resource, "");
            var said = Kubectl("auth", "can-i", verb, kind, "--subresource", part, "--namespace", @namespace, "--as", Operator);
            Assert.True(said == (allowed ? "yes" : "no"), $"{verb} {resource}: {said}");
        }

        Assert.Equal("no", Kubectl("auth", "can-i", "create", "jobs.batch", "--namespace", "default", "--as", Operator));
    }

    [Theory]
    [InlineData("role.yaml")]
    [InlineData("role_binding.yaml")]
    [InlineData("view_role.yaml")]
    [InlineData("edit_role.yaml")]
    [InlineData("namespace.yaml")]
    public void What_is_cluster_wide_is_accepted(string file)
    {
        Assert.Contains("(server dry run)", Kubectl("apply", "--dry-run=server", "--validate=true", "--filename", Repository.File("config", "rbac", file)), StringComparison.Ordinal);
    }

    public void Dispose() => Kubectl("delete", "namespace", @namespace, "--ignore-not-found", "--wait=false");

    private string Kubectl(params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", ["--kubeconfig", cluster.KubeConfig, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var kubectl = Process.Start(start)!;
        var problem = kubectl.StandardError.ReadToEndAsync();
        var said = kubectl.StandardOutput.ReadToEnd().Trim();
        kubectl.WaitForExit();

        // "can-i" answers no by exit code 1.
        Assert.True(kubectl.ExitCode == 0 || said == "no", $"kubectl {string.Join(' ', arguments)}: {problem.GetAwaiter().GetResult()}");
        return said;
    }
}
