using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Runtime;

public sealed class InformerTests : IAsyncDisposable
{
    private readonly ManualTime time = new();
    private readonly ScriptedClient client = new();
    private readonly Informer<V1ConfigMap> informer;
    private readonly ConcurrentQueue<string> told = [];
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    public InformerTests()
    {
        informer = new Informer<V1ConfigMap>(client, null, null, time, NullLogger<Informer<V1ConfigMap>>.Instance);
        informer.AddHandler(new InformerHandler<V1ConfigMap>(
            added => told.Enqueue($"+{Show(added)}"),
            (before, after) => told.Enqueue($"{Show(before)}>{Show(after)}"),
            deleted => told.Enqueue($"-{Show(deleted)}")));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Eventually.ComesAsync(running);
        stopping.Dispose();
    }

    [Fact]
    public async Task It_lists_then_follows_and_knows_the_state_before()
    {
        client.AnswerList("10", Item("a", 1), Item("b", 2));
        var watch = client.AnswerWatch();
        Start();
        await Eventually.ComesAsync(informer.WaitForSyncAsync(Ct));
        Write(watch, WatchEventType.Added, Item("c", 11));
        Write(watch, WatchEventType.Modified, Item("a", 12));
        Write(watch, WatchEventType.Deleted, Item("b", 13));

        await ToldAsync("+a1 +b2 +c11 a1>a12 -b13");
        Assert.Equal(["a12", "c11"], informer.Store.All().Select(Show).Order());
        Assert.Equal(["10"], client.WatchedFrom);
    }

