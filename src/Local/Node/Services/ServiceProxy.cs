using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using TextOps.Crds;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Local.Node.Services;

/// <summary>
/// Plays kube-proxy for this machine: the first port of each Service gets a port of 127.0.0.1, which annotation <see cref="ApiGroup.UrlAnnotation"/> names.
/// A Service whose annotation names another place is somebody else's.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="pods">The pods that are ready.</param>
/// <param name="services">All Services that there are, for the ports that they had.</param>
/// <param name="options">Ports and times.</param>
/// <param name="logger">For what happens.</param>
internal sealed partial class ServiceProxy(IKubernetesClient client, ReadyPods pods, Store<V1Service> services, ServiceProxyOptions options, ILogger<ServiceProxy> logger)
    : IEntityController<V1Service>, IAsyncDisposable
{
    private const int LastPort = 65535;
    private const string Prefix = "http://127.0.0.1:";

    private readonly Lock gate = new();
    private readonly Dictionary<NamespacedName, ServiceListener> listeners = [];
    private readonly List<ServiceListener> closed = [];

    /// <summary>Adds a proxy to a host that has not started.</summary>
    public static ServiceProxy AddTo(ControllerHost host, IKubernetesClient client, ServiceProxyOptions options, ILogger<ServiceProxy> logger)
    {
        var proxy = new ServiceProxy(client, new ReadyPods(host.Informer<V1Pod>()), host.Informer<V1Service>(options.LabelSelector).Store, options, logger);
        host.Add(proxy, new ControllerOptions { LabelSelector = options.LabelSelector });
        return proxy;
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(V1Service service, CancellationToken cancellationToken)
    {
        var key = NamespacedName.Of(service);
        var url = service.Metadata.Annotations?.GetValueOrDefault(ApiGroup.UrlAnnotation);
        var isForeign = url is not null && PortOf(url) is null;
        if (service.Metadata.DeletionTimestamp is not null || isForeign || service.Spec is not { Selector: { Count: > 0 } selector, Ports: [var port, ..] })
        {
            Close(key);
            return ReconcileResult.Done;
        }

        var listener = Open(key, selector, port.TargetPort ?? port.Port, url is null ? null : PortOf(url));
        var actual = $"{Prefix}{listener.Port}";
        if (url != actual)
        {
            ServiceListens(key, actual);
            var annotations = new JsonObject { [ApiGroup.UrlAnnotation] = actual };
            await client.PatchAsync<V1Service>(key.Name, key.Namespace, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }, cancellationToken);
        }

        return ReconcileResult.Done;
    }

    /// <inheritdoc/>
    public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        Close(new NamespacedName(@namespace, name));
        return Task.CompletedTask;
    }

    /// <summary>Closes all ports and connections.</summary>
    public async ValueTask DisposeAsync()
    {
        ServiceListener[] all;
        lock (gate)
        {
            all = [.. listeners.Values, .. closed];
            listeners.Clear();
        }

        foreach (var listener in all)
        {
            await listener.DisposeAsync();
        }
    }

    private ServiceListener Open(NamespacedName key, IReadOnlyDictionary<string, string> selector, IntOrString targetPort, int? before)
    {
        lock (gate)
        {
            if (listeners.TryGetValue(key, out var known))
            {
                if (!known.Backend.Is(selector, targetPort))
                {
                    known.Backend = new ServiceBackend(pods, key.Namespace, selector, targetPort);
                }

                return known;
            }

            var backend = new ServiceBackend(pods, key.Namespace, selector, targetPort);
            return listeners[key] = (before is { } port ? ServiceListener.TryOpen(port, backend, options.Hold) : null) ?? OpenFree(key, backend);
        }
    }

    /// <summary>Opens the first port that is free; those that other Services had before are left to them.</summary>
    private ServiceListener OpenFree(NamespacedName key, ServiceBackend backend)
    {
        var taken = services.All().Where(other => NamespacedName.Of(other) != key)
            .Select(other => PortOf(other.Metadata.Annotations?.GetValueOrDefault(ApiGroup.UrlAnnotation))).ToHashSet();
        for (var port = options.FirstPort; port <= LastPort; port++)
        {
            if (!taken.Contains(port) && ServiceListener.TryOpen(port, backend, options.Hold) is { } listener)
            {
                return listener;
            }
        }

        throw new InvalidOperationException($"Service {key}: no port of 127.0.0.1 from {options.FirstPort} on is free; end what listens there");
    }

    private void Close(NamespacedName key)
    {
        lock (gate)
        {
            if (listeners.Remove(key, out var listener))
            {
                // What is being answered is answered to its end.
                listener.Close();
                closed.Add(listener);
            }
        }
    }

    private static int? PortOf(string? url) =>
        url is not null && url.StartsWith(Prefix, StringComparison.Ordinal) && ushort.TryParse(url.AsSpan(Prefix.Length).TrimEnd('/'), out var port) && port > 0 ? port : null;

    [LoggerMessage(EventName = "ServiceListens", Level = LogLevel.Information, Message = "Service {Service} is at {Url}")]
    private partial void ServiceListens(NamespacedName service, string url);
}

/// <summary>Ports and times of a <see cref="ServiceProxy"/>.</summary>
internal sealed record ServiceProxyOptions
{
    /// <summary>The first port that a Service may get.</summary>
    public int FirstPort { get; init; } = 8080;

    /// <summary>Labels of the Services that get a port; all where null.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>How long a connection waits for a pod that takes it.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(1);
}
