using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;

namespace TextOps.Local.Tests.Node.Services;

public sealed class ServiceProxyTests
{
    [Fact]
    public async Task Connections_go_to_the_ready_pods_in_turn()
    {
        await using var fixture = await ServiceFixture.StartAsync();
        await fixture.NamedPodAsync("a", "127.50.0.1");
        await fixture.NamedPodAsync("b", "127.50.0.2");
        await fixture.NamedPodAsync("unready", "127.50.0.3", ready: false);
        var port = await fixture.ServiceAsync("service");
        await fixture.ServiceAsync("other", app: "other");

        List<string> answers = [];
        for (var i = 0; i < 6; i++)
        {
            answers.Add(await ServiceFixture.AskAsync(port));
        }

        Assert.Equal(3, answers.Count(answer => answer == "a"));
        Assert.Equal(3, answers.Count(answer => answer == "b"));
    }

    [Fact]
    public async Task A_pod_that_is_being_deleted_gets_no_new_connection_though_it_is_ready()
    {
        await using var fixture = await ServiceFixture.StartAsync();
        await fixture.NamedPodAsync("a", "127.50.1.1");
        await fixture.NamedPodAsync("b", "127.50.1.2");
        var port = await fixture.ServiceAsync("service");
        Assert.Equal(["a", "b"], new[] { await ServiceFixture.AskAsync(port), await ServiceFixture.AskAsync(port) }.Order());

        await fixture.Cluster.DeleteAsync<V1Pod>("a", "default", null, CancellationToken.None);

        await NodeFixture.WaitAsync(async () => $"{await ServiceFixture.AskAsync(port)}{await ServiceFixture.AskAsync(port)}", answers => answers == "bb");
        Assert.NotNull((await fixture.Cluster.GetAsync<V1Pod>("a", "default", CancellationToken.None))!.Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task A_connection_waits_for_a_pod_to_become_ready()
    {
        await using var fixture = await ServiceFixture.StartAsync();
        await fixture.NamedPodAsync("a", "127.50.2.1", ready: false);
        var port = await fixture.ServiceAsync("service");

        var answer = ServiceFixture.AskAsync(port);
        await fixture.SetAsync("a", "127.50.2.1", ready: true);

        Assert.Equal("a", await answer);
    }

    [Fact]
    public async Task Without_a_ready_pod_a_connection_is_closed_after_a_while()
    {
        await using var fixture = await ServiceFixture.StartAsync(holdSeconds: 0.1);
        var port = await fixture.ServiceAsync("service");

        Assert.Equal("", await ServiceFixture.AskAsync(port));
    }

    [Fact]
    public async Task Where_a_pod_refuses_another_is_asked()
    {
        await using var fixture = await ServiceFixture.StartAsync();
        await fixture.PodAsync("refuses", "127.50.3.1");
        await fixture.NamedPodAsync("serves", "127.50.3.2");
        var port = await fixture.ServiceAsync("service");

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("serves", await ServiceFixture.AskAsync(port));
        }
    }

    [Fact]
    public async Task One_direction_may_end_before_the_other()
    {
        await using var fixture = await ServiceFixture.StartAsync();
        fixture.Listen("127.50.4.1", async socket =>
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            using var reader = new StreamReader(stream);
            var all = await reader.ReadToEndAsync();
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"{all.Length} received"));
        });
        await fixture.PodAsync("a", "127.50.4.1");
        var port = await fixture.ServiceAsync("service");
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);

        await using var stream = client.GetStream();

        await stream.WriteAsync(new byte[1_000_000], TestContext.Current.CancellationToken);
        client.Client.Shutdown(SocketShutdown.Send);

        using var reader = new StreamReader(stream);
        Assert.Equal("1000000 received", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_connection_that_a_pod_breaks_is_broken_and_not_just_ended()
    {
        await using var fixture = await ServiceFixture.StartAsync();
        fixture.Listen("127.50.5.1", async socket =>
        {
            await socket.SendAsync("half of"u8.ToArray());
            await socket.ReceiveAsync(new byte[1]);
            socket.Close(0);
        });
        await fixture.PodAsync("a", "127.50.5.1");
        var port = await fixture.ServiceAsync("service");
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        var buffer = new byte[100];
        Assert.Equal(7, await client.Client.ReceiveAsync(buffer, TestContext.Current.CancellationToken));

        await client.Client.SendAsync(new byte[1], TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<SocketException>(async () => await client.Client.ReceiveAsync(buffer, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_Service_has_the_port_that_it_had_before_if_it_is_free()
    {
        await using var cluster = new InMemoryCluster();
        int first;
        int second;
        await using (var before = await ServiceFixture.StartAsync(cluster))
        {
            first = await before.ServiceAsync("first");
            second = await before.ServiceAsync("second");
            Assert.True(second > first);
            await cluster.DeleteAsync<V1Service>("first", "default", null, CancellationToken.None);
        }

        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var takenPort = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var after = await ServiceFixture.StartAsync(cluster);

        var third = await after.ServiceAsync("third", $"http://127.0.0.1:{takenPort}");
        Assert.Equal(second, await after.PortAsync("second", _ => true));
        Assert.True(third >= ServiceFixture.FirstPort && third != second && third != takenPort);
        await after.NamedPodAsync("a", "127.50.6.1");
        Assert.Equal("a", await ServiceFixture.AskAsync(second));
        Assert.Equal("a", await ServiceFixture.AskAsync(third));
    }

    [Fact]
    public async Task A_Service_that_somebody_else_makes_reachable_is_left_to_them_and_a_removed_one_closes_its_port()
    {
        await using var fixture = await ServiceFixture.StartAsync();
        await fixture.NamedPodAsync("a", "127.50.7.1");
        var port = await fixture.ServiceAsync("service");
        var removed = await fixture.ServiceAsync("removed");

        JsonObject annotations = new() { [ApiGroup.UrlAnnotation] = "https://models.example/a" };
        await fixture.Cluster.PatchAsync<V1Service>("service", "default", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }, CancellationToken.None);
        await fixture.Cluster.DeleteAsync<V1Service>("removed", "default", null, CancellationToken.None);

        foreach (var closed in (int[])[port, removed])
        {
            await NodeFixture.WaitAsync(async () => (object?)await IsOpenAsync(closed), open => open is false);
        }

        Assert.Equal("https://models.example/a", (await fixture.Cluster.GetAsync<V1Service>("service", "default", CancellationToken.None))!.Metadata.Annotations![ApiGroup.UrlAnnotation]);
    }

    [Fact]
    public async Task The_URL_outlives_that_the_operator_applies_the_Service_again()
    {
        await using var fixture = await ServiceFixture.StartAsync();
        await ApplyAsync(ServiceFixture.Service("service"));
        var port = await fixture.PortAsync("service", _ => true);
        await fixture.NamedPodAsync("a", "127.50.8.1");

        var changed = ServiceFixture.Service("service") with { Spec = ServiceFixture.Service("service").Spec with { Selector = new Dictionary<string, string> { ["app"] = "model", ["tier"] = "none" } } };
        await ApplyAsync(changed);
        await ApplyAsync(ServiceFixture.Service("service"));

        Assert.Equal(port, await fixture.PortAsync("service", _ => true));
        Assert.Equal("a", await ServiceFixture.AskAsync(port));

        Task ApplyAsync(V1Service service) => fixture.Cluster.PatchAsync<V1Service>(
            "service", "default", new KubernetesPatch.Apply(JsonSerializer.SerializeToNode(service, Json.Objects)!.AsObject(), "textops-operator", Force: true), CancellationToken.None);
    }

    [Fact]
    public async Task Services_without_the_wanted_label_get_no_port()
    {
        await using var fixture = await ServiceFixture.StartAsync(labels: ApiGroup.KindLabel);
        await fixture.Cluster.CreateAsync(ServiceFixture.Service("foreign"), CancellationToken.None);
        var ours = ServiceFixture.Service("ours");
        await fixture.Cluster.CreateAsync(ours with { Metadata = ours.Metadata with { Labels = new Dictionary<string, string> { [ApiGroup.KindLabel] = "modeldeployment" } } }, CancellationToken.None);

        await fixture.PortAsync("ours", _ => true);

        Assert.Null((await fixture.Cluster.GetAsync<V1Service>("foreign", "default", CancellationToken.None))!.Metadata.Annotations);
    }

    private static async Task<bool> IsOpenAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
