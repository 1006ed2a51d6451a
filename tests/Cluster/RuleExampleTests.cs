using System.Text.Json.Nodes;
using TextOps.Cluster.Tests.Support;
using TextOps.Tests;

namespace TextOps.Cluster.Tests;

/// <summary>The samples, and the examples of rules that the validator judges in tests/Crds, judged by a real API server.</summary>
public sealed class RuleExampleTests
{
    private static readonly string Folder = Repository.File("tests", "Crds", "rules");

    public static TheoryData<string> Examples =>
        [.. Directory.GetFiles(Folder, "*.yaml", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder, file)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Samples => [.. Directory.GetFiles(Repository.File("config", "samples"), "*.yaml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task The_API_server_takes_a_sample_strictly(string file)
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources);
        var text = await File.ReadAllTextAsync(Repository.File("config", "samples", file), TestContext.Current.CancellationToken);
        var sample = space.Kubectl.Run(["create", "--validate=false", "--dry-run=client", "-o", "json", "-f", "-"], text.Replace("namespace: default", $"namespace: {space.Name}", StringComparison.Ordinal));
        var plural = $"{(string?)JsonNode.Parse(sample)!["kind"]}s".ToLowerInvariant();

        space.Kubectl.Run(["create", "--raw", $"/apis/textops.dev/v1alpha1/namespaces/{space.Name}/{plural}?dryRun=All&fieldValidation=Strict", "-f", "-"], sample);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void The_API_server_judges_an_example_as_its_name_says(string file)
    {
        using var space = new TestNamespace(TestCluster.ModernCustomResources);
        var result = space.Kubectl.Try(["create", "--validate=false", "--dry-run=server", "-f", Path.Combine(Folder, file)]);
        if (file.EndsWith("-good.yaml", StringComparison.Ordinal))
        {
            Assert.True(result.ExitCode == 0, result.Error);
        }
        else
        {
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains("is invalid", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("ValidationError", result.Error, StringComparison.Ordinal);
        }
    }
}
