using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Generator;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Tasks;
using TextOps.Operator.Tests.Support;

namespace TextOps.Operator.Tests.EmbeddingJobs;

/// <summary>An operator over a cluster in memory, in which the test plays the Job controller and the node.</summary>
internal sealed class OperatorFixture : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static readonly OperatorOptions Options = Examples.Options with { RetryBackoff = TimeSpan.FromMilliseconds(50), DisruptionBackoff = TimeSpan.FromMilliseconds(50) };

    private readonly InMemoryCluster cluster = new();
    private readonly ProgressReader progress = new();
    private readonly FakeNode node;
    private ControllerHost? host;
    private EventRecorder? events;

    private OperatorFixture()
    {
        foreach (var kind in CustomResourceDefinitions.Kinds)
        {
            cluster.Register(new CustomResource(CustomResourceDefinitions.Of(kind), _ => []));
        }

        Client = new WatchedClient(cluster);
        node = new FakeNode(cluster, TimeProvider.System);
    }

    public WatchedClient Client { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<OperatorFixture> StartAsync()
    {
        var fixture = new OperatorFixture();
        await fixture.StartOperatorAsync();
        return fixture;
    }

    public async Task StartOperatorAsync()
    {
        host = new ControllerHost(Client, [], TimeProvider.System, NullLoggerFactory.Instance);
        events = new EventRecorder(Client, "textops-operator", TimeProvider.System, NullLogger<EventRecorder>.Instance);
        new Controllers(host, Client, events, progress, Options, TimeProvider.System, NullLoggerFactory.Instance).Add();
        await host.StartAsync(Cancel);
    }

    public async Task StopOperatorAsync()
    {
        await host!.StopAsync(TimeSpan.FromSeconds(5));
        await host.DisposeAsync();
        await events!.DisposeAsync();
    }

    public async Task RestartOperatorAsync()
    {
        await StopOperatorAsync();
        await StartOperatorAsync();
    }

    /// <summary>Creates the object.</summary>
    public Task ApplyAsync(EmbeddingJobSpec spec, string name = "tickets") =>
        CreateAsync(new EmbeddingJob { Metadata = new V1ObjectMeta { Name = name, Namespace = "default" }, Spec = spec });

    /// <summary>Creates an object of any kind.</summary>
    public Task CreateAsync<T>(T entity) where T : class, IKubernetesObject => cluster.CreateAsync(entity, Cancel);

    /// <summary>Changes something of the object's metadata that the operator has no use for.</summary>
    public Task TouchAsync(string label) =>
        cluster.PatchAsync<EmbeddingJob>("tickets", "default", new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["touched"] = label } } }, Cancel);

    public Task SuspendAsync(bool suspend) =>
        cluster.PatchAsync<EmbeddingJob>("tickets", "default", new JsonObject { ["spec"] = new JsonObject { ["suspend"] = suspend } }, Cancel);

    public Task DeleteAsync() => cluster.DeleteAsync<EmbeddingJob>("tickets", "default", null, Cancel);

    public Task DeletePodAsync(string name) => cluster.DeleteAsync<V1Pod>(name, "default", new DeleteOptions { GracePeriodSeconds = 0 }, Cancel);

    /// <summary>Waits until the object is as <paramref name="holds"/> says.</summary>
    public Task<EmbeddingJob> ObjectAsync(string what, Func<EmbeddingJob, bool> holds) =>
        EventuallyAsync(what, async () => (await ListAsync<EmbeddingJob>()).FirstOrDefault(), job => job is not null && holds(job))!;

    /// <summary>Waits until the object is Ready, or not, for this reason.</summary>
    public Task<EmbeddingJob> ReadyAsync(string reason) =>
        ObjectAsync($"Ready is {reason}", job => job.Status?.Conditions?.Any(condition => condition.Type == RunConditions.Ready && condition.Reason == reason) == true);

    /// <summary>Waits for the Job of an attempt.</summary>
    public async Task<V1Job> JobAsync(string part, int attempt = 0) =>
        (await EventuallyAsync($"a Job of {part}, attempt {attempt}", ListAsync<V1Job>, jobs => jobs.Any(job => Is(job, part, attempt)))).Single(job => Is(job, part, attempt));

    public Task<IReadOnlyList<V1Job>> JobsAsync() => ListAsync<V1Job>();

    public async Task<IReadOnlyList<T>> ListAsync<T>() where T : class, IKubernetesObject => (await cluster.ListAsync<T>("default", null, Cancel)).Items;

    /// <summary>Plays the node for the Job of an attempt: its pod ran and ended.</summary>
    public async Task<string> EndAsync(string part, TaskResult? result, int exitCode = 0, int attempt = 0) => await node.EndAsync(await JobAsync(part, attempt), result, exitCode);

    /// <summary>Plays the node: the pod of a Job runs.</summary>
    public async Task RunAsync(string part) => await node.RunAsync(await JobAsync(part));

    public static async Task<T> EventuallyAsync<T>(string what, Func<Task<T>> look, Func<T, bool> holds)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(5, Cancel))
        {
            var seen = await look();
            if (holds(seen))
            {
                return seen;
            }

            Assert.True(watch.Elapsed < Deadline, $"waited for: {what}; last seen: {JsonSerializer.Serialize(seen, Json.Objects)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopOperatorAsync();
        await cluster.DisposeAsync();
        progress.Dispose();
    }

    private static bool Is(V1Job job, string part, int attempt) =>
        job.Metadata.Labels![ApiGroup.PartLabel] == part && job.Metadata.Labels[ApiGroup.AttemptLabel] == $"{attempt}";
}
