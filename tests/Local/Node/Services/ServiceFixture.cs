using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Local.Node.Services;
using TextOps.Local.Tests.Node.Support;

namespace TextOps.Local.Tests.Node.Services;

/// <summary>A cluster with a Service proxy; its pods are objects, and listeners of the test's.</summary>
internal sealed class ServiceFixture : IAsyncDisposable
{
    public const int FirstPort = 23080;
    private const int PodPort = 8080;

    private readonly ControllerHost host;
    private readonly ServiceProxy proxy;
    private readonly List<TcpListener> listeners = [];
    private readonly bool ownsCluster;

    private ServiceFixture(InMemoryCluster cluster, bool ownsCluster, TimeSpan hold, string? labels)
    {
        Cluster = cluster;
        this.ownsCluster = ownsCluster;
        host = new ControllerHost(cluster, [], TimeProvider.System, NullLoggerFactory.Instance);
        proxy = ServiceProxy.AddTo(host, cluster, new ServiceProxyOptions { FirstPort = FirstPort, Hold = hold, LabelSelector = labels }, NullLogger<ServiceProxy>.Instance);
    }

    public InMemoryCluster Cluster { get; }

    public static async Task<ServiceFixture> StartAsync(InMemoryCluster? cluster = null, double holdSeconds = 30, string? labels = null)
    {
        var fixture = new ServiceFixture(cluster ?? new InMemoryCluster(), cluster is null, TimeSpan.FromSeconds(holdSeconds), labels);
        await fixture.host.StartAsync(TestContext.Current.CancellationToken);
        return fixture;
    }

    /// <summary>A Service over pods of the test's.</summary>
    public static V1Service Service(string name, string? url = null, string app = "model") => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = "default", Annotations = url is null ? null : new Dictionary<string, string> { [ApiGroup.UrlAnnotation] = url } },
        Spec = new V1ServiceSpec { Selector = new Dictionary<string, string> { ["app"] = app }, Ports = [new V1ServicePort { Name = "http", Port = 80, TargetPort = PodPort, Protocol = "TCP" }] },
    };

    /// <summary>Creates a Service and waits for its URL; gives the port.</summary>
    public async Task<int> ServiceAsync(string name, string? url = null, string app = "model")
    {
        await Cluster.CreateAsync(Service(name, url, app), CancellationToken.None);
        return await PortAsync(name, actual => actual != url);
    }

    /// <summary>Waits for the port in a Service's URL.</summary>
    public async Task<int> PortAsync(string name, Func<string, bool> wanted)
    {
        var service = await NodeFixture.WaitAsync(
            () => Cluster.GetAsync<V1Service>(name, "default", CancellationToken.None),
            service => service.Metadata.Annotations?.GetValueOrDefault(ApiGroup.UrlAnnotation) is { } url && wanted(url));
        return new Uri(service.Metadata.Annotations![ApiGroup.UrlAnnotation]).Port;
    }

    /// <summary>A pod that is ready, or not, at an address, where nobody listens so far.</summary>
    public async Task PodAsync(string name, string address, bool ready = true)
    {
        await Cluster.CreateAsync(Pods.Staying(name), CancellationToken.None);
        await SetAsync(name, address, ready);
    }

    /// <summary>A pod's address and readiness.</summary>
    public async Task SetAsync(string name, string address, bool ready)
    {
        var condition = new JsonObject { ["type"] = "Ready", ["status"] = ready ? "True" : "False" };
        var status = new JsonObject { ["podIP"] = address, ["conditions"] = new JsonArray(condition) };
        await Cluster.PatchStatusAsync<V1Pod>(name, "default", new JsonObject { ["status"] = status }, CancellationToken.None);
    }

    /// <summary>Listens where a pod does and does with each connection what the test wants.</summary>
    public void Listen(string address, Func<Socket, Task> serve)
    {
        var listener = new TcpListener(IPAddress.Parse(address), PodPort);
        listener.Start();
        listeners.Add(listener);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                _ = serve(await listener.AcceptSocketAsync());
            }
        });
    }

    /// <summary>A pod that says its name to each connection, and closes it.</summary>
    public async Task NamedPodAsync(string name, string address, bool ready = true)
    {
        Listen(address, async socket =>
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(name));
            socket.Close();
        });
        await PodAsync(name, address, ready);
    }

    /// <summary>Connects, and reads all that is sent; empty where the connection is closed.</summary>
    public static async Task<string> AskAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(TimeSpan.FromSeconds(1));
        await host.DisposeAsync();
        await proxy.DisposeAsync();
        listeners.ForEach(listener => listener.Dispose());
        if (ownsCluster)
        {
            await Cluster.DisposeAsync();
        }
    }
}
