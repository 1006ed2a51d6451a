using System.Collections.Concurrent;
using System.Threading.Channels;
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
    private readonly ConcurrentQueue<string> told = [];
    private readonly CancellationTokenSource stopping = new();
    private Informer<V1ConfigMap> informer;
    private Task running = Task.CompletedTask;

    public InformerTests() => informer = Informer([]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Eventually.ComesAsync(running);
        stopping.Dispose();
    }

    [Fact]
    public async Task It_learns_what_is_there_then_follows_and_knows_the_state_before()
    {
        var watch = client.AnswerStart("10", [Item("a", 1), Item("b", 2)]);
        Start();
        await Eventually.ComesAsync(informer.WaitForSyncAsync(Ct));
        Write(watch, WatchEventType.Added, Item("c", 11));
        Write(watch, WatchEventType.Modified, Item("a", 12));
        Write(watch, WatchEventType.Deleted, Item("b", 13));

        await ToldAsync("+a1 +b2 +c11 a1>a12 -b13");
        Assert.Equal(["a12", "c11"], informer.Store.All().Select(Show).Order());
        Assert.Equal(["start"], client.WatchedFrom);
    }

    [Fact]
    public async Task Nothing_is_told_before_all_that_is_there_is_known()
    {
        var watch = client.AnswerWatch();
        Start();
        Write(watch, WatchEventType.Added, Item("a", 1));
        Write(watch, WatchEventType.Added, Item("gone", 2));
        Bookmark(watch, 7);
        Write(watch, WatchEventType.Modified, Item("a", 8));
        Write(watch, WatchEventType.Deleted, Item("gone", 9));
        Assert.False(informer.HasSynced);
        Assert.Empty(told);
        watch.TryWrite(new WatchEvent<V1ConfigMap>(WatchEventType.Synced, null, "10"));
        await Eventually.ComesAsync(informer.WaitForSyncAsync(Ct));
        Assert.True(informer.HasSynced);
        await ToldAsync("+a8");
    }

    [Fact]
    public async Task A_watch_that_ends_goes_on_where_it_was()
    {
        var watch = client.AnswerStart("10", [Item("a", 1)]);
        Start();
        Write(watch, WatchEventType.Modified, Item("a", 11));
        watch.Complete();
        Write(client.AnswerWatch(), WatchEventType.Modified, Item("a", 12));
        await ToldAsync("+a1 a1>a11 a11>a12");
        Assert.Equal(["start", "11"], client.WatchedFrom);
    }

    [Fact]
    public async Task A_bookmark_moves_the_place_where_a_watch_goes_on()
    {
        var watch = client.AnswerStart("10", [Item("a", 1)]);
        Start();
        Bookmark(watch, 4711);
        watch.Complete();
        Write(client.AnswerWatch(), WatchEventType.Modified, Item("a", 4712));
        await ToldAsync("+a1 a1>a4712");
        Assert.Equal(["start", "4711"], client.WatchedFrom);
    }

    [Fact]
    public async Task A_start_that_is_cut_off_deletes_nothing_and_begins_again()
    {
        var watch = client.AnswerStart("10", [Item("a", 1), Item("b", 2)]);
        Start();
        await ToldAsync("+a1 +b2");
        watch.TryWrite(new IOException("connection reset"));

        // Half of it, as when paging breaks off; once by a regular end, once by an error.
        var half = client.AnswerWatch();
        Write(half, WatchEventType.Added, Item("a", 1));
        half.Complete();
        await Eventually.HoldsAsync("the third watch", () => client.WatchedFrom.Count == 3);
        Assert.Equal(["start", "start", "start"], client.WatchedFrom);
        Assert.Equal(2, informer.Store.Count);
        client.AnswerStart("20", [Item("a", 1), Item("b", 12)]);
        await ToldAsync("+a1 +b2 b2>b12");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_410_or_an_error_all_is_told_again_and_what_was_missed_too(bool expired)
    {
        var watch = client.AnswerStart("10", [Item("stays", 1), Item("changes", 2), Item("goes", 3), Item("again", 4)]);
        Start();
        watch.TryWrite(expired ? new KubernetesException(410, "Expired", "too old resource version") : new IOException("connection reset"));

        // Deletions come first: whoever is told of a new object does not see those that made room for it.
        var second = client.AnswerStart("20", [Item("stays", 1), Item("changes", 15), Item("again", 16, uid: "second"), Item("new", 17)]);
        Write(second, WatchEventType.Added, Item("last", 21));
        await ToldAsync("+stays1 +changes2 +goes3 +again4 -goes3 changes2>changes15 -again4 +again16 +new17 +last21");
        Assert.Equal(["start", "start"], client.WatchedFrom);
    }

    [Fact]
    public async Task After_a_restored_backup_versions_may_be_lower_than_before()
    {
        var watch = client.AnswerStart("100", [Item("a", 90)]);
        Start();
        watch.TryWrite(new KubernetesException(410, "Expired", "too old resource version"));
        client.AnswerStart("50", [Item("a", 40)]);
        await ToldAsync("+a90 a90>a40");
    }

    [Fact]
    public async Task Connections_are_spaced_out_after_the_third()
    {
        Start();
        for (var i = 0; i < 3; i++)
        {
            client.FailWatch(new KubernetesException(500, "InternalError", "etcd is down"));
        }

        await Eventually.HoldsAsync("the fourth waits", () => client.WatchedFrom.Count == 3 && time.Waiting == 1);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal(3, client.WatchedFrom.Count);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await Eventually.HoldsAsync("the fourth comes", () => client.WatchedFrom.Count == 4);
    }

    [Fact]
    public async Task A_handler_that_throws_stops_neither_the_informer_nor_other_handlers()
    {
        informer = new Informer<V1ConfigMap>(client, [], null, time, NullLogger<Informer<V1ConfigMap>>.Instance);
        informer.AddHandler(new InformerHandler<V1ConfigMap>(_ => throw new InvalidOperationException("a"), (_, _) => throw new InvalidOperationException("u"), _ => throw new InvalidOperationException("d")));
        informer.AddHandler(Teller());
        var watch = client.AnswerStart("10", [Item("a", 1)]);
        Start();
        Write(watch, WatchEventType.Modified, Item("a", 11));
        Write(watch, WatchEventType.Deleted, Item("a", 12));
        await ToldAsync("+a1 a1>a11 -a12");
    }

    [Fact]
    public async Task Events_told_twice_or_out_of_order_do_not_bring_back_an_older_state()
    {
        var watch = client.AnswerStart("10", [Item("a", 9)]);
        Start();
        Write(watch, WatchEventType.Added, Item("a", 9));
        Write(watch, WatchEventType.Modified, Item("b", 11));
        Write(watch, WatchEventType.Deleted, Item("never", 12));
        Write(watch, WatchEventType.Added, Item("a", 20));
        Write(watch, WatchEventType.Modified, Item("a", 13));
        Write(watch, WatchEventType.Deleted, Item("a", 14, uid: "earlier"));
        Write(watch, WatchEventType.Modified, Item("a", 20));
        Write(watch, WatchEventType.Modified, Item("b", 21));
        await ToldAsync("+a9 +b11 a9>a20 b11>b21");
        Assert.Equal(["a20", "b21"], informer.Store.All().Select(Show).Order());
    }

    [Fact]
    public async Task Versions_that_are_no_numbers_are_compared_for_equality_only()
    {
        var watch = client.AnswerStart("x", [Item("a", "z")]);
        Start();
        Write(watch, WatchEventType.Modified, Item("a", "z"));
        Write(watch, WatchEventType.Modified, Item("a", "b"));
        await ToldAsync("+az az>ab");
    }

    [Fact]
    public async Task A_late_handler_is_told_what_is_there()
    {
        client.AnswerStart("10", [Item("a", 1)]);
        Start();
        await Eventually.ComesAsync(informer.WaitForSyncAsync(Ct));
        var late = new List<string>();
        informer.AddHandler(new InformerHandler<V1ConfigMap>(item => late.Add(Show(item)), (_, _) => { }, _ => { }));
        Assert.Equal(["a1"], late);
    }

    [Fact]
    public async Task Its_last_activity_is_when_the_server_last_said_something_or_was_asked()
    {
        var start = time.GetUtcNow();
        var watch = client.AnswerStart("10", [Item("a", 1)]);
        Start();
        await Eventually.ComesAsync(informer.WaitForSyncAsync(Ct));
        time.Advance(TimeSpan.FromMinutes(7));
        Assert.Equal(start, informer.LastActivity);
        Bookmark(watch, 11);
        await Eventually.HoldsAsync("the bookmark counts", () => informer.LastActivity == start.AddMinutes(7));
        time.Advance(TimeSpan.FromMinutes(1));
        watch.Complete();
        await Eventually.HoldsAsync("asking counts", () => informer.LastActivity == start.AddMinutes(8));
    }

    [Fact]
    public async Task The_store_knows_what_an_owner_controls()
    {
        var watch = client.AnswerStart("10", [Item("a", 1, owner: "x"), Item("b", 2, owner: "y"), Item("c", 3)]);
        Start();
        await Eventually.ComesAsync(informer.WaitForSyncAsync(Ct));
        Assert.Equal(["a1"], informer.Store.OwnedBy("x").Select(Show));
        Write(watch, WatchEventType.Modified, Item("b", 11, owner: "x"));
        Write(watch, WatchEventType.Deleted, Item("a", 12, owner: "x"));
        await ToldAsync("+a1 +b2 +c3 b2>b11 -a12");
        Assert.Equal(["b11"], informer.Store.OwnedBy("x").Select(Show));
        Assert.Empty(informer.Store.OwnedBy("y"));
    }

    [Fact]
    public async Task Each_of_several_namespaces_is_followed_by_a_watch_of_its_own()
    {
        informer = Informer(["n", "m"]);
        var start = time.GetUtcNow();
        var n = client.AnswerStart("10", [Item("a", 1), Item("b", 2)], "n");
        Start();
        await ToldAsync("+a1 +b2");
        Assert.False(informer.HasSynced);

        var m = client.AnswerStart("11", [Item("a", 3, @namespace: "m")], "m");
        await Eventually.ComesAsync(informer.WaitForSyncAsync(Ct));

        // What one namespace tells anew says nothing of the other.
        n.TryWrite(new KubernetesException(410, "Expired", "too old resource version"));
        client.AnswerStart("20", [Item("a", 1)], "n");
        await ToldAsync("+a1 +b2 +a3 -b2");
        Assert.Equal(2, informer.Store.Count);

        // One that is silent is not covered up by one that talks.
        time.Advance(TimeSpan.FromMinutes(5));
        Write(m, WatchEventType.Modified, Item("a", 30, @namespace: "m"));
        await ToldAsync("+a1 +b2 +a3 -b2 a3>a30");
        Assert.Equal(start, informer.LastActivity);
    }

    [Fact]
    public async Task What_is_kept_of_an_object_can_be_chosen()
    {
        informer = Informer([], item => item with { Data = null });
        var full = Item("a", 1) with { Data = new Dictionary<string, string> { ["large"] = "text" } };
        var watch = client.AnswerStart("10", [full]);
        Start();
        Write(watch, WatchEventType.Modified, full with { Metadata = full.Metadata with { ResourceVersion = "11" } });
        await ToldAsync("+a1 a1>a11");
        Assert.Null(Assert.Single(informer.Store.All()).Data);
    }

    private Informer<V1ConfigMap> Informer(string[] namespaces, Func<V1ConfigMap, V1ConfigMap>? transform = null)
    {
        var made = new Informer<V1ConfigMap>(client, namespaces, null, time, NullLogger<Informer<V1ConfigMap>>.Instance, transform);
        made.AddHandler(Teller());
        return made;
    }

    private InformerHandler<V1ConfigMap> Teller() => new(
        added => told.Enqueue($"+{Show(added)}"),
        (before, after) => told.Enqueue($"{Show(before)}>{Show(after)}"),
        deleted => told.Enqueue($"-{Show(deleted)}"));

    private void Start() => running = informer.RunAsync(stopping.Token);

    private async Task ToldAsync(string expected)
    {
        var count = expected.Split(' ').Length;
        await Eventually.HoldsAsync($"{count} things told", () => Task.FromResult(told.ToArray()), seen => seen.Length >= count);
        Assert.Equal(expected, string.Join(' ', told));
    }

    private static void Write(ChannelWriter<object> watch, WatchEventType type, V1ConfigMap item) =>
        watch.TryWrite(new WatchEvent<V1ConfigMap>(type, item, item.Metadata.ResourceVersion!));

    private static void Bookmark(ChannelWriter<object> watch, int version) =>
        watch.TryWrite(new WatchEvent<V1ConfigMap>(WatchEventType.Bookmark, null, version.ToString()));

    private static string Show(V1ConfigMap item) => item.Metadata.Name + item.Metadata.ResourceVersion;

    private static V1ConfigMap Item(string name, int version, string uid = "first", string? owner = null, string @namespace = "n") =>
        Item(name, version.ToString(), uid, owner, @namespace);

    private static V1ConfigMap Item(string name, string version, string uid = "first", string? owner = null, string @namespace = "n") => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            Namespace = @namespace,
            Uid = uid,
            ResourceVersion = version,
            OwnerReferences = owner is null ? null : [new V1OwnerReference { ApiVersion = "v1", Kind = "Owner", Name = owner, Uid = owner, Controller = true }],
        },
    };
}
