using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Rest.Faults;
using TextOps.Kubernetes.Tests.Rest.Support;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Rest;

/// <summary>An informer of a real server whose connections go wrong: in the end it knows what is there, and has told of everything that went.</summary>
public sealed class InformerFaultTests : IAsyncLifetime
{
    private const string Selector = "test=yes";
    private static readonly string Expired = Spoil.Event("ERROR", Spoil.Status(410, "Expired", "too old resource version: 1 (2)"));

    private readonly ConcurrentQueue<string> told = [];
    private readonly CancellationTokenSource stopping = new();
    private RestCluster cluster = null!;
    private FaultProxy proxy = null!;
    private RestKubernetesClient? client;
    private Task running = Task.CompletedTask;

    /// <summary>How a watch may go wrong after its first event.</summary>
    public static TheoryData<string> Ends => ["silence", "expired", "garbage", "a cut"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        cluster = await RestCluster.OpenAsync();
        proxy = await FaultProxy.StartAsync(cluster.Configuration);
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null)
        {
            await stopping.CancelAsync();
            await Eventually.ComesAsync(running);
            client?.Dispose();
            await proxy.DisposeAsync();
            await cluster.DisposeAsync();
        }

        stopping.Dispose();
    }

    [Theory]
    [Trait("pitfall", "KubeOps#763")]
    [MemberData(nameof(Ends))]
    public async Task What_was_deleted_while_the_watch_was_broken_is_told(string end)
    {
        await CreateAsync("goes");
        await CreateAsync("stays");
        var broken = new TaskCompletionSource();
        proxy.Next(
            end switch
            {
                "silence" => Spoil.SilenceAfter(1),
                "expired" => Spoil.EndWith(Expired, after: 1, broken.Task),
                "garbage" => Spoil.EndWith("<html>", after: 1, broken.Task),
                _ => Spoil.CutAfter(1),
            },
            request => request.IsWatch);
        Start(watchIdleTimeout: TimeSpan.FromSeconds(2));
        await ToldAsync("+goes +stays");
        await CreateAsync("new");
        await ToldAsync("+goes +stays +new");
        await cluster.Client.DeleteAsync<V1ConfigMap>("goes", cluster.Namespace, null, Ct);
        broken.SetResult();
        await ToldAsync("+goes +stays +new -goes");
        await CreateAsync("last");
        await ToldAsync("+goes +stays +new -goes +last");
    }

    [Fact]
    public async Task A_watch_that_may_not_start_where_it_was_starts_over()
    {
        await CreateAsync("a");
        proxy.Next(Spoil.Refuse(410, "Expired", "too old resource version: 1 (2)"), request => request.IsWatch);
        Start();
        await ToldAsync("+a");
        await CreateAsync("b");
        await ToldAsync("+a +b");
    }

    [Fact]
    [Trait("pitfall", "yarp ResourceInformer")]
    public async Task Nothing_that_lives_is_deleted_while_pages_come_and_objects_come_and_go()
    {
        for (var i = 0; i < 6; i++)
        {
            await CreateAsync($"a{i}");
        }

        var changed = new TaskCompletionSource();
        var pages = 0;
        proxy.Next(Spoil.SilenceAfter(1), request => request.IsWatch);
        proxy.Next(Spoil.Wait(changed.Task), request => request["continue"] != "" && ++pages == 3);
        Start(watchIdleTimeout: TimeSpan.FromSeconds(1), pageSize: 2);
        await ToldAsync("+a0 +a1 +a2 +a3 +a4 +a5");

        // Three pages made the first list; the second list stands after its first.
        await Eventually.HoldsAsync("the second page is asked for", () => pages == 3);
        await cluster.Client.DeleteAsync<V1ConfigMap>("a5", cluster.Namespace, null, Ct);
        await CreateAsync("a00");
        changed.SetResult();

        // The list is of the moment of its first page; the watch tells what came after.
        await ToldAsync("+a0 +a1 +a2 +a3 +a4 +a5 -a5 +a00");
    }

    [Fact]
    [Trait("pitfall", "yarp ResourceInformer")]
    public async Task Events_byte_by_byte_and_a_handler_that_throws_change_nothing()
    {
        proxy.Next(Spoil.Drip, request => request.IsWatch);
        Start(new InformerHandler<V1ConfigMap>(
            _ => throw new InvalidOperationException("added"), (_, _) => throw new InvalidOperationException("updated"), _ => throw new InvalidOperationException("deleted")));
        await WatchStartedAsync();
        await CreateAsync("a");
        await cluster.Client.PatchAsync<V1ConfigMap>("a", cluster.Namespace, new JsonObject { ["data"] = new JsonObject { ["key"] = "1" } }, Ct);
        await cluster.Client.DeleteAsync<V1ConfigMap>("a", cluster.Namespace, null, Ct);
        await ToldAsync("+a ~a -a");
    }

    [Fact]
    public async Task Events_that_come_twice_are_told_once()
    {
        proxy.Next(Spoil.TellTwice, request => request.IsWatch);
        Start();
        await WatchStartedAsync();
        await CreateAsync("a");
        await cluster.Client.PatchAsync<V1ConfigMap>("a", cluster.Namespace, new JsonObject { ["data"] = new JsonObject { ["key"] = "1" } }, Ct);
        await cluster.Client.DeleteAsync<V1ConfigMap>("a", cluster.Namespace, null, Ct);
        await CreateAsync("b");
        await ToldAsync("+a ~a -a +b");
    }

    [Fact]
    public async Task A_server_in_trouble_is_waited_for()
    {
        await CreateAsync("a");
        proxy.Next(Spoil.Refuse(503, "ServiceUnavailable"), request => request.IsList);
        proxy.Next(Spoil.Refuse(429, "TooManyRequests", "", ("Retry-After", "1")), request => request.IsList);
        proxy.Next(Spoil.LoseRequest, request => request.IsWatch);
        proxy.Next(Spoil.Answer(500, ""), request => request.IsWatch);
        Start();
        await ToldAsync("+a");
        await CreateAsync("b");
        await ToldAsync("+a +b");
    }

    private void Start(InformerHandler<V1ConfigMap>? first = null, TimeSpan? watchIdleTimeout = null, int pageSize = 500)
    {
        var options = new RestClientOptions { WatchIdleTimeout = watchIdleTimeout ?? TimeSpan.FromMinutes(3), PageSize = pageSize };
        client = new RestKubernetesClient(proxy.Configuration, options, TimeProvider.System, NullLogger.Instance);
        var informer = new Informer<V1ConfigMap>(client, [cluster.Namespace], Selector, TimeProvider.System, NullLogger<Informer<V1ConfigMap>>.Instance);
        if (first is not null)
        {
            informer.AddHandler(first);
        }

        informer.AddHandler(new InformerHandler<V1ConfigMap>(
            added => told.Enqueue($"+{added.Metadata.Name}"),
            (_, after) => told.Enqueue($"~{after.Metadata.Name}"),
            deleted => told.Enqueue($"-{deleted.Metadata.Name}")));
        running = informer.RunAsync(stopping.Token);
    }

    private Task WatchStartedAsync() => Eventually.HoldsAsync("a watch runs", () => proxy.Seen.Any(request => request.IsWatch && request["sendInitialEvents"] == ""));

    private async Task ToldAsync(string expected)
    {
        var count = expected.Split(' ').Length;
        await Eventually.HoldsAsync($"{count} things told", () => Task.FromResult(told.ToArray()), seen => seen.Length >= count);
        Assert.Equal(expected, string.Join(' ', told));
    }

    private Task<V1ConfigMap> CreateAsync(string name) => cluster.Client.CreateAsync(
        new V1ConfigMap { Metadata = new V1ObjectMeta { Name = name, Namespace = cluster.Namespace, Labels = new Dictionary<string, string> { ["test"] = "yes" } } }, Ct);
}
