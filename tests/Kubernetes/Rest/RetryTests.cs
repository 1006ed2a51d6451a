using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Tests.Rest.Faults;
using TextOps.Kubernetes.Tests.Rest.Support;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Rest;

/// <summary>What is sent again, when, and what must not be.</summary>
public sealed class RetryTests : ScriptedServer
{
    private static V1ConfigMap NewConfigMap(string? version = null) => new() { Metadata = new V1ObjectMeta { Name = "a", Namespace = "n", ResourceVersion = version } };

    /// <summary>A call, its name, and whether doing it twice does no more than doing it once.</summary>
    public static TheoryData<string, bool> Calls => new()
    {
        { "get", true },
        { "list", true },
        { "watch", true },
        { "delete", true },
        { "merge", true },
        { "apply", true },
        { "put", true },
        { "put without a version", false },
        { "create", false },
        { "json patch", false },
        { "strategic merge", false },
    };

    [Fact]
    public async Task After_429_even_a_create_is_sent_again_when_the_server_said()
    {
        Server.Next(Spoil.Refuse(429, "TooManyRequests", "slow down", ("Retry-After", "7")));
        Server.Next(Spoil.Answer(201, ConfigMap));
        var call = Client.CreateAsync(NewConfigMap(), Ct);
        await RetryAsync(1, afterSeconds: 6.9);
        Assert.Single(Server.Seen);
        Time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal("a", (await Eventually.ComesAsync(call)).Metadata.Name);
        Assert.Equal(2, Server.Seen.Count);
    }

    [Fact]
    public async Task A_server_that_asks_for_an_hour_is_asked_again_after_half_a_minute()
    {
        Server.Next(Spoil.Refuse(503, "ServiceUnavailable", "etcd is away", ("Retry-After", "3600")));
        Server.Next(Spoil.Answer(200, ConfigMap));
        var call = Client.GetAsync<V1ConfigMap>("a", "n", Ct);
        await RetryAsync(1, afterSeconds: 30);
        Assert.NotNull(await Eventually.ComesAsync(call));
    }

