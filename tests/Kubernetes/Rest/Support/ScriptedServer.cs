using Microsoft.Extensions.Logging;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Tests.Rest.Faults;
using TextOps.Kubernetes.Tests.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Rest.Support;

/// <summary>Tests of a client alone: what the server answers is in the test, and so is the time.</summary>
public abstract class ScriptedServer : IAsyncLifetime
{
    internal const string ConfigMap = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"n","resourceVersion":"7"}}""";

    private readonly List<RestKubernetesClient> clients = [];

    internal ManualTime Time { get; } = new();

    internal RecordingLoggers Logs { get; } = new();

    internal FaultProxy Server { get; private set; } = null!;

    private protected RestKubernetesClient Client { get; private set; } = null!;

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await FaultProxy.StartAsync();
        Client = NewClient();
    }

    public async ValueTask DisposeAsync()
    {
        clients.ForEach(client => client.Dispose());
        await Server.DisposeAsync();
    }

    private protected RestKubernetesClient NewClient(RestClientOptions? options = null, ClusterConfiguration? configuration = null)
    {
        var client = new RestKubernetesClient(configuration ?? Server.Configuration, options ?? new RestClientOptions(), Time, Logs.CreateLogger("client"));
        clients.Add(client);
        return client;
    }

    /// <summary>Waits until the client waits for its <paramref name="number"/>th try after the first, and lets the time pass.</summary>
    private protected async Task RetryAsync(int number, double afterSeconds)
    {
        await Eventually.HoldsAsync($"retry {number} waits", () => Logs.Count(LogLevel.Debug, "is tried again") == number && Time.Waiting == 1);
        Time.Advance(TimeSpan.FromSeconds(afterSeconds));
    }
}
