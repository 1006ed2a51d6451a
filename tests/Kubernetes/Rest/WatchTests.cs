using System.Text;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Tests.Rest.Faults;
using TextOps.Kubernetes.Tests.Rest.Support;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Rest;

/// <summary>How watches begin and end.</summary>
public sealed class WatchTests : ScriptedServer
{
    private static readonly string Added = Spoil.Event("ADDED", ConfigMap);

    private static readonly string Bookmark = Spoil.Event("BOOKMARK", """{"kind":"ConfigMap","metadata":{"resourceVersion":"12","creationTimestamp":null}}""");

    /// <summary>Answers that break a watch, and what is then said of it.</summary>
    public static TheoryData<string, string> Garbage => new()
    {
        { "<html>502 Bad Gateway</html>", "an event cannot be read: '<' is an invalid start of a value" },
        { "[]", "an event cannot be read: it is no JSON object" },
        { Added[..^10], "an event cannot be read: " },
        { Added + "}", "an event cannot be read: " },
        { Spoil.Event("SHOUTED", ConfigMap), "an event cannot be read: type \"SHOUTED\" is not known" },
        { """{"type":"ADDED"}""", "an event cannot be read: object is missing" },
        { Spoil.Event("ADDED", """{"metadata":{"name":"a"}}"""), "an event cannot be read: object.metadata.resourceVersion is missing" },
        { Spoil.Event("ADDED", """{"metadata":{"name":7}}"""), "an event cannot be read: " },
        { new string('x', 5000), "an event is longer than 4096 bytes" },
    };

    [Fact]
    [Trait("pitfall", "kubernetes-client/csharp#884")]
    public async Task It_asks_for_bookmarks_and_for_an_end_in_five_to_ten_minutes()
    {
        Server.Next(Spoil.Events(Added, Bookmark));
        var told = new List<string>();
        await Eventually.ComesAsync(ReadAsync(Client, told, labelSelector: "app=x"));

        // The server ended it: that is no error.
        Assert.Equal(["Added a 7", "Bookmark  12"], told);
        var request = Server.Seen.Single();
        Assert.Equal(
            ("/api/v1/namespaces/n/configmaps", "true", "true", "app=x", "5"),
            (request.Path, request["watch"], request["allowWatchBookmarks"], request["labelSelector"], request["resourceVersion"]));
        Assert.InRange(int.Parse(request["timeoutSeconds"]), 300, 600);
        Assert.False(request.Query.ContainsKey("sendInitialEvents"));
    }

    [Fact]
    public async Task Without_a_version_the_server_tells_first_what_is_there()
    {
        var end = Spoil.Event("BOOKMARK", """{"metadata":{"resourceVersion":"12","annotations":{"k8s.io/initial-events-end":"true"}}}""");
        Server.Next(Spoil.Events(Added, end, Bookmark));
        var told = new List<string>();
        await Eventually.ComesAsync(ReadAsync(Client, told, version: null));
        Assert.Equal(["Added a 7", "Synced  12", "Bookmark  12"], told);
        var request = Server.Seen.Single();
        Assert.Equal(("true", "NotOlderThan"), (request["sendInitialEvents"], request["resourceVersionMatch"]));
    }

    [Theory]
    [InlineData(422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch")]
    [InlineData(422, "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled")]
    [InlineData(400, "unknown parameter sendInitialEvents")]
    public async Task A_server_that_cannot_tell_what_is_there_is_asked_for_a_list_and_never_again(int code, string refusal)
    {
        Server.Next(Spoil.Refuse(code, "Invalid", refusal));
        for (var i = 0; i < 2; i++)
        {
            Server.Next(Spoil.Answer(200, $$"""{"metadata":{"resourceVersion":"11"},"items":[{{ConfigMap}}]}"""));
            Server.Next(Spoil.Events(Bookmark));
            var told = new List<string>();
            await Eventually.ComesAsync(ReadAsync(Client, told, version: null));
            Assert.Equal(["Added a 7", "Synced  11", "Bookmark  12"], told);
        }

        Assert.Equal(["", "list", "11", "list", "11"], Server.Seen.Select(request => request.IsList ? "list" : request["resourceVersion"]));
    }

    [Fact]
    public async Task Another_refusal_is_a_refusal()
    {
        Server.Next(Spoil.Refuse(400, "BadRequest", "unable to parse requirement of the label selector"));
        Server.Next(Spoil.Refuse(410, "Expired", "too old resource version: 5 (10)"));
        var told = new List<string>();
        Assert.Equal(400, (await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(Client, told, version: null))).Code);
        Assert.Equal(410, (await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(Client, told))).Code);
        Assert.Empty(told);
    }

