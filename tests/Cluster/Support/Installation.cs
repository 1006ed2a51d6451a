using System.Globalization;
using System.Net;
using System.Net.Sockets;
using TextOps.Kubernetes.Tests.Support;
using TextOps.Tests;

namespace TextOps.Cluster.Tests.Support;

/// <summary>
/// An operator for a namespace of a test's own: the program <c>textops-operator</c> with the rights of config/rbac and no others. The shared node runs its pods
/// as processes.
/// </summary>
internal sealed class Installation : IAsyncDisposable
{
    private const string Ready = "ready";
    private static readonly HttpClient Http = new();

    private readonly TemporaryFolder folder = new();
    private readonly string[] operatorArguments;
    private BuiltProgram @operator;

    private Installation(TestNamespace space, string[] more)
    {
        Space = space;
        Health = new Uri($"http://127.0.0.1:{FreePort()}");
        Metrics = new Uri($"http://127.0.0.1:{FreePort()}");
        operatorArguments =
        [
            "--kubeconfig", space.Cluster.KubeConfig, "--context", "operator", "--watch-namespaces", space.Name, "--leader-elect=false", "--store", $"file://{Store}",
            "--health-address", Health.Authority, "--metrics-address", Metrics.Authority, .. more,
        ];
        @operator = BuiltProgram.StartOperator(operatorArguments);
    }

    public TestNamespace Space { get; }

    public Kubectl Kubectl => Space.Kubectl;

    /// <summary>The default store.</summary>
    public string Store => folder.File("store");

    public Uri Health { get; }

    public Uri Metrics { get; }

    public BuiltProgram Operator => @operator;

    /// <summary>Starts it; skips the running test where no API server with Jobs and a scheduler runs.</summary>
    public static async Task<Installation> StartAsync(SharedNode node, params string[] operatorArguments)
    {
        var space = new TestNamespace(TestCluster.ModernCustomResources, TestCluster.Controllers, TestCluster.Scheduler);
        node.Start(space.Cluster);
        var installation = new Installation(space, operatorArguments);
        await installation.WaitForOperatorAsync();
        return installation;
    }

    /// <summary>A file of this installation's own, for corpora.</summary>
    public string File(params string[] parts) => folder.File(parts);

    /// <summary>Ends the operator as a lost machine would and starts another.</summary>
    public async Task RestartOperatorAsync()
    {
        @operator.Signal("KILL");
        @operator.Dispose();
        @operator = BuiltProgram.StartOperator(operatorArguments);
        await WaitForOperatorAsync();
    }

    /// <summary>The values of a metric, by the text of its labels.</summary>
    public async Task<IReadOnlyDictionary<string, double>> ReadMetricAsync(string name)
    {
        var text = await Http.GetStringAsync(new Uri(Metrics, "/metrics"), TestContext.Current.CancellationToken);
        return text.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length..].StartsWith('{'))
            .ToDictionary(line => line[name.Length..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        @operator.Dispose();
        Space.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task WaitForOperatorAsync() =>
        Eventually.HoldsAsync("the operator is ready", async () => await IsReadyAsync() ? Ready : @operator.Output + @operator.Error, state => state == Ready);

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(Health, "/readyz"), TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
