using TextOps.Crds.Core;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Tests.Tasks;

public sealed class RunnerPolicyTests
{
    private static readonly OperatorOptions Options = new() { RunnerImage = "ghcr.io/textops/runner:0.1.0", AllowedImages = ["registry.example.com/team"] };

    [Theory]
    [InlineData("the prefix itself", "registry.example.com/team", "registry.example.com/team", true)]
    [InlineData("below it", "registry.example.com/team", "registry.example.com/team/runner:2", true)]
    [InlineData("a tag of it", "registry.example.com/team", "registry.example.com/team:2", true)]
    [InlineData("a digest of it", "registry.example.com/team", "registry.example.com/team@sha256:00ff", true)]
    [InlineData("a tag and a digest of it", "registry.example.com/team", "registry.example.com/team:2@sha256:00ff", true)]
    [InlineData("a name that goes on", "registry.example.com/team", "registry.example.com/team-evil/runner", false)]
    [InlineData("a name that goes on with a dot", "registry.example.com/team", "registry.example.com/team.evil/runner", false)]
    [InlineData("another host that starts alike", "registry.example.com", "registry.example.com.evil.org/runner", false)]
    [InlineData("another port of the host", "registry.example.com", "registry.example.com:5000/runner", false)]
    [InlineData("a host with user information", "registry.example.com", "registry.example.com@evil.org/runner", false)]
    [InlineData("the host as a path elsewhere", "registry.example.com/team", "evil.org/registry.example.com/team", false)]
    [InlineData("a pinned tag", "registry.example.com/team/runner:1", "registry.example.com/team/runner:1", true)]
    [InlineData("a pinned tag with a digest", "registry.example.com/team/runner:1", "registry.example.com/team/runner:1@sha256:00ff", true)]
    [InlineData("another tag that starts alike", "registry.example.com/team/runner:1", "registry.example.com/team/runner:10", false)]
    [InlineData("a prefix that ends with a slash", "registry.example.com/team/", "registry.example.com/team/runner", true)]
    [InlineData("a prefix that ends with a slash, no boundary", "registry.example.com/team/", "registry.example.com/teamster", false)]
    [InlineData("nothing", "registry.example.com/team", "", false)]
    public void A_prefix_ends_where_a_part_of_the_name_ends(string narrative, string prefix, string image, bool covered)
    {
        Assert.True(RunnerPolicy.Covers(prefix, image) == covered, narrative);
    }

    [Theory]
    [InlineData("ghcr.io/textops/runner:0.1.0", "ghcr.io/textops/runner")]
    [InlineData("ghcr.io/textops/runner@sha256:00ff", "ghcr.io/textops/runner")]
    [InlineData("ghcr.io/textops/runner:0.1.0@sha256:00ff", "ghcr.io/textops/runner")]
    [InlineData("localhost:5000/runner", "localhost:5000/runner")]
    [InlineData("runner", "runner")]
    public void The_repository_is_the_name_without_tag_and_digest(string image, string repository)
    {
        Assert.Equal(repository, RunnerPolicy.RepositoryOf(image));
    }

    [Fact]
    public void An_image_elsewhere_is_refused_with_field_value_and_prefixes()
    {
        var error = Assert.Single(new RunnerPolicy(Options).Check(new RunnerSpec { Image = "docker.io/miner" }));

        Assert.Equal(
            "spec.runner.image (docker.io/miner) is not below an allowed prefix (registry.example.com/team); name another image, "
            + "leave it out for ghcr.io/textops/runner:0.1.0, or have the prefix added to the operator's --allowed-images",
            error);
    }

    [Theory]
    [InlineData("no image", null)]
    [InlineData("the operator's own", "ghcr.io/textops/runner:0.1.0")]
    [InlineData("an allowed one", "registry.example.com/team/runner:3")]
    public void What_is_allowed_passes(string narrative, string? image)
    {
        Assert.True(!new RunnerPolicy(Options).Check(new RunnerSpec { Image = image }).Any(), narrative);
    }

    [Fact]
    public void Without_prefixes_any_image_passes()
    {
        Assert.Empty(new RunnerPolicy(new OperatorOptions()).Check(new RunnerSpec { Image = "docker.io/anything" }));
    }

    [Fact]
    public void Without_a_list_any_service_account_passes()
    {
        Assert.Empty(new RunnerPolicy(Options).Check(new RunnerSpec { ServiceAccountName = "anyone" }));
    }

    [Theory]
    [InlineData("not in the list", "admin", false)]
    [InlineData("in the list", "embedder", true)]
    [InlineData("the namespace's default, not in the list", null, false)]
    public void With_a_list_only_its_service_accounts_pass(string narrative, string? account, bool passes)
    {
        var errors = new RunnerPolicy(Options with { AllowedServiceAccounts = ["embedder", "trainer"] }).Check(new RunnerSpec { ServiceAccountName = account }).ToList();

        Assert.True(errors.Count == (passes ? 0 : 1), narrative);
        Assert.All(errors, error => Assert.Equal(
            $"spec.runner.serviceAccountName ({account ?? "default"}) is not an allowed service account (embedder, trainer); name one of these, "
            + "or have it added to the operator's --allowed-service-accounts",
            error));
    }
}
