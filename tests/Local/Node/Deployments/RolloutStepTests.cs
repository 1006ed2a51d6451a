using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;
using TextOps.Local.Node.Deployments;

namespace TextOps.Local.Tests.Node.Deployments;

public sealed class RolloutStepTests
{
    // Pods: n of the new template, o of an old one; upper case is ready; ! is being deleted, x has failed.
    [Theory]
    [InlineData("none yet", 3, "1", "0", "", 3, "")]
    [InlineData("all there", 2, "1", "0", "N1 N2", 0, "")]
    [InlineData("a new template: one more, and none goes", 2, "1", "0", "O1 O2", 1, "")]
    [InlineData("the new one is not ready yet", 2, "1", "0", "O1 O2 n1", 0, "")]
    [InlineData("the new one is ready: the youngest old one goes", 2, "1", "0", "O1 O2 N1", 0, "O2")]
    [InlineData("one that is ending does not count", 2, "1", "0", "O1 O2! N1", 1, "")]
    [InlineData("the last old one goes", 2, "1", "0", "O1 N1 N2", 0, "O1")]
    [InlineData("old ones that are not ready go first", 3, "1", "0", "O1 o2 O3 N1", 0, "o2")]
    [InlineData("an old one that is not ready goes before any new one is ready", 3, "1", "1", "O1 o2 O3 n1", 0, "o2")]
    [InlineData("but not one more than may be missing", 3, "1", "0", "O1 o2 O3 n1", 0, "")]
    [InlineData("without surge an old one has to go first", 1, "0", "1", "O1", 0, "O1")]
    [InlineData("and the new one follows while the old one ends", 1, "0", "1", "O1!", 1, "")]
    [InlineData("both bounds 0 by percentage", 1, "0%", "25%", "O1", 0, "O1")]
    [InlineData("percentages round in favour of surge", 2, "25%", "25%", "O1 O2", 1, "")]
    [InlineData("fewer are wanted: the youngest goes", 1, "1", "0", "N1 N2", 0, "N2")]
    [InlineData("fewer are wanted: one that is not ready goes first", 1, "1", "0", "n1 N2", 0, "n1")]
    [InlineData("none is wanted", 0, "1", "0", "N1 O1", 0, "N1 O1")]
    [InlineData("a failed one is replaced", 2, "1", "0", "Nx1 N2", 1, "Nx1")]
    [InlineData("back to the old template: what did not start goes when there are enough", 2, "1", "0", "N1 N2 o1", 0, "o1")]
    public void A_rolling_update_keeps_its_bounds(string situation, int wanted, string surge, string unavailable, string pods, int create, string delete)
    {
        var strategy = new V1DeploymentStrategy { Type = "RollingUpdate", RollingUpdate = new V1RollingUpdate { MaxSurge = Bound(surge), MaxUnavailable = Bound(unavailable) } };

        var step = Decide(strategy, wanted, pods);

        Assert.True((create, delete) == (step.Create, string.Join(' ', step.Delete.Select(pod => pod.Metadata.Name))), $"{situation}: {step.Create}, {string.Join(' ', step.Delete.Select(pod => pod.Metadata.Name))}");
    }

    [Theory]
    [InlineData("all old ones go at once", 2, "O1 O2", 0, "O1 O2")]
    [InlineData("nothing comes while one is ending", 2, "O1!", 0, "")]
    [InlineData("then all come", 2, "", 2, "")]
    [InlineData("what is there counts", 2, "N1", 1, "")]
    [InlineData("an old one that has failed holds up nothing", 1, "Ox1", 1, "Ox1")]
    public void Recreate_ends_all_before_it_begins(string situation, int wanted, string pods, int create, string delete)
    {
        var step = Decide(new V1DeploymentStrategy { Type = "Recreate" }, wanted, pods);

        Assert.True((create, delete) == (step.Create, string.Join(' ', step.Delete.Select(pod => pod.Metadata.Name))), situation);
    }

    [Fact]
    public void A_rolling_update_arrives_from_any_beginning()
    {
        var strategy = new V1DeploymentStrategy { Type = "RollingUpdate", RollingUpdate = new V1RollingUpdate { MaxSurge = 1, MaxUnavailable = 0 } };
        List<string> pods = ["O1", "o2", "O3", "Ox4"];
        var made = 0;
        for (var pass = 0; pass < 20; pass++)
        {
            Assert.True(pods.Count(pod => char.IsUpper(pod[0]) && !pod.Contains('x', StringComparison.Ordinal)) >= 2, string.Join(' ', pods));
            Assert.True(pods.Count(pod => !pod.Contains('x', StringComparison.Ordinal)) <= 4, string.Join(' ', pods));
            var step = Decide(strategy, 3, string.Join(' ', pods));
            pods.RemoveAll(pod => step.Delete.Any(deleted => deleted.Metadata.Name == pod));
            pods = [.. pods.Select(pod => pod.Replace('n', 'N')), .. Enumerable.Range(0, step.Create).Select(_ => $"n{++made}")];
        }

        Assert.Equal(["N1", "N2", "N3"], pods);
    }

    private static RolloutStep Decide(V1DeploymentStrategy strategy, int wanted, string pods)
    {
        var deployment = StageDeployments.Of(new V1Container { Name = "runner" }, wanted);
        return RolloutStep.Decide(deployment.Spec with { Strategy = strategy }, [.. pods.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Pod)], pod => pod.Metadata.Name![0] is 'n' or 'N');
    }

    private static V1Pod Pod(string text) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = text,
            CreationTimestamp = DateTimeOffset.UnixEpoch.AddSeconds(text.Trim('!')[^1]),
            DeletionTimestamp = text.EndsWith('!') ? DateTimeOffset.UnixEpoch : null,
        },
        Spec = new V1PodSpec { Containers = [] },
        Status = new V1PodStatus
        {
            Phase = text.Contains('x', StringComparison.Ordinal) ? "Failed" : "Running",
            PodIP = "127.0.0.1",
            Conditions = [new V1PodCondition { Type = "Ready", Status = char.IsUpper(text[0]) ? "True" : "False" }],
        },
    };

    private static IntOrString Bound(string text) => JsonNode.Parse(text.EndsWith('%') ? $"\"{text}\"" : text)! is JsonValue value && value.TryGetValue<int>(out var number) ? number : new IntOrString(null, text);
}