    [Fact]
    public async Task A_watch_that_ends_goes_on_where_it_was_without_a_list()
    {
        client.AnswerList("10", Item("a", 1));
        var watch = client.AnswerWatch();
        Start();
        Write(watch, WatchEventType.Modified, Item("a", 11));
        watch.Complete();
        Write(client.AnswerWatch(), WatchEventType.Modified, Item("a", 12));
        await ToldAsync("+a1 a1>a11 a11>a12");
        Assert.Equal(["10", "11"], client.WatchedFrom);
        Assert.Equal(1, client.Lists);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_410_or_an_error_everything_is_listed_and_what_was_missed_is_told(bool expired)
    {
        client.AnswerList("10", Item("stays", 1), Item("changes", 2), Item("goes", 3), Item("again", 4));
        var watch = client.AnswerWatch();
        Start();
        watch.TryWrite(expired ? new KubernetesException(410, "Expired", "too old resource version") : new IOException("connection reset"));

        // Deletions come first: whoever is told of a new object does not see those that made room for it.
        client.AnswerList("20", Item("stays", 1), Item("changes", 15), Item("again", 16, uid: "second"), Item("new", 17));
        Write(client.AnswerWatch(), WatchEventType.Added, Item("last", 21));
        await ToldAsync("+stays1 +changes2 +goes3 +again4 -goes3 changes2>changes15 -again4 +again16 +new17 +last21");
        Assert.Equal(["10", "20"], client.WatchedFrom);
    }

    [Fact]
    public async Task A_list_that_fails_is_tried_again_and_deletes_nothing()
    {
        client.FailList(new KubernetesException(500, "InternalError", "etcd is down"));
        client.AnswerList("10", Item("a", 1));
        var watch = client.AnswerWatch();
        Start();
        await ToldAsync("+a1");
        watch.TryWrite(new IOException("connection reset"));
        client.FailList(new IOException("connection refused"));
        await Eventually.HoldsAsync("the fourth connection waits for its turn", () => client.Lists == 3 && time.Waiting == 1);
        Assert.Equal("a1", Show(Assert.Single(informer.Store.All())));
    }

    [Fact]
    public async Task Connections_are_spaced_out_after_the_third()
    {
        Start();
        for (var i = 0; i < 3; i++)
        {
            client.FailList(new IOException("connection refused"));
        }

        await Eventually.HoldsAsync("the fourth waits", () => client.Lists == 3 && time.Waiting == 1);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal(3, client.Lists);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await Eventually.HoldsAsync("the fourth comes", () => client.Lists == 4);
    }

    [Fact]
    public async Task A_handler_that_throws_stops_neither_the_informer_nor_other_handlers()
    {
        var broken = new Informer<V1ConfigMap>(client, null, null, time, NullLogger<Informer<V1ConfigMap>>.Instance);
        broken.AddHandler(new InformerHandler<V1ConfigMap>(_ => throw new InvalidOperationException("a"), (_, _) => throw new InvalidOperationException("u"), _ => throw new InvalidOperationException("d")));
        broken.AddHandler(new InformerHandler<V1ConfigMap>(item => told.Enqueue($"+{Show(item)}"), (_, item) => told.Enqueue($"~{Show(item)}"), item => told.Enqueue($"-{Show(item)}")));
        client.AnswerList("10", Item("a", 1));
        var watch = client.AnswerWatch();
        running = broken.RunAsync(stopping.Token);
        Write(watch, WatchEventType.Modified, Item("a", 11));
        Write(watch, WatchEventType.Deleted, Item("a", 12));
        await ToldAsync("+a1 ~a11 -a12");
    }

    [Fact]
    public async Task Events_told_twice_or_out_of_place_are_taken_for_what_they_say()
    {
        client.AnswerList("10", Item("a", 1));
        var watch = client.AnswerWatch();
        Start();
        Write(watch, WatchEventType.Added, Item("a", 1));
        Write(watch, WatchEventType.Modified, Item("b", 11));
        Write(watch, WatchEventType.Deleted, Item("never", 12));
        Write(watch, WatchEventType.Added, Item("a", 13));
        await ToldAsync("+a1 +b11 a1>a13");
    }

    [Fact]
    public async Task A_late_handler_is_told_what_is_there()
    {
        client.AnswerList("10", Item("a", 1));
        client.AnswerWatch();
        Start();
        await Eventually.ComesAsync(informer.WaitForSyncAsync(Ct));
        var late = new List<string>();
        informer.AddHandler(new InformerHandler<V1ConfigMap>(item => late.Add(Show(item)), (_, _) => { }, _ => { }));
        Assert.Equal(["a1"], late);
    }

    [Fact]
    public async Task Its_last_activity_is_when_the_server_last_said_something()
    {
        var start = time.GetUtcNow();
        client.AnswerList("10", Item("a", 1));
        var watch = client.AnswerWatch();
        Start();
        await Eventually.ComesAsync(informer.WaitForSyncAsync(Ct));
        time.Advance(TimeSpan.FromMinutes(7));
        Assert.Equal(start, informer.LastActivity);
        Write(watch, WatchEventType.Modified, Item("a", 11));
        await ToldAsync("+a1 a1>a11");
        Assert.Equal(start.AddMinutes(7), informer.LastActivity);
    }

    [Fact]
    public async Task The_store_knows_what_an_owner_controls()
    {
        client.AnswerList("10", Item("a", 1, owner: "x"), Item("b", 2, owner: "y"), Item("c", 3));
        var watch = client.AnswerWatch();
        Start();
        await Eventually.ComesAsync(informer.WaitForSyncAsync(Ct));
        Assert.Equal(["a1"], informer.Store.OwnedBy("x").Select(Show));
        Write(watch, WatchEventType.Modified, Item("b", 11, owner: "x"));
        Write(watch, WatchEventType.Deleted, Item("a", 12, owner: "x"));
        await ToldAsync("+a1 +b2 +c3 b2>b11 -a12");
        Assert.Equal(["b11"], informer.Store.OwnedBy("x").Select(Show));
        Assert.Empty(informer.Store.OwnedBy("y"));
    }

    private void Start() => running = informer.RunAsync(stopping.Token);

    private async Task ToldAsync(string expected)
    {
        var count = expected.Split(' ').Length;
        await Eventually.HoldsAsync($"{count} things told", () => Task.FromResult(told.ToArray()), seen => seen.Length >= count);
        Assert.Equal(expected, string.Join(' ', told));
    }

    private static void Write(System.Threading.Channels.ChannelWriter<object> watch, WatchEventType type, V1ConfigMap item) =>
        watch.TryWrite(new WatchEvent<V1ConfigMap>(type, item, item.Metadata.ResourceVersion!));

    private static string Show(V1ConfigMap item) => item.Metadata.Name + item.Metadata.ResourceVersion;

    private static V1ConfigMap Item(string name, int version, string uid = "first", string? owner = null) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            Namespace = "n",
            Uid = uid,
            ResourceVersion = version.ToString(),
            OwnerReferences = owner is null ? null : [new V1OwnerReference { ApiVersion = "v1", Kind = "Owner", Name = owner, Uid = owner, Controller = true }],
        },
    };
}
