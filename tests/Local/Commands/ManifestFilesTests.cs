using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.TrainingRuns;
using TextOps.Crds.Yaml;
using TextOps.Local.Commands;
using TextOps.Tests;

namespace TextOps.Local.Tests.Commands;

public sealed class ManifestFilesTests : IDisposable
{
    private const string Valid = """
        apiVersion: textops.dev/v1alpha1
        kind: EmbeddingJob
        metadata:
          name: tickets
        spec:
          source:
            uri: file:///data/tickets.jsonl
          model:
            uri: file:///models/m
        """;

    private const string Training = """
        apiVersion: textops.dev/v1alpha1
        kind: TrainingRun
        metadata:
          name: tickets
        spec:
          dataset:
            source: {uri: "file:///data/tickets.jsonl"}
          features:
          - {name: words, tfidf: {}}
          candidates:
          - {name: linear, logisticRegression: {}}
          search:
            objective: {metric: accuracy}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_valid_manifest_is_completed_with_the_namespace_of_the_command_line()
    {
        var job = Assert.IsType<EmbeddingJob>(Assert.Single(ManifestFiles.Read([Write("a.yaml", Valid)], "team")).Entity);

        Assert.Equal(("tickets", "team"), (job.Metadata.Name, job.Metadata.Namespace));
        Assert.Equal((2048, 200, 1), (job.Spec.Chunking.Size, job.Spec.Chunking.Overlap, job.Spec.Shards));
        Assert.Equal(EmbeddingFormat.Jsonl, job.Spec.Output.Format);
    }

    [Fact]
    public void Its_own_namespace_wins_and_its_status_is_left_out()
    {
        var job = Assert.IsType<EmbeddingJob>(Assert.Single(ManifestFiles.Read([Write("a.yaml", $"{Valid.Replace("name: tickets", "name: tickets\n  namespace: own", StringComparison.Ordinal)}\nstatus:\n  version: v000009")], "team")).Entity);

        Assert.Equal("own", job.Metadata.Namespace);
        Assert.Null(job.Status);
    }

    [Theory]
    [InlineData("kind: EmbeddingJob", "kind: EmbedingJob", "2:1", "kind EmbedingJob is not supported; did you mean EmbeddingJob?")]
    [InlineData("textops.dev/v1alpha1", "textops.dev/v1", "1:1", "apiVersion textops.dev/v1 has no kind EmbeddingJob; write textops.dev/v1alpha1")]
    [InlineData("  source:", "  sauce:", "6:3", "spec.sauce is not a field of EmbeddingJob; did you mean source?")]
    [InlineData("name: tickets", "name: my.tickets", "4:3", "metadata.name (my.tickets) must be a DNS label")]
    [InlineData("name: tickets", "name: an-object-whose-name-has-one-too-many-chars", "4:3", "has 43 characters, at most 40 fit")]
    [InlineData("name: tickets", "labels: {a: b}", "3:1", "metadata.name is missing; it is required")]
    [InlineData("name: tickets", "name: tickets\n  namespace: Team.A", "5:3", "metadata.namespace: Invalid value: \"Team.A\"")]
    [InlineData("name: tickets", "name: tickets\n  labels: {team: a b}", "5:3", "metadata.labels: Invalid value: \"a b\"")]
    [InlineData("  model:", "  shards: many\n  model:", "8:3", "spec.shards is the string \"many\", expected a whole number")]
    [InlineData("  model:", "  shards: 0\n  model:", "8:3", "spec.shards")]
    [InlineData("  model:", "  chunking: {size: 200, overlap: 300}\n  model:", "8:25", "spec.chunking.overlap (300) must be smaller than spec.chunking.size (200); lower the overlap")]
    [InlineData("  model:", "  chunking: {unit: token}\n  model:", "8:14", "spec.chunking.unit is \"token\", expected one of characters, tokens; did you mean tokens?")]
    [InlineData("file:///data/tickets.jsonl", "/data/tickets.jsonl", "7:5", "spec.source.uri")]
    public void What_is_wrong_is_said_with_file_line_and_column(string good, string bad, string place, string message)
    {
        var file = Write("a.yaml", Valid.Replace(good, bad, StringComparison.Ordinal));

        var (objects, errors) = ManifestFiles.Check([file], "default");

        Assert.Empty(objects);
        var error = Assert.Single(errors, error => error.Message.Contains(message, StringComparison.Ordinal));
        Assert.StartsWith($"{file}:{place}: ", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_namespace_of_the_command_line_is_judged_too() =>
        Assert.Contains("metadata.namespace: Invalid value: \"Team.A\"", Assert.Throws<UsageException>(() => ManifestFiles.Read([Write("a.yaml", Valid)], "Team.A")).Message, StringComparison.Ordinal);

    [Fact]
    public void All_errors_of_all_files_are_found_in_one_go()
    {
        var first = Write("a.yaml", Valid.Replace("  source:", "  sauce:", StringComparison.Ordinal));
        var second = Write("b.yaml", Valid.Replace("  model:", "  shards: 0\n  parallelism: 0\n  model:", StringComparison.Ordinal));

        var message = Assert.Throws<UsageException>(() => ManifestFiles.Read([first, second], "default")).Message;

        Assert.Equal(4, message.Split(Environment.NewLine).Length);
        Assert.Contains($"{first}:5:1: spec.source is missing", message, StringComparison.Ordinal);
        Assert.Contains($"{second}:9:3: spec.parallelism", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_object_twice_is_an_error_but_not_in_two_namespaces()
    {
        Write("a.yaml", Valid);
        var again = Write("b.yaml", $"# the same\n{Valid}");
        Write("c.yaml", Valid.Replace("name: tickets", "name: tickets\n  namespace: other", StringComparison.Ordinal));

        var (objects, errors) = ManifestFiles.Check([folder.Path], "default");

        Assert.Equal(["default", "other"], objects.Select(one => one.Namespace));
        Assert.Equal($"{again}:5:3: EmbeddingJob default/tickets is there twice; rename one of them", Assert.Single(errors).ToString());
    }

    [Fact]
    public void A_folder_gives_the_objects_of_its_YAML_and_JSON_files_in_order()
    {
        Write("b.yml", $"{Valid}\n---\n{Valid.Replace("tickets\n", "other\n", StringComparison.Ordinal)}");
        Write("a.json", """{"apiVersion":"textops.dev/v1alpha1","kind":"EmbeddingJob","metadata":{"name":"first"},"spec":{"source":{"uri":"file:///a"},"model":{"uri":"file:///m"}}}""");
        Write("notes.txt", "not a manifest");

        Assert.Equal(["first", "tickets", "other"], ManifestFiles.Read([folder.Path], "default").Select(one => one.Name));
    }

    [Fact]
    public void Objects_of_all_kinds_are_read_and_may_share_a_name()
    {
        Write("a.yaml", Valid);
        Write("b.yaml", Training);
        var objects = ManifestFiles.Read([folder.Path], "team");
        Assert.Equal(["EmbeddingJob team/tickets", "TrainingRun team/tickets"], objects.Select(one => one.Title));
        Assert.Equal("label", Assert.IsType<TrainingRun>(objects[1].Entity).Spec.Dataset.LabelField);

        Write("b.yaml", Training.Replace("metric: accuracy", "metric: acuracy", StringComparison.Ordinal));
        Assert.Contains("spec.search.objective.metric (acuracy) is not a metric of predictions", Assert.Single(ManifestFiles.Check([folder.Path], "team").Errors).ToString(), StringComparison.Ordinal);
        Write("b.yaml", Training.Replace("candidates:", "candidate:", StringComparison.Ordinal));
        Assert.Contains(ManifestFiles.Check([folder.Path], "team").Errors, error => error.Message.Contains("spec.candidate is not a field of TrainingRun; did you mean candidates?", StringComparison.Ordinal));
    }

    [Fact]
    public void The_samples_of_the_repository_are_valid()
    {
        var (objects, errors) = ManifestFiles.Check([Repository.File("config", "samples")], "default");
        Assert.Empty(errors);
        Assert.Equal(["EmbeddingJob", "ModelDeployment", "ModelDeployment", "TrainingRun", "TrainingRun", "TrainingRun"], objects.Select(one => one.Entity.Kind).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_missing_file_and_an_empty_folder_are_errors()
    {
        Assert.Contains("cannot be read", Error(folder.File("absent.yaml")).Message, StringComparison.Ordinal);
        Assert.Contains("holds no .yaml, .yml or .json file", Error(folder.Path).Message, StringComparison.Ordinal);

        static ManifestError Error(string path) => Assert.Single(ManifestFiles.Check([path], "default").Errors);
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(folder.File(name), text);
        return folder.File(name);
    }
}
