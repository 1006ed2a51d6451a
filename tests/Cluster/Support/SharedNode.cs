using TextOps.Cluster.Tests.Support;
using TextOps.Tests;

[assembly: AssemblyFixture(typeof(SharedNode))]

namespace TextOps.Cluster.Tests.Support;

/// <summary>The one node that runs the pods of all tests, started with the first of them: the scheduler binds a pod to any node there is.</summary>
public sealed class SharedNode : IDisposable
{
    private readonly Lock gate = new();
    private readonly TemporaryFolder folder = new();
    private BuiltProgram? node;

    /// <summary>Starts it where it does not run yet.</summary>
    internal void Start(TestCluster cluster)
    {
        lock (gate)
        {
            node ??= BuiltProgram.StartNode("--kubeconfig", cluster.KubeConfig, "--context", "admin", "--name", $"node-{Environment.ProcessId}", "--pods", folder.Path);
        }
    }

    public void Dispose()
    {
        node?.Stop();
        node?.Dispose();
        folder.Dispose();
    }
}