    [Fact]
    [Trait("pitfall", "kubernetes-client/csharp Watcher")]
    public async Task An_error_event_ends_the_watch_with_its_code()
    {
        Server.Next(Spoil.Events(Added, Spoil.Event("ERROR", Spoil.Status(410, "Expired", "too old resource version: 5 (10)")), Added));
        var told = new List<string>();
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => Eventually.ComesAsync(ReadAsync(Client, told)));
        Assert.Equal((410, "Expired", "too old resource version: 5 (10)"), (refusal.Code, refusal.Reason, refusal.Message));
        Assert.Equal(["Added a 7"], told);
    }

    [Theory]
    [Trait("pitfall", "kubernetes-client/csharp Watcher")]
    [MemberData(nameof(Garbage))]
    public async Task A_line_that_is_no_event_ends_the_watch_after_what_came_before(string line, string said)
    {
        Server.Next(Spoil.EventsThenSilence(Added, line, Added));
        var told = new List<string>();
        var client = NewClient(new RestClientOptions { MaxEventBytes = 4096 });
        var problem = await Assert.ThrowsAsync<InvalidDataException>(() => Eventually.ComesAsync(ReadAsync(client, told)));
        Assert.StartsWith($"watch of configmaps in n: {said}", problem.Message, StringComparison.Ordinal);
        Assert.True(problem.Message.Length < 600, problem.Message);
        Assert.Equal(["Added a 7"], told);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_end_the_watch()
    {
        Server.Next(async exchange =>
        {
            exchange.Start(200);
            var line = Encoding.UTF8.GetBytes(Spoil.Event("ADDED", """{"metadata":{"name":"a","resourceVersion":"7"},"ignored":"?"}""") + "\n");
            line[Array.LastIndexOf(line, (byte)'?')] = 0xFF;
            await exchange.SendAsync(line);
        });
        var problem = await Assert.ThrowsAsync<InvalidDataException>(() => Eventually.ComesAsync(ReadAsync(Client, [])));
        Assert.Equal("watch of configmaps in n: an event is not UTF-8", problem.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cut_in_the_middle_of_an_event_is_noticed(bool gracefully)
    {
        var told = new List<string>();
        Server.Next(async exchange =>
        {
            exchange.Start(200);
            await exchange.SendLineAsync(Added);
            await exchange.SendAsync(Encoding.UTF8.GetBytes(Added[..20]));
            if (!gracefully)
            {
                // A reset takes away what has not been read yet.
                await Eventually.HoldsAsync("the first was told", () => told.Count == 1);
                exchange.Abort();
            }
        });
        var problem = await Assert.ThrowsAsync<HttpRequestException>(() => Eventually.ComesAsync(ReadAsync(Client, told)));
        Assert.StartsWith(
            $"watch of configmaps in n: {(gracefully ? "cut off in the middle of an event" : "the connection broke (")}", problem.Message, StringComparison.Ordinal);
        Assert.Equal(["Added a 7"], told);
    }

    [Fact]
    [Trait("pitfall", "kubernetes-client/csharp#533")]
    public async Task A_watch_that_falls_silent_is_taken_for_dead_after_three_minutes()
    {
        Server.Next(Spoil.EventsThenSilence(Added));
        var told = new List<string>();
        var watch = ReadAsync(Client, told);
        await Eventually.HoldsAsync("it waits", () => told.Count == 1 && Time.Waiting == 1);
        Time.Advance(TimeSpan.FromSeconds(179));
        Assert.False(watch.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(1));
        var problem = await Assert.ThrowsAsync<HttpRequestException>(() => Eventually.ComesAsync(watch));
        Assert.Equal("watch of configmaps in n: the server said nothing for 180 s; the connection is taken for dead", problem.Message);
    }

    [Fact]
    public async Task What_comes_is_a_sign_of_life_and_time_of_the_readers_own_does_not_count()
    {
        using var more = new SemaphoreSlim(0);
        Server.Next(async exchange =>
        {
            exchange.Start(200);
            while (true)
            {
                await exchange.SendLineAsync(Bookmark);
                await more.WaitAsync(exchange.Gone);
            }
        });
        await using var watch = Client.WatchAsync<V1ConfigMap>("n", null, "5", Ct).GetAsyncEnumerator(Ct);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await Eventually.ComesAsync(watch.MoveNextAsync().AsTask()));
            Time.Advance(TimeSpan.FromHours(1));
            var next = watch.MoveNextAsync().AsTask();
            await Eventually.HoldsAsync("it waits", () => Time.Waiting == 1);
            Time.Advance(TimeSpan.FromSeconds(100));
            more.Release();
            Assert.True(await Eventually.ComesAsync(next));
            more.Release();
        }
    }

    [Fact]
    public async Task Events_may_come_byte_by_byte_all_at_once_and_longer_than_any_buffer()
    {
        var large = ConfigMap.Replace("\"metadata\"", $"\"data\":{{\"key\":\"{new string('é', 300_000)}\"}},\"metadata\"", StringComparison.Ordinal);
        var lines = Encoding.UTF8.GetBytes(string.Join('\n', [Added, Spoil.Event("MODIFIED", large), .. Enumerable.Repeat(Added, 1000), Bookmark]) + "\n");
        Server.Next(async exchange =>
        {
            exchange.Start(200);
            for (var i = 0; i < 300; i++)
            {
                await exchange.SendAsync(lines.AsMemory(i, 1));
            }

            await exchange.SendAsync(lines.AsMemory(300));
        });
        var told = new List<string>();
        await Eventually.ComesAsync(ReadAsync(Client, told));
        Assert.Equal(1003, told.Count);
        Assert.Equal(["Added a 7", "Modified a 7", "Added a 7"], told[..3]);
        Assert.Equal("Bookmark  12", told[^1]);
    }

    [Fact]
    public async Task Who_stops_reading_closes_the_connection()
    {
        var gone = new TaskCompletionSource();
        Server.Next(async exchange =>
        {
            exchange.Gone.Register(gone.SetResult);
            await Spoil.EventsThenSilence(Added)(exchange);
        });
        await foreach (var _ in Client.WatchAsync<V1ConfigMap>("n", null, "5", Ct))
        {
            break;
        }

        await Eventually.ComesAsync(gone.Task);
    }

    private static async Task ReadAsync(RestKubernetesClient client, List<string> told, string? version = "5", string? labelSelector = null)
    {
        await foreach (var change in client.WatchAsync<V1ConfigMap>("n", labelSelector, version, Ct))
        {
            told.Add($"{change.Type} {change.Object?.Metadata.Name} {change.ResourceVersion}");
        }
    }
}
