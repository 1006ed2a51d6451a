using System.Diagnostics;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Tests.Rest.Faults;
using TextOps.Tests;

namespace TextOps.Cluster.Tests.Support.Faults;

/// <summary>
/// One run of an object, from its creation until its children are gone, in a namespace of its own. The operator reaches the API server through a proxy; it is
/// killed once, or not, and started again.
/// </summary>
internal sealed class KilledRun<T> : IAsyncDisposable where T : class, IRunObject<IRunSpec, IRunStatus>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    // A write that another run made may not come in this one: then nobody is killed, once all is over for this long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly KilledSubject<T> subject;
    private readonly T run;
    private readonly TestNamespace space;
    private readonly TemporaryFolder folder = new();
    private readonly RestKubernetesClient client;
    private readonly ChildRecord children;
    private readonly FaultProxy proxy;
    private BuiltProgram @operator;

    private KilledRun(KilledSubject<T> subject, TestNamespace space, RestKubernetesClient client, ChildRecord children, FaultProxy proxy)
    {
        this.subject = subject;
        run = subject.In(space.Name);
        this.space = space;
        this.client = client;
        this.children = children;
        this.proxy = proxy;
        ApiAccess.WriteKubeConfig(folder.File("kubeconfig"), proxy.Address);
        @operator = StartOperator();
    }

    /// <summary>Runs <paramref name="subject"/> to the end.</summary>
    public static async Task<KilledRunOutcome> RunAsync(KilledSubject<T> subject, Kill? kill)
    {
        var here = new TestNamespace(TestCluster.ModernCustomResources, TestCluster.Controllers, TestCluster.Scheduler);
        var admin = ApiAccess.Client(ApiAccess.Configuration(here.Cluster, "admin"));
        var record = await ChildRecord.StartAsync(admin, here.Name);
        var between = await FaultProxy.StartAsync(ApiAccess.Configuration(here.Cluster, "operator"));
        await using var killed = new KilledRun<T>(subject, here, admin, record, between);
        kill?.Arm(between, () => killed.@operator);
        return await killed.FinishAsync(kill);
    }

    public async ValueTask DisposeAsync()
    {
        @operator.Dispose();
        await proxy.DisposeAsync();
        await children.DisposeAsync();
        client.Dispose();
        space.Dispose();
        folder.Dispose();
    }

    private async Task<KilledRunOutcome> FinishAsync(Kill? kill)
    {
        await client.CreateAsync(run, TestContext.Current.CancellationToken);
        if (kill is null)
        {
            await WaitAsync("the children to be gone", () => Task.FromResult(children.AllGone));
            var writes = proxy.Seen.Select(Write.Of).OfType<Write>().ToList();
            return new KilledRunOutcome(NumberedWrite.Of(writes), null, await EndAsync());
        }

        var over = new Stopwatch();
        await WaitAsync("the operator to be killed", () =>
        {
            if (children.AllGone && !over.IsRunning)
            {
                over.Start();
            }

            return Task.FromResult(@operator.HasExited || over.Elapsed > Patience);
        });
        if (!@operator.HasExited)
        {
            return new KilledRunOutcome([], null, await EndAsync());
        }

        var before = proxy.Seen.Count;
        @operator.Dispose();
        var watch = Stopwatch.StartNew();
        @operator = StartOperator();
        await WaitAsync("Ready", async () => (await ReadAsync())?.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: ConditionStatus.True }) == true);
        var recovery = watch.Elapsed;
        await WaitAsync("the children to be gone", () => Task.FromResult(children.AllGone));

        // It has looked at the object, so what it does when it is told to stop is all that it will do.
        await WaitAsync("the operator's first look", () => Task.FromResult(proxy.Seen.Skip(before).Any(
            request => request.Method == "GET" && request.Path.EndsWith($"s/{run.Metadata.Name}", StringComparison.Ordinal))));
        return new KilledRunOutcome([], recovery, await EndAsync());
    }

    private async Task<string> EndAsync()
    {
        var exit = @operator.Stop();
        var end = await ReadAsync();
        return EndState.Describe(end!, subject.Left(end!, folder.File("store")), children) + (exit == 0 ? "" : $", exit code {exit}");
    }

    private Task<T?> ReadAsync() => client.GetAsync<T>(run.Metadata.Name!, space.Name, TestContext.Current.CancellationToken);

    private async Task WaitAsync(string what, Func<Task<bool>> holds)
    {
        for (var watch = Stopwatch.StartNew(); !await holds(); await Task.Delay(50, TestContext.Current.CancellationToken))
        {
            if (watch.Elapsed > Deadline)
            {
                var last = await ReadAsync();
                throw new TimeoutException($"waited for {what}; {string.Join("; ", last?.Status?.Conditions?.Select(Text) ?? [])}\n{@operator.Output}{@operator.Error}");
            }
        }

        static string Text(V1Condition condition) => $"{condition.Type} {condition.Status} {condition.Reason}: {condition.Message}";
    }

    private BuiltProgram StartOperator() => BuiltProgram.StartOperator(
        "--kubeconfig", folder.File("kubeconfig"), "--watch-namespaces", space.Name, "--leader-elect=false", "--store", $"file://{folder.File("store")}",
        "--health-address", "0", "--metrics-address", "0");
}
