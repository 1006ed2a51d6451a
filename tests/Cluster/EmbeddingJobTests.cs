using TextOps.Cluster.Tests.Support;
using TextOps.Tests;

namespace TextOps.Cluster.Tests;

/// <summary>EmbeddingJobs on a real API server, as a user sees them.</summary>
public sealed class EmbeddingJobTests(SharedNode node)
{
    [Fact]
    public async Task The_sample_is_applied_and_commits_a_version()
    {
        await using var installation = await Installation.StartAsync(node);
        var kubectl = installation.Kubectl;
        var sample = await File.ReadAllTextAsync(Repository.File("config", "samples", "embeddingjob.yaml"), TestContext.Current.CancellationToken);

        kubectl.Run(["apply", "-f", "-"], sample.Replace("namespace: default", $"namespace: {installation.Space.Name}", StringComparison.Ordinal));
        kubectl.Run("wait", "embeddingjob/support-tickets", "--for=condition=Ready", "--timeout=60s");

        var table = kubectl.Run("get", "ej");
        Assert.Matches(@"^NAME +STATUS +PROGRESS +CHUNKS +VERSION +AGE\nsupport-tickets +Committed +100% +1569 +v000001 +\d+s\n$", table);
        Assert.True(File.Exists(Path.Combine(installation.Store, "embeddings", $"{installation.Space.Name}.support-tickets", "v000001", "manifest.json")));
    }
}