    [Fact]
    public async Task Five_tries_are_all_and_the_last_answer_is_told()
    {
        for (var i = 1; i <= 6; i++)
        {
            Server.Next(Spoil.Refuse(503, "ServiceUnavailable", $"answer {i}"));
        }

        var call = Client.GetAsync<V1ConfigMap>("a", "n", Ct);
        double[] atMost = [0.25, 0.5, 1, 2];
        for (var i = 0; i < atMost.Length; i++)
        {
            await RetryAsync(i + 1, atMost[i]);
        }

        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => Eventually.ComesAsync(call));
        Assert.Equal((503, "answer 5"), (refusal.Code, refusal.Message));
        Assert.Equal(5, Server.Seen.Count);
    }

    [Fact]
    public async Task No_try_starts_a_minute_after_the_first()
    {
        for (var i = 1; i <= 3; i++)
        {
            Server.Next(Spoil.Refuse(429, "TooManyRequests", $"answer {i}", ("Retry-After", "25")));
        }

        var call = Client.GetAsync<V1ConfigMap>("a", "n", Ct);
        await RetryAsync(1, 25);
        await RetryAsync(2, 25);
        Assert.Equal("answer 3", (await Assert.ThrowsAsync<KubernetesException>(() => Eventually.ComesAsync(call))).Message);
    }

    [Theory]
    [InlineData(500, null, false)]
    [InlineData(500, "1", true)]
    [InlineData(502, null, true)]
    [InlineData(503, null, true)]
    [InlineData(504, null, true)]
    [InlineData(409, "1", false)]
    [InlineData(403, null, false)]
    public async Task A_server_in_trouble_is_asked_again_where_that_may_help(int code, string? retryAfter, bool again)
    {
        Server.Next(Spoil.Refuse(code, "Trouble", "trouble", retryAfter is null ? [] : [("Retry-After", retryAfter)]));
        Server.Next(Spoil.Answer(200, ConfigMap));
        var call = Client.GetAsync<V1ConfigMap>("a", "n", Ct);
        if (again)
        {
            await RetryAsync(1, 1);
            Assert.NotNull(await Eventually.ComesAsync(call));
        }
        else
        {
            Assert.Equal(code, (await Assert.ThrowsAsync<KubernetesException>(() => Eventually.ComesAsync(call))).Code);
            Assert.Single(Server.Seen);
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task After_a_lost_answer_only_what_does_no_harm_twice_is_sent_again(string call, bool isRepeatable)
    {
        Server.Next(Spoil.LoseRequest);
        Server.Next(call == "watch" ? Spoil.Events() : Spoil.Answer(200, call == "list" ? """{"metadata":{"resourceVersion":"9"},"items":[]}""" : ConfigMap));
        var running = CallAsync(call);
        if (isRepeatable)
        {
            await RetryAsync(1, 0.25);
            await Eventually.ComesAsync(running);
            Assert.Equal(2, Server.Seen.Count);
        }
        else
        {
            var problem = await Assert.ThrowsAsync<HttpRequestException>(() => Eventually.ComesAsync(running));
            Assert.Contains($"at {Server.Address.ToString().TrimEnd('/')}: the connection broke", problem.Message, StringComparison.Ordinal);
            Assert.Single(Server.Seen);
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_server_that_is_not_there_is_tried_again_by_all_calls(string call, bool isRepeatable)
    {
        _ = isRepeatable;
        var port = FreePort();
        using var client = NewClient(configuration: new ClusterConfiguration { Server = new Uri($"http://127.0.0.1:{port}") });
        var running = CallAsync(call, client);
        for (var i = 1; i <= 4; i++)
        {
            await RetryAsync(i, 2);
        }

        var problem = await Assert.ThrowsAsync<HttpRequestException>(() => Eventually.ComesAsync(running));
        Assert.Contains($" at http://127.0.0.1:{port}: no connection (Connection refused); check that the API server runs", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_try_without_an_answer_ends_after_its_time()
    {
        Server.Next(Spoil.Silence);
        Server.Next(Spoil.Silence);
        var call = Client.GetAsync<V1ConfigMap>("a", "n", Ct);
        await Eventually.HoldsAsync("the first try", () => Server.Seen.Count == 1 && Time.Waiting == 1);
        Time.Advance(TimeSpan.FromSeconds(30));
        await RetryAsync(1, 0.25);
        await Eventually.HoldsAsync("the second try", () => Server.Seen.Count == 2 && Time.Waiting == 1);
        Time.Advance(TimeSpan.FromSeconds(30));
        var problem = await Assert.ThrowsAsync<HttpRequestException>(() => Eventually.ComesAsync(call));
        Assert.Contains("no answer within 30 s", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_cancels_does_not_wait_for_the_next_try()
    {
        Server.Next(Spoil.Refuse(503, "ServiceUnavailable", "", ("Retry-After", "20")));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var call = Client.GetAsync<V1ConfigMap>("a", "n", stop.Token);
        await RetryAsync(1, 1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.ComesAsync(call));
        Assert.Equal(0, Logs.Count(LogLevel.Warning));
    }

    private async Task CallAsync(string call, IKubernetesClient? client = null)
    {
        client ??= Client;
        var merge = new JsonObject { ["data"] = new JsonObject { ["key"] = "x" } };
        switch (call)
        {
            case "get":
                await client.GetAsync<V1ConfigMap>("a", "n", Ct);
                break;
            case "list":
                await client.ListAsync<V1ConfigMap>("n", null, Ct);
                break;
            case "watch":
                await foreach (var _ in client.WatchAsync<V1ConfigMap>("n", null, "1", Ct))
                {
                }

                break;
            case "delete":
                await client.DeleteAsync<V1ConfigMap>("a", "n", null, Ct);
                break;
            case "merge":
                await client.PatchAsync<V1ConfigMap>("a", "n", merge, Ct);
                break;
            case "apply":
                await client.PatchAsync<V1ConfigMap>("a", "n", new KubernetesPatch.Apply(merge, "test"), Ct);
                break;
            case "json patch":
                await client.PatchAsync<V1ConfigMap>("a", "n", new KubernetesPatch.Json([new JsonObject { ["op"] = "remove", ["path"] = "/data/0" }]), Ct);
                break;
            case "strategic merge":
                await client.PatchAsync<V1ConfigMap>("a", "n", new KubernetesPatch.StrategicMerge(merge), Ct);
                break;
            case "put":
                await client.UpdateAsync(NewConfigMap("6"), Ct);
                break;
            case "put without a version":
                await client.UpdateAsync(NewConfigMap(), Ct);
                break;
            case "create":
                await client.CreateAsync(NewConfigMap(), Ct);
                break;
            default:
                Assert.Fail($"no call is named {call}");
                break;
        }
    }

    /// <summary>A port that nobody listens on.</summary>
    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
