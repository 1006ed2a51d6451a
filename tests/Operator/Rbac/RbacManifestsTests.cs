using TextOps.Crds.Yaml;
using TextOps.Generate;
using TextOps.Kubernetes.Rbac;
using TextOps.Tests;

namespace TextOps.Operator.Tests.Rbac;

public sealed class RbacManifestsTests
{
    [Fact]
    public void Committed_files_are_what_the_classes_ask_for()
    {
        foreach (var file in RbacManifests.Files().Append(OperatorReference.File()))
        {
            Assert.Equal(File.ReadAllText(Repository.File(file.Path)), file.Text);
        }
    }

    [Theory]
    [InlineData("secrets")]
    [InlineData("pods/exec")]
    [InlineData("pods/attach")]
    [InlineData("pods/portforward")]
    [InlineData("pods/proxy")]
    [InlineData("services/proxy")]
    [InlineData("nodes/proxy")]
    [InlineData("serviceaccounts/token")]
    [InlineData("roles")]
    [InlineData("clusterroles")]
    [InlineData("rolebindings")]
    [InlineData("clusterrolebindings")]
    public void The_operator_has_no_verb_on_what_would_make_it_more_than_it_is(string resource)
    {
        Assert.DoesNotContain(Rules(), rule => rule.Resource == resource);
    }

    [Fact]
    public void No_rule_holds_a_star_or_a_verb_that_hands_on_rights()
    {
        Assert.All(Rules(), rule =>
        {
            Assert.DoesNotContain("*", rule.Group, StringComparison.Ordinal);
            Assert.DoesNotContain("*", rule.Resource, StringComparison.Ordinal);
            Assert.Subset(new HashSet<string> { "get", "list", "watch", "create", "update", "patch", "delete" }, rule.Verbs.ToHashSet());
        });
    }

    [Theory]
    [InlineData("embeddingjobs")]
    [InlineData("trainingruns")]
    [InlineData("modeldeployments")]
    public void The_operator_changes_no_spec(string resource)
    {
        var rule = Assert.Single(RbacManifests.ObjectRules, rule => rule.Resource == resource);

        Assert.Equal(["get", "list", "watch"], rule.Verbs);
    }

    [Fact]
    public void People_who_edit_objects_cannot_write_their_status()
    {
        var role = Assert.Single(ManifestReader.Read(Repository.File("config", "rbac", "edit_role.yaml")).Manifests).Content;

        Assert.Equal(["embeddingjobs", "trainingruns", "modeldeployments"], role["rules"]!.AsArray().SelectMany(rule => rule!["resources"]!.AsArray()).Select(resource => (string)resource!));
    }

    [Fact]
    public void Kustomizations_name_every_manifest_beside_them()
    {
        foreach (var kustomization in new[] { "config/rbac", "config/rbac/namespaced" })
        {
            var folder = Repository.File(kustomization.Split('/'));
            var listed = Assert.Single(ManifestReader.Read(Path.Combine(folder, "kustomization.yaml")).Manifests).Content["resources"]!.AsArray().Select(file => (string)file!);
            Assert.Equal(
                Directory.GetFiles(folder, "*.yaml").Select(Path.GetFileName).Where(file => file != "kustomization.yaml").Order(StringComparer.Ordinal),
                listed.Order(StringComparer.Ordinal));
        }
    }

    private static IEnumerable<RbacRule> Rules() => RbacManifests.ObjectRules.Concat(RbacManifests.LeaderElectionRules);
}
