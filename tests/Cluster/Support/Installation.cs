using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rest;
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
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private static readonly HttpClient Http = new();

    private readonly SharedNode node;
    private readonly TemporaryFolder folder = new();
    private readonly string[] arguments;
    private string[] more;
    private BuiltProgram @operator;

    private Installation(SharedNode node, TestNamespace space, string[] login, string[] more)
    {
        this.node = node;
        this.more = more;
        Space = space;
        Api = ApiAccess.Client(ApiAccess.Configuration(space.Cluster, "admin"));
        Health = new Uri($"http://127.0.0.1:{FreePort()}");
        Metrics = new Uri($"http://127.0.0.1:{FreePort()}");
        arguments =
        [
            .. login, "--watch-namespaces", space.Name, "--leader-elect=false", "--store", $"file://{Store}", "--health-address", Health.Authority, "--metrics-address", Metrics.Authority,
        ];
        @operator = BuiltProgram.StartOperator([.. arguments, .. more]);
    }

    public TestNamespace Space { get; }

    public Kubectl Kubectl => Space.Kubectl;

    /// <summary>The API as an administrator sees it.</summary>
    public RestKubernetesClient Api { get; }

    /// <summary>The default store.</summary>
    public string Store => folder.File("store");

    public Uri Health { get; }

    public Uri Metrics { get; }

    public BuiltProgram Operator => @operator;

    /// <summary>Starts it; skips the running test where no API server with Jobs and a scheduler runs.</summary>
    public static Task<Installation> StartAsync(SharedNode node, params string[] operatorArguments)
    {
        var space = new TestNamespace(TestCluster.ModernCustomResources, TestCluster.Controllers, TestCluster.Scheduler);
        return StartAsync(node, space, ["--kubeconfig", space.Cluster.KubeConfig, "--context", "operator"], operatorArguments);
    }

    /// <summary>Starts it in a namespace that is there, as who <paramref name="login"/> says.</summary>
    public static async Task<Installation> StartAsync(SharedNode node, TestNamespace space, string[] login, string[] operatorArguments)
    {
        node.Start(space.Cluster);
        var installation = new Installation(node, space, login, operatorArguments);
        await installation.WaitForOperatorAsync();
        return installation;
    }

    /// <summary>A file of this installation's own, for corpora.</summary>
    public string File(params string[] parts) => folder.File(parts);

    /// <summary>Ends the operator as a lost machine would and starts another, with other options where some are given.</summary>
    public async Task RestartOperatorAsync(params string[] operatorArguments)
    {
        await NoteRefusedAsync();
        if (!@operator.HasExited)
        {
            @operator.Signal("KILL");
        }

        @operator.Dispose();
        more = operatorArguments is [] ? more : operatorArguments;
        @operator = BuiltProgram.StartOperator([.. arguments, .. more]);
        await WaitForOperatorAsync();
    }

    /// <summary><c>kubectl apply</c>, as who syncs a folder does.</summary>
    public void Apply<T>(T item) where T : IKubernetesObject => Kubectl.Run(["apply", "-f", "-"], item.ToManifest());

    /// <summary>Reads an object.</summary>
    public async Task<T> GetAsync<T>(string name) where T : class, IKubernetesObject =>
        await Api.GetAsync<T>(name, Space.Name, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException($"there is no {typeof(T).Name} {name}");

    /// <summary>Polls until an object is as it should be; fails with what it was last and with the operator's log.</summary>
    public async Task<T> WaitAsync<T>(string name, string what, Func<T, bool> holds) where T : class, IKubernetesObject
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50, TestContext.Current.CancellationToken))
        {
            var item = await GetAsync<T>(name);
            if (holds(item))
            {
                return item;
            }

            Assert.True(watch.Elapsed < Deadline, $"waited until {what}; {typeof(T).Name} {name} is:\n{item.ToManifest()}\n{Operator.Output}{Operator.Error}");
        }
    }

    /// <summary>Waits until the operator is done with an object.</summary>
    public Task<T> WaitForRestAsync<T>(string name) where T : class, IRunObject<IRunSpec, IRunStatus> => WaitAsync<T>(name, "it is at rest", run => run.IsAtRest());

    /// <summary>Applies an object and waits until the operator is done with it.</summary>
    public Task<T> ApplyToEndAsync<T>(T run) where T : class, IRunObject<IRunSpec, IRunStatus>
    {
        Apply(run);
        return WaitForRestAsync<T>(run.Metadata.Name!);
    }

    /// <summary>Applies an object and waits until one of its shards or Jobs with trials runs.</summary>
    public async Task<V1Pod> ApplyAndCatchAsync<T>(T run) where T : class, IRunObject<IRunSpec, IRunStatus>
    {
        Apply(run);
        return (await WaitForAsync<V1Pod>(run.Metadata.Name!, "a share of its work runs", pods => pods.Any(IsRunningShare))).First(IsRunningShare);
    }

    /// <summary>The children of a kind that an object has.</summary>
    public async Task<IReadOnlyList<T>> ChildrenAsync<T>(string name) where T : class, IKubernetesObject =>
        (await Api.ListAsync<T>(Space.Name, $"{ApiGroup.NameLabel}={name}", TestContext.Current.CancellationToken)).Items;

    /// <summary>Polls until the children of a kind are as they should be.</summary>
    public async Task<IReadOnlyList<T>> WaitForAsync<T>(string name, string what, Func<IReadOnlyList<T>, bool> holds) where T : class, IKubernetesObject
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50, TestContext.Current.CancellationToken))
        {
            var children = await ChildrenAsync<T>(name);
            if (holds(children))
            {
                return children;
            }

            Assert.True(watch.Elapsed < Deadline, $"waited until {what}; {typeof(T).Name} of {name}:\n{JsonSerializer.Serialize(children, Json.Readable)}\n{Operator.Output}{Operator.Error}");
        }
    }

    /// <summary>The parts and attempts that an object has Jobs for, in order: <c>plan-a0</c>, <c>s00000-a0</c>, ….</summary>
    public async Task<IReadOnlyList<string>> AttemptsAsync(string name) =>
        [.. (await ChildrenAsync<V1Job>(name)).Select(job => $"{job.Metadata.Labels![ApiGroup.PartLabel]}-a{job.Metadata.Labels[ApiGroup.AttemptLabel]}").Order(StringComparer.Ordinal)];

    /// <summary>Waits until the operator has looked at all objects since it started: what it had to do then is done.</summary>
    public Task LookedAtAllAsync() => Eventually.HoldsAsync("the operator looked at all objects", async () =>
    {
        var passes = await ReadMetricAsync("controller_runtime_reconcile_total");
        var waiting = await ReadMetricAsync("workqueue_depth");
        var working = await ReadMetricAsync("controller_runtime_active_workers");
        return passes.Values.Sum() > 0 && waiting.Values.Sum() + working.Values.Sum() == 0 ? Ready : $"passes {passes.Values.Sum()}, waiting {waiting.Values.Sum()}";
    }, state => state == Ready);

    /// <summary>The values of a metric, by the text of its labels.</summary>
    public async Task<IReadOnlyDictionary<string, double>> ReadMetricAsync(string name)
    {
        var text = await Http.GetStringAsync(new Uri(Metrics, "/metrics"), TestContext.Current.CancellationToken);
        return text.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length..].StartsWith('{'))
            .ToDictionary(line => line[name.Length..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await NoteRefusedAsync();
        @operator.Dispose();
        Space.Dispose();
        Api.Dispose();
        folder.Dispose();
    }

    /// <summary>Whether it is a shard (<c>s00000</c>) or a Job with trials (<c>t00000</c>) and runs.</summary>
    public static bool IsRunningShare(V1Pod pod) =>
        pod is { Metadata.DeletionTimestamp: null, Status.Phase: "Running" } && char.IsAsciiDigit(pod.Metadata.Labels![ApiGroup.PartLabel][1]);

    private async Task NoteRefusedAsync()
    {
        try
        {
            node.NoteRefused((await ReadMetricAsync("rest_client_requests_total")).Keys.Where(labels => labels.Contains("code=\"403\"", StringComparison.Ordinal)));
        }
        catch (HttpRequestException)
        {
            // It was ended by its test.
        }
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
