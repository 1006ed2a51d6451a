using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Tests;

namespace TextOps.Kubernetes.Tests.Rest.Support;

/// <summary>A namespace of a test's own in the test cluster, and a client that may do everything in it.</summary>
internal sealed class RestCluster : IAsyncDisposable
{
    private RestCluster(ClusterConfiguration configuration, RestKubernetesClient client, string @namespace)
    {
        Configuration = configuration;
        Client = client;
        Namespace = @namespace;
    }

    public ClusterConfiguration Configuration { get; }

    public RestKubernetesClient Client { get; }

    public string Namespace { get; }

    /// <summary>Opens one; skips the running test where no API server runs.</summary>
    public static async Task<RestCluster> OpenAsync(params string[] needed)
    {
        var configuration = new ClusterConfigurationLoader(ClusterEnvironment.Current(), TimeProvider.System)
            .Load(new ClusterConfigurationOptions { KubeConfig = TestCluster.Require(needed).KubeConfig, Context = "admin" });

        // Tests make many calls in a row: their client does not wait for its turn.
        var client = new RestKubernetesClient(configuration, new RestClientOptions { CallsPerSecond = 1000, Burst = 1000 }, TimeProvider.System, NullLogger.Instance);
        var name = $"rest-{Guid.NewGuid().ToString("N")[..10]}";
        await client.CreateAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = name } }, TestContext.Current.CancellationToken);
        return new RestCluster(configuration, client, name);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DeleteAsync<V1Namespace>(Namespace, null, null, CancellationToken.None);
        Client.Dispose();
    }
}
