using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Cluster.Tests.Support;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Rest.Faults;
using TextOps.Kubernetes.Tests.Support;
using TextOps.Tests;

namespace TextOps.Cluster.Tests;

/// <summary>Leader election by a Lease of a real API server: of operators as programs, and of electors alone with shorter times.</summary>
public sealed class LeaderElectionTests(SharedNode node)
{
    private static readonly LeaseElectorOptions Defaults = new() { Namespace = "any", Name = "any" };

    // A candidate's longest pause between two tries, and what a busy machine needs.
    private static readonly TimeSpan Slack = (Defaults.RetryPeriod * 2.2) + TimeSpan.FromSeconds(5);

    [Fact]
    public async Task The_next_operator_goes_on_when_the_leader_is_killed_and_at_once_when_it_is_stopped()
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources, TestCluster.Controllers, TestCluster.Scheduler);
        using var folder = new TemporaryFolder();
        node.Start(space.Cluster);
        GrantLease(space);
        using var first = StartOperator(space, folder);
        OperatorLog.WaitFor(first, "LeaderStarted");
        using var second = StartOperator(space, folder);
        OperatorLog.WaitFor(second, "LeaseHeldByOther");

        Apply(space);
        OperatorLog.WaitFor(first, "TaskStarted");
        first.Signal("KILL");
        var renewed = DateTimeOffset.Parse(Field(space, "lease/textops-operator", "{.spec.renewTime}"), CultureInfo.InvariantCulture);

        var lead = OperatorLog.At(OperatorLog.WaitFor(second, "LeaderStarted"));
        Assert.InRange(lead - renewed, Defaults.LeaseDuration, Defaults.LeaseDuration + Slack);
        space.Kubectl.Run("wait", "embeddingjob/tickets", "--for=condition=Ready", "--timeout=60s");
        Assert.Equal("Committed v000001", Field(space, "ej/tickets", "{.status.runs[*]['result','version']}"));
        Assert.Equal(3, space.Kubectl.Run("get", "jobs", "--output", "name").Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(name => name.EndsWith("-a0", StringComparison.Ordinal)));

        using var third = StartOperator(space, folder);
        OperatorLog.WaitFor(third, "LeaseHeldByOther");
        Assert.Equal(0, second.Stop());
        var released = OperatorLog.At(OperatorLog.WaitFor(second, "LeaseReleased"));
        lead = OperatorLog.At(OperatorLog.WaitFor(third, "LeaderStarted"));
        Assert.InRange(lead - released, TimeSpan.Zero, Slack);
        space.Kubectl.Run("annotate", "ej", "tickets", "textops.dev/rerun=again");
        await space.Kubectl.WaitForAsync(
            ["get", "ej", "tickets", "--output", "jsonpath={.status.runs[*].result}"], results => results.Trim() == "UpToDate Committed", "the third to find all up to date");
    }

    [Fact]
    public async Task A_leader_that_hears_nothing_from_the_server_stops_before_the_next_starts()
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources);
        using var folder = new TemporaryFolder();
        GrantLease(space);
        await using var proxy = await FaultProxy.StartAsync(ApiAccess.Configuration(space.Cluster, "operator"));
        ApiAccess.WriteKubeConfig(folder.File("kubeconfig"), proxy.Address);
        using var cutOff = BuiltProgram.StartOperator(["--kubeconfig", folder.File("kubeconfig"), .. Arguments(space, folder)]);
        OperatorLog.WaitFor(cutOff, "LeaderStarted");
        using var next = StartOperator(space, folder);
        OperatorLog.WaitFor(next, "LeaseHeldByOther");

        for (var i = 0; i < 1000; i++)
        {
            proxy.Next(Spoil.Silence);
        }

        // Watches that are open go on, so the leader learns of it and begins a pass that it cannot end.
        Apply(space);
        await Eventually.HoldsAsync("the leader asks for the object", () => proxy.Seen.Any(request => request.Path.EndsWith("/embeddingjobs/tickets", StringComparison.Ordinal)));
        var lead = OperatorLog.At(OperatorLog.WaitFor(next, "LeaderStarted"));
        Assert.True(OperatorLog.At(Assert.Single(OperatorLog.Events(cutOff, "LeaderLost"))) < lead);
        Assert.Empty(OperatorLog.Events(cutOff, "LeaderOverdue"));

        OperatorLog.WaitFor(next, "TaskStarted");
        Assert.Empty(OperatorLog.Events(cutOff, "TaskStarted"));
        Assert.False(cutOff.HasExited);
    }

    [Fact]
    public async Task An_operator_that_may_not_have_the_lease_says_what_it_lacks_and_leads_once_it_has_it()
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources);
        using var folder = new TemporaryFolder();
        using var @operator = StartOperator(space, folder);

        var failed = OperatorLog.WaitFor(@operator, "LeaseFailed");
        Assert.Equal("Warning", (string?)failed["level"]);
        Assert.Contains($"give the service account get, create and patch on leases.coordination.k8s.io in namespace {space.Name}", (string)failed["message"]!, StringComparison.Ordinal);
        Assert.Contains("leader_election_master_status{name=\"textops-operator\"} 0", await MetricsAsync(@operator), StringComparison.Ordinal);
        Assert.Single(OperatorLog.Events(@operator, "LeaseFailed"));

        GrantLease(space);
        OperatorLog.WaitFor(@operator, "LeaderStarted");
        Assert.Contains("leader_election_master_status{name=\"textops-operator\"} 1", await MetricsAsync(@operator), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leader_that_is_cut_off_ends_its_work_before_another_begins()
    {
        using var space = new TestNamespace();
        var configuration = ApiAccess.Configuration(space.Cluster, "admin");
        await using var proxy = await FaultProxy.StartAsync(configuration);
        using var through = LeaseClient(proxy.Configuration);
        using var straight = LeaseClient(configuration);
        await using var cutOff = new Contender(through, space.Name, "cut-off");
        await Eventually.HoldsAsync("the first leads", () => cutOff.IsLeader);
        await using var other = new Contender(straight, space.Name, "other");

        for (var i = 0; i < 100; i++)
        {
            proxy.Next(Spoil.Silence);
        }

        await Eventually.HoldsAsync("the other leads", () => other.IsLeader);
        Assert.False(cutOff.IsLeader);
        Assert.IsType<TimeoutException>(cutOff.LastError);
        Assert.False(Contender.AnyTwoAtOnce([cutOff, other]));
        Assert.Equal("1", Field(space, "lease/it", "{.spec.leaseTransitions}"));
    }

    [Fact]
    public async Task A_lease_that_somebody_deletes_is_written_again_and_one_leads()
    {
        using var space = new TestNamespace();
        using var client = LeaseClient(ApiAccess.Configuration(space.Cluster, "admin"));
        await using var first = new Contender(client, space.Name, "first");
        await using var second = new Contender(client, space.Name, "second");
        await using var third = new Contender(client, space.Name, "third");
        Contender[] all = [first, second, third];

        // Who has never seen the lease cannot know that somebody leads.
        await Eventually.HoldsAsync("one leads and two have seen it", () => all.Count(contender => contender.IsLeader) == 1 && all.Count(contender => contender.StandsBy) == 2);

        space.Kubectl.Run("delete", "lease", "it");

        // Renewed twice: whoever wanted it has had the time.
        var versions = new HashSet<string>(StringComparer.Ordinal);
        await Eventually.HoldsAsync("a lease is written and renewed", async () =>
        {
            var lease = await client.GetAsync<V1Lease>("it", space.Name, TestContext.Current.CancellationToken);
            if (lease?.Spec?.HolderIdentity is { Length: > 0 } holder)
            {
                versions.Add($"{holder} {lease.Metadata.ResourceVersion}");
            }

            return versions.Count;
        }, count => count >= 3);

        // The leader keeps it, unless this machine was too busy to let it renew in time: then another leads, and never both.
        await Eventually.HoldsAsync("one leads", () => all.Count(contender => contender.IsLeader) == 1);
        Assert.False(Contender.AnyTwoAtOnce(all));
    }

    private static BuiltProgram StartOperator(TestNamespace space, TemporaryFolder folder) =>
        BuiltProgram.StartOperator(["--kubeconfig", space.Cluster.KubeConfig, "--context", "operator", .. Arguments(space, folder)]);

    private static string[] Arguments(TestNamespace space, TemporaryFolder folder) =>
    [
        "--watch-namespaces", space.Name, "--leader-election-namespace", space.Name, "--store", $"file://{folder.File("store")}",
        "--health-address", "0", "--metrics-address", "127.0.0.1:0",
    ];

    private static void Apply(TestNamespace space) => space.Kubectl.Run(["apply", "-f", "-"], $$"""
        apiVersion: textops.dev/v1alpha1
        kind: EmbeddingJob
        metadata: {name: tickets}
        spec:
          source: {uri: "file://{{Repository.File("config", "samples", "data", "tickets.jsonl")}}"}
          model: {uri: "file://{{Repository.File("models", "minilm-static-256")}}"}
        """);

    private static RestKubernetesClient LeaseClient(ClusterConfiguration configuration) =>
        new(configuration, new RestClientOptions { MaxTries = 1 }, TimeProvider.System, NullLogger.Instance);

    /// <summary>Gives the operator the Role for its lease in this namespace, as config/rbac does in the operator's own.</summary>
    private static void GrantLease(TestNamespace space)
    {
        foreach (var file in (string[])["leader_election_role.yaml", "leader_election_role_binding.yaml"])
        {
            var yaml = File.ReadAllText(Repository.File("config", "rbac", file));
            space.Kubectl.Run(["apply", "-f", "-"], yaml.Replace("  namespace: textops-system\n  labels:", $"  namespace: {space.Name}\n  labels:", StringComparison.Ordinal));
        }
    }

    private static string Field(TestNamespace space, string of, string path) => space.Kubectl.Run("get", of, "--output", $"jsonpath={path}").Trim();

    private static async Task<string> MetricsAsync(BuiltProgram program)
    {
        using var http = new HttpClient();
        var address = new Uri((string)OperatorLog.WaitFor(program, "OperatorStarted")["metrics"]!);
        return await http.GetStringAsync(new Uri(address, "/metrics"), TestContext.Current.CancellationToken);
    }
}
