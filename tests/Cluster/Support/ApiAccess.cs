using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Tests;

namespace TextOps.Cluster.Tests.Support;

/// <summary>The test cluster's API for code of the tests.</summary>
internal static class ApiAccess
{
    /// <summary>How a context of the kubeconfig reaches it: <c>admin</c> or <c>operator</c>.</summary>
    public static ClusterConfiguration Configuration(TestCluster cluster, string context) =>
        new ClusterConfigurationLoader(ClusterEnvironment.Current(), TimeProvider.System)
            .Load(new ClusterConfigurationOptions { KubeConfig = cluster.KubeConfig, Context = context });

    /// <summary>A client that does not wait for its turn.</summary>
    public static RestKubernetesClient Client(ClusterConfiguration configuration) =>
        new(configuration, new RestClientOptions { CallsPerSecond = 1000, Burst = 1000 }, TimeProvider.System, NullLogger.Instance);

    /// <summary>Writes a kubeconfig for a server that asks for no credentials, such as a proxy that shows its own.</summary>
    public static void WriteKubeConfig(string path, Uri server) => File.WriteAllText(
        path,
        $"""
        apiVersion: v1
        kind: Config
        current-context: it
        clusters:
        - name: it
          cluster:
            server: {server}
        users:
        - name: it
        contexts:
        - name: it
          context:
            cluster: it
            user: it
        """);
}
