using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds;
using TextOps.Crds.Generator;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;
using TextOps.Operator.Runs;
using TextOps.Operator.Tasks;
using TextOps.Operator.Tests.EmbeddingJobs;

namespace TextOps.Operator.Tests.Support;

/// <summary>
/// The controller over a cluster in memory, with a clock that the test moves and passes that the test asks for: each pass sees all that happened before it, so that what it
/// does depends on nothing else.
/// </summary>
internal abstract class SteppedOperator<T, TSnapshot> : IAsyncDisposable
    where T : class, IRunObject<IRunSpec, IRunStatus>
    where TSnapshot : RunSnapshot
{
    private ControllerHost? host;
    private ChildIndex<V1Pod>? index;
    private RunController<T, TSnapshot>? controller;
    private ProgressReader? reader;

    protected SteppedOperator(DateTimeOffset? start)
    {
        Time.Advance((start ?? new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero)) - Time.GetUtcNow());
        Cluster = new InMemoryCluster(new InMemoryClusterOptions { Time = Time });
        foreach (var kind in CustomResourceDefinitions.Kinds)
        {
            Cluster.Register(new CustomResource(CustomResourceDefinitions.Of(kind), _ => []));
        }

        Client = new WatchedClient(Cluster);
        Node = new FakeNode(Cluster, Time);
    }

    public ManualTime Time { get; } = new();

    public WatchedClient Client { get; }

    public FakeNode Node { get; }

    public RecordedEvents Events { get; } = new();

    /// <summary>When the last pass wants to be called again.</summary>
    public TimeSpan? Wake { get; private set; }

    protected InMemoryCluster Cluster { get; }

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Another operator takes over, which remembers nothing.</summary>
    public async Task RestartAsync(OperatorOptions? options = null)
    {
        await StopOperatorAsync();
        await StartOperatorAsync(options, pods: null);
    }

    public Task AnnotateAsync(string name, string value) => Cluster.PatchAsync<T>(
        "tickets", "default", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } }, Cancel);

    public Task DeleteAsync<TOther>(string name, long? grace = null) where TOther : class, IKubernetesObject =>
        Cluster.DeleteAsync<TOther>(name, "default", new DeleteOptions { GracePeriodSeconds = grace }, Cancel);

    public async Task<T> ObjectAsync(string name = "tickets") =>
        await Cluster.GetAsync<T>(name, "default", Cancel) ?? throw new InvalidOperationException($"there is no {name}");

    public async Task<IReadOnlyList<TOther>> ListAsync<TOther>() where TOther : class, IKubernetesObject => (await Cluster.ListAsync<TOther>("default", null, Cancel)).Items;

    /// <summary>Parts and attempts of the Jobs that are there: <c>plan 0</c>.</summary>
    public async Task<IEnumerable<string>> JobsAsync() => (await ListAsync<V1Job>()).Select(Describe).Order(StringComparer.Ordinal);

    public async Task<V1Job> JobAsync(string part, int attempt = 0) => (await ListAsync<V1Job>()).Single(job => Describe(job) == $"{part} {attempt}");

    /// <summary>The Job's pod runs and ends, and the operator looks.</summary>
    public async Task<T> EndAsync(string part, TaskAttempt outcome, int attempt = 0) => await ExitAsync(part, 0, outcome.Result, attempt);

    /// <inheritdoc cref="EndAsync(string, TaskAttempt, int)"/>
    public async Task<T> ExitAsync(string part, int exitCode, TaskResult? result = null, int attempt = 0)
    {
        await Node.EndAsync(await JobAsync(part, attempt), result, exitCode);
        return await SettleAsync();
    }

    /// <summary>Time passes, and the operator looks.</summary>
    public async Task<T> AdvanceAsync(TimeSpan by)
    {
        Time.Advance(by);
        return await SettleAsync();
    }

    /// <summary>Passes until one changes nothing; answers the object then.</summary>
    public async Task<T> SettleAsync()
    {
        for (var pass = 0; pass < 20; pass++)
        {
            var writes = Client.Writes;
            var job = await PassAsync();
            if (Client.Writes == writes && Wake != TimeSpan.Zero)
            {
                return job;
            }
        }

        throw new InvalidOperationException($"the operator does not come to rest: {JsonSerializer.Serialize(await ObjectAsync(), Json.Objects)}");
    }

    /// <summary>One pass, when the informers have seen all that is there; answers the object then.</summary>
    public async Task<T> PassAsync()
    {
        await CatchUpAsync();
        return await PassWithOldNewsAsync();
    }

    /// <summary>One pass, whatever the informers know.</summary>
    public async Task<T> PassWithOldNewsAsync()
    {
        var result = await controller!.ReconcileAsync(await ObjectAsync(), Cancel);
        Wake = result.RequeueAfter;
        return await ObjectAsync();
    }

    /// <summary>The object is gone, and the operator is told.</summary>
    public Task ForgetAsync() => controller!.DeletedAsync("default", "tickets", Cancel);

    public async ValueTask DisposeAsync()
    {
        await StopOperatorAsync();
        await Cluster.DisposeAsync();
    }

    private static string Describe(V1Job job) => $"{job.Metadata.Labels![ApiGroup.PartLabel]} {job.Metadata.Labels[ApiGroup.AttemptLabel]}";

    protected static IEnumerable<string> Versions(IEnumerable<IKubernetesObject> objects) =>
        objects.Select(entity => $"{entity.Metadata.Name} {entity.Metadata.ResourceVersion}").Order(StringComparer.Ordinal);

    protected async Task StartOperatorAsync(OperatorOptions? options, HttpMessageHandler? pods)
    {
        options ??= Examples.Options;
        host = new ControllerHost(Client, [], TimeProvider.System, NullLoggerFactory.Instance);
        index = new ChildIndex<V1Pod>(host.Informer<V1Pod>());
        reader = pods is null ? new ProgressReader() : new ProgressReader(pods);
        var children = new ChildTasks(Client, host.Informer<V1Job>().Store, index);
        var kind = KindOf(host, options);
        var observer = new RunObserver<T, TSnapshot>(kind, children, new ProgressBook(reader, options.ProgressInterval, Time), options);
        var logger = NullLogger<RunController<T, TSnapshot>>.Instance;
        controller = new RunController<T, TSnapshot>(kind, observer, children, Client, Events, Time, logger);
        await host.StartAsync(Cancel);

        // The informers' first lists are the operator's cost, not an object's.
        Client.Reset();
    }

    /// <summary>The kind that the operator keeps; asked before its informers start.</summary>
    protected abstract IRunKind<T, TSnapshot> KindOf(ControllerHost host, OperatorOptions options);

    /// <summary>Whether the operator's informers know all that a pass may look at beside Jobs and pods.</summary>
    protected virtual Task<bool> KnowsAllAsync(ControllerHost host) => Task.FromResult(true);

    private async Task StopOperatorAsync()
    {
        await host!.StopAsync(TimeSpan.FromSeconds(5));
        await host.DisposeAsync();
        reader!.Dispose();
    }

    // Garbage collection and watches have threads of their own.
    private async Task CatchUpAsync()
    {
        await Eventually.HoldsAsync(
            "the informers know what is there",
            async () => (Jobs: await ListAsync<V1Job>(), Pods: await ListAsync<V1Pod>(), Others: await KnowsAllAsync(host!)),
            there => there.Others && Versions(there.Jobs).SequenceEqual(Versions(host!.Informer<V1Job>().Store.All()))
                && Versions(there.Pods).SequenceEqual(Versions(index!.Find(OwnerKey.Of<T>(new NamespacedName("default", "tickets")))))
                && there.Pods.All(pod => pod.Metadata.DeletionTimestamp is not null || there.Jobs.Any(job => pod.Metadata.OwnerReferences![0].Uid == job.Metadata.Uid)));
    }
}
