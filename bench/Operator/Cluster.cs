using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Rest.Configuration;

namespace TextOps.Bench.Operator;

/// <summary>The cluster that <c>hack/cluster/cluster.sh up</c> started.</summary>
internal sealed class Cluster(string folder)
{
    public string KubeConfig { get; } = Path.Combine(folder, "kubeconfig");

    /// <summary>A client of a context, with its own limits.</summary>
    public RestKubernetesClient Client(string context, double callsPerSecond, int burst)
    {
        var loader = new ClusterConfigurationLoader(ClusterEnvironment.Current(), TimeProvider.System);
        var configuration = loader.Load(new ClusterConfigurationOptions { KubeConfig = KubeConfig, Context = context });
        return new RestKubernetesClient(configuration, new RestClientOptions { CallsPerSecond = callsPerSecond, Burst = burst }, TimeProvider.System, NullLogger.Instance);
    }

    /// <summary>Runs kubectl to its end, and answers what it printed.</summary>
    public async Task<string> KubectlAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(folder, "kubectl"), ["--kubeconfig", KubeConfig, "--context", "admin", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var kubectl = Process.Start(start)!;
        var output = await kubectl.StandardOutput.ReadToEndAsync();
        await kubectl.WaitForExitAsync();
        return kubectl.ExitCode == 0 ? output : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)} ended with exit code {kubectl.ExitCode}");
    }
}
