using TextOps.Local.Tests.Commands.Models;
using TextOps.Local.Tests.EndToEnd;

namespace TextOps.Local.Tests.Commands;

public sealed class PromoteCommandTests : IDisposable
{
    private const string Digest = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

    private const string Overlay = """
        apiVersion: textops.dev/v1alpha1
        kind: ModelDeployment
        metadata:
          name: reviews
        spec:
          model:
            name: default.book-reviews # as the TrainingRun calls it
          stages:
          - name: staging
            follow: staging
          - name: production
            approval: {} # by merge
            replicas: 2

        """;

    private readonly Registry registry = new();

    public PromoteCommandTests() => registry.Place.Write("overlays/production.yaml", Overlay);

    public void Dispose() => registry.Dispose();

    [Fact]
    public async Task The_digest_is_looked_up_and_the_change_shown_with_what_to_do_next()
    {
        var version = await registry.RegisterAsync("one");
        var promoted = Promote("reviews", "--version", "1").Exits(0);
        Assert.Equal(
            $"""
            --- a/overlays/production.yaml
            +++ b/overlays/production.yaml
            @@ -9,5 +9,7 @@
               - name: staging
                 follow: staging
               - name: production
            -    approval: {"{}"} # by merge
            +    approval: # by merge
            +      version: 1
            +      digest: {version.Digest}
                 replicas: 2

            overlays/production.yaml approves v000001 for production. To propose it:
              git commit -m 'Promote reviews v000001 to production' -- overlays/production.yaml

            """,
            promoted.Output);
        Assert.Equal(
            Overlay.Replace(" {} # by merge", $" # by merge\n      version: 1\n      digest: {version.Digest}", StringComparison.Ordinal), await File.ReadAllTextAsync(registry.Place.File("overlays/production.yaml"), TestContext.Current.CancellationToken));
        Assert.Equal($"nothing to do: overlays/production.yaml approves v000001 ({version.Digest}) for production already\n", Promote("reviews", "--version", "v1").Exits(0).Output);
    }

    [Fact]
    public async Task An_alias_names_the_version_too()
    {
        await registry.RegisterAsync("one");
        await registry.SetAliasAsync(await registry.RegisterAsync("two"), "staging");
        Assert.Contains("+      version: 2\n", Promote("default.book-reviews", "--version", "staging").Exits(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_digest_no_registry_is_needed_and_a_dry_run_writes_nothing()
    {
        var shown = registry.Place.TextOps("promote", "reviews", "--version", "2", "--digest", Digest, "--file", "overlays/production.yaml", "--dry-run").Exits(0);
        Assert.Contains($"+      digest: {Digest}\n", shown.Output, StringComparison.Ordinal);
        Assert.EndsWith("\noverlays/production.yaml is as it was (--dry-run)\n", shown.Output, StringComparison.Ordinal);
        Assert.Equal(Overlay, File.ReadAllText(registry.Place.File("overlays/production.yaml")));
    }

    [Fact]
    public async Task What_will_not_do_is_refused_with_its_place()
    {
        await registry.RegisterAsync("one");
        Assert.Equal("textops: overlays/production.yaml:10: spec.stages[0].follow (\"staging\") says already what the stage serves, so it takes no approval; "
            + "move the alias with textops models alias, or write approval: {} instead\n", Promote("reviews", "--version", "1", "--stage", "staging").Exits(2).Error);
        Assert.Contains("/v000009 is not a committed version; choose one of these: ", Promote("reviews", "--version", "9").Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains($"--digest {Digest} is not the digest of default.book-reviews v000001, which 'v1x' names now", (await AliasedAsync("v1x")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("--digest 12ab is not a digest; give sha256: and 64 lower-case hex digits", Promote("reviews", "--version", "1", "--digest", "12ab").Exits(2).Error, StringComparison.Ordinal);
        Assert.StartsWith("textops: nowhere.yaml: cannot be read: ", registry.TextOps("promote", "reviews", "--version", "1", "-f", "nowhere.yaml").Exits(2).Error, StringComparison.Ordinal);
        Assert.Equal(Overlay, await File.ReadAllTextAsync(registry.Place.File("overlays/production.yaml"), TestContext.Current.CancellationToken));
    }

    private async Task<TextOpsResult> AliasedAsync(string alias)
    {
        await registry.SetAliasAsync((await registry.Models.ReadAsync(Registry.Name, 1, TestContext.Current.CancellationToken))!, alias);
        return Promote("reviews", "--version", alias, "--digest", Digest);
    }

    private TextOpsResult Promote(params string[] arguments) => registry.TextOps(["promote", .. arguments, "--file", "overlays/production.yaml"]);
}
