using System.Net;
using System.Text.Json.Nodes;
using TextOps.Cluster.Tests.Support;
using TextOps.Tests;

namespace TextOps.Cluster.Tests.Host;

/// <summary>The program against a real API server, with the rights of its roles and no others.</summary>
public sealed class OperatorProgramTests
{
    [Fact]
    public async Task It_takes_the_lease_keeps_objects_within_its_rights_and_gives_the_lease_back()
    {
        using var @namespace = new TestNamespace(TestCluster.ModernCustomResources);
        OperatorRights.Grant(@namespace);
        @namespace.Kubectl.Run("create", "rolebinding", "tested", "--role", "textops-operator", "--serviceaccount", "textops-system:textops-operator");
        @namespace.Kubectl.Run("create", "rolebinding", "tested-lease", "--role", "textops-operator-leader-election", "--serviceaccount", "textops-system:textops-operator");
        using var program = BuiltProgram.StartOperator(
            "--kubeconfig", @namespace.Cluster.KubeConfig, "--context", "operator", "--watch-namespaces", @namespace.Name, "--leader-election-namespace", @namespace.Name,
            "--health-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0", "--store", "s3://bucket");
        program.WaitUntil(() => program.Output.Contains("OperatorStarted", StringComparison.Ordinal), "the start");
        var started = JsonNode.Parse(program.Output.Split('\n').Single(line => line.Contains("OperatorStarted", StringComparison.Ordinal)))!;
        using var http = new HttpClient();

        @namespace.Kubectl.Run(["apply", "--filename", "-"], """
            apiVersion: textops.dev/v1alpha1
            kind: EmbeddingJob
            metadata: {name: tickets}
            spec:
              source: {uri: "s3://bucket/tickets.jsonl"}
              model: {uri: "hf://example/model", revision: "0123456789012345678901234567890123456789"}
            """);
        await @namespace.Kubectl.WaitForAsync(["get", "jobs", "--output", "name"], output => output.Contains("job.batch/tickets-", StringComparison.Ordinal), "the Job of the plan");
        await @namespace.Kubectl.WaitForAsync(
            ["get", "embeddingjob", "tickets", "--output", "jsonpath={.status.conditions[?(@.type==\"Ready\")].reason}"], reason => reason.Trim() == "Running", "Running");
        await @namespace.Kubectl.WaitForAsync(["get", "events", "--output", "jsonpath={.items[*].reason}"], reasons => reasons.Contains("RunStarted", StringComparison.Ordinal), "an event");
        Assert.NotEmpty(LeaseHolder(@namespace));
        using var ready = await http.GetAsync(new Uri(new Uri((string)started["health"]!), "readyz"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        var metrics = await http.GetStringAsync(new Uri(new Uri((string)started["metrics"]!), "metrics"), TestContext.Current.CancellationToken);
        Assert.Contains("leader_election_master_status{name=\"textops-operator\"} 1", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("code=\"403\"", metrics, StringComparison.Ordinal);

        Assert.Equal(0, program.Stop());
        Assert.Empty(LeaseHolder(@namespace));
        Assert.Empty(program.Error);
    }

    private static string LeaseHolder(TestNamespace @namespace) =>
        @namespace.Kubectl.Run("get", "lease", "textops-operator", "--output", "jsonpath={.spec.holderIdentity}").Trim();
}
