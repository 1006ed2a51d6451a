using TextOps.Tests;

namespace TextOps.Cluster.Tests.Support;

/// <summary>A namespace of a test's own, deleted with all that is in it when the test ends.</summary>
internal sealed class TestNamespace : IDisposable
{
    /// <summary>Creates it; skips the running test where there is no API server that has what is <paramref name="needed"/>.</summary>
    public TestNamespace(params string[] needed)
    {
        Cluster = TestCluster.Require(needed);
        Name = $"t-{Guid.NewGuid().ToString("N")[..10]}";
        Kubectl = new Kubectl(Cluster, Name);
        Kubectl.Run("create", "namespace", Name);
    }

    public TestCluster Cluster { get; }

    public string Name { get; }

    public Kubectl Kubectl { get; }

    public void Dispose() => Kubectl.Try(["delete", "namespace", Name, "--wait=false"]);
}
