using TextOps.Local.Commands;
using TextOps.Local.Commands.Running;
using TextOps.Tests;

namespace TextOps.Local.Tests.Commands.Running;

public sealed class ManifestWatchTests : IDisposable
{
    private const string Deployment = """
        apiVersion: textops.dev/v1alpha1
        kind: ModelDeployment
        metadata: {name: m}
        spec:
          model: {name: m}
          stages:
          - {name: production, approval: {}}

        """;

    private readonly TemporaryFolder folder = new();

    public ManifestWatchTests() => Write("m.yaml", Deployment);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Only_objects_that_have_changed_are_applied()
    {
        Write("n.yaml", Deployment.Replace("name: m}\nspec", "name: other}\nspec", StringComparison.Ordinal));
        var watch = Watch(folder.Path);
        Assert.Empty(watch.Look().Changed);
        Write("m.yaml", "# a comment is no change\n" + Deployment);
        Assert.Empty(watch.Look().Changed);
        Write("m.yaml", Approved(1));
        Assert.Equal(["ModelDeployment default/m"], watch.Look().Changed.Select(one => one.Title));
        Assert.Empty(watch.Look().Changed);
        Write("o.yaml", Deployment.Replace("name: m}\nspec", "name: o}\nspec", StringComparison.Ordinal));
        Assert.Equal(["ModelDeployment default/o"], watch.Look().Changed.Select(one => one.Title));
    }

    [Fact]
    public void What_is_wrong_is_said_once_at_the_second_look_and_what_mends_it_is_applied()
    {
        var watch = Watch(folder.File("m.yaml"));
        Write("m.yaml", Deployment.Replace("approval", "aproval", StringComparison.Ordinal));
        Assert.Equal(ManifestChanges.None, watch.Look());
        Assert.Contains("spec.stages[0].aproval is not a field of ModelDeployment; did you mean approval?", Assert.Single(watch.Look().Errors).Message, StringComparison.Ordinal);
        Assert.Equal(ManifestChanges.None, watch.Look());
        Write("m.yaml", Approved(2));
        Assert.Single(watch.Look().Changed);
    }

    [Fact]
    public void A_file_that_is_being_written_is_no_error()
    {
        var watch = Watch(folder.File("m.yaml"));
        Write("m.yaml", Deployment[..50]);
        Assert.Equal(ManifestChanges.None, watch.Look());
        Write("m.yaml", Approved(1));
        Assert.Single(watch.Look().Changed);
        File.Delete(folder.File("m.yaml"));
        Assert.Empty(watch.Look().Errors);
        Assert.Single(watch.Look().Errors);
        Write("m.yaml", Approved(1));
        Assert.Empty(watch.Look().Changed);
    }

    [Fact]
    public void An_object_that_is_gone_is_named_and_applied_again_when_it_comes_back()
    {
        Write("n.yaml", Deployment.Replace("name: m}\nspec", "name: other}\nspec", StringComparison.Ordinal));
        var watch = Watch(folder.Path);
        File.Move(folder.File("n.yaml"), folder.File("n.off"));
        Assert.Equal(["ModelDeployment default/other"], watch.Look().Gone);
        File.Move(folder.File("n.off"), folder.File("n.yaml"));
        Assert.Single(watch.Look().Changed);
    }

    private static string Approved(int version) =>
        Deployment.Replace("approval: {}", $"approval: {{version: {version}, digest: \"sha256:{new string('a', 64)}\"}}", StringComparison.Ordinal);

    private static ManifestWatch Watch(string path) => new([path], "default", ManifestFiles.Read([path], "default"));

    private void Write(string name, string text) => File.WriteAllText(folder.File(name), text);
}
