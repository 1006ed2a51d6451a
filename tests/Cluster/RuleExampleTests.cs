using TextOps.Cluster.Tests.Support;
using TextOps.Tests;

namespace TextOps.Cluster.Tests;

/// <summary>The examples of rules that the validator judges in tests/Crds, judged by a real API server.</summary>
public sealed class RuleExampleTests
{
    private static readonly string Folder = Repository.File("tests", "Crds", "rules");

    public static TheoryData<string> Examples =>
        [.. Directory.GetFiles(Folder, "*.yaml", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder, file)).Order(StringComparer.Ordinal)];

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
