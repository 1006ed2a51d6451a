namespace TextOps.Tests;

/// <summary>
/// The API server that <c>make cluster-up</c> started: its folder is <c>TEXTOPS_CLUSTER</c>, or <c>artifacts/cluster</c> of this checkout. Tests that need
/// it skip with the reason where there is none.
/// </summary>
internal sealed class TestCluster
{
    private readonly HashSet<string> features;

    private TestCluster(string folder)
    {
        KubeConfig = Path.Combine(folder, "kubeconfig");
        Kubectl = Path.Combine(folder, "kubectl");
        features = [.. File.ReadAllLines(Path.Combine(folder, "features"))];
    }

    /// <summary>Custom resources are served by a current server: CEL rules, strict field validation, watch-list.</summary>
    public const string ModernCustomResources = "modern-custom-resources";

    /// <summary>The controller manager runs: Jobs get pods, what is owned by a deleted object is collected.</summary>
    public const string Controllers = "controllers";

    /// <summary>The scheduler runs: pods are bound to nodes.</summary>
    public const string Scheduler = "scheduler";

    /// <summary>Path of the kubeconfig: context <c>admin</c>, the current one, and <c>operator</c>, which has the operator's role and no more.</summary>
    public string KubeConfig { get; }

    /// <summary>Path of a kubectl.</summary>
    public string Kubectl { get; }

    /// <summary>Whether the cluster can do something that not all can.</summary>
    public bool Has(string feature) => features.Contains(feature);

    /// <summary>The cluster; skips the running test where there is none, or where it lacks one of <paramref name="needed"/>.</summary>
    public static TestCluster Require(params string[] needed)
    {
        var folder = Environment.GetEnvironmentVariable("TEXTOPS_CLUSTER") ?? Repository.File("artifacts", "cluster");
        Assert.SkipUnless(File.Exists(Path.Combine(folder, "features")), "no API server: run 'make cluster-up' first ('make test' does)");
        var cluster = new TestCluster(folder);
        foreach (var feature in needed)
        {
            Assert.SkipUnless(cluster.Has(feature), $"this API server lacks {feature}");
        }

        return cluster;
    }
}
