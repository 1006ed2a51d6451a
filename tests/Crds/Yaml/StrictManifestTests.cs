using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Generator;
using TextOps.Crds.Tests.Generator;
using TextOps.Crds.Validation;
using TextOps.Crds.Yaml;
using TextOps.Tests;

namespace TextOps.Crds.Tests.Yaml;

public sealed class StrictManifestTests
{
    // Eleven lines; what a test adds to the spec begins at line 10.
    private const string Valid =
        """
        apiVersion: textops.dev/v1alpha1
        kind: EmbeddingJob
        metadata:
          name: tickets
        spec:
          source:
            uri: file:///data/tickets.jsonl
          model:
            uri: file:///models/minilm

        """;

    public static TheoryData<string, string> Broken => new()
    {
        { "  shard: 2\n", "f.yaml:10:3: spec.shard is not a field of EmbeddingJob; did you mean shards?" },
        { "  chunking:\n    overlapp: 3\n", "f.yaml:11:5: spec.chunking.overlapp is not a field of EmbeddingJob; did you mean overlap?" },
        { "  chunking:\n    Size: 3\n", "f.yaml:11:5: spec.chunking.Size is not a field of EmbeddingJob; did you mean size?" },
        { "  chunking:\n    window: 3\n", "f.yaml:11:5: spec.chunking.window is not a field of EmbeddingJob; spec.chunking has unit, size, overlap, boundary" },
        {
            "  runner:\n    env:\n    - name: A\n      vale: b\n", "f.yaml:13:7: spec.runner.env[0].vale is not a field of EmbeddingJob; did you mean value?"
        },
        {
            "  runner:\n    resources:\n      limit: {cpu: 1}\n", "f.yaml:12:7: spec.runner.resources.limit is not a field of EmbeddingJob; did you mean limits?"
        },
        { "state:\n", "f.yaml:10:1: state is not a field of EmbeddingJob; did you mean status?" },
        { "extra: 1\n", "f.yaml:10:1: extra is not a field of EmbeddingJob; it has apiVersion, kind, metadata, spec, status" },
        { "  shards: \"2\"\n", "f.yaml:10:3: spec.shards is the string \"2\", expected a whole number" },
        { "  shards: 2.5\n", "f.yaml:10:3: spec.shards is the number 2.5, expected a whole number" },
        { "  shards: 3000000000\n", "f.yaml:10:3: spec.shards is the number 3000000000, expected a whole number" },
        { "  shards: [2]\n", "f.yaml:10:3: spec.shards is a list, expected a whole number" },
        { "  suspend: \"true\"\n", "f.yaml:10:3: spec.suspend is the string \"true\", expected true or false" },
        { "  queueName: 5\n", "f.yaml:10:3: spec.queueName is the number 5, expected a string; write \"5\" in quotes" },
        { "  queueName: true\n", "f.yaml:10:3: spec.queueName is true, expected a string; write \"true\" in quotes" },
        { "  queueName: {a: 1}\n", "f.yaml:10:3: spec.queueName is an object, expected a string" },
        {
            "  validation: {maxRejectedFraction: 0.2}\n",
            "f.yaml:10:16: spec.validation.maxRejectedFraction is the number 0.2, expected a string; write \"0.2\" in quotes"
        },
        { "  chunking: 2048\n", "f.yaml:10:3: spec.chunking is the number 2048, expected an object" },
        { "  chunking: {unit: token}\n", "f.yaml:10:14: spec.chunking.unit is \"token\", expected one of characters, tokens; did you mean tokens?" },
        { "  chunking: {unit: 1}\n", "f.yaml:10:14: spec.chunking.unit is the number 1, expected one of characters, tokens" },
        { "  runner: {env: {A: b}}\n", "f.yaml:10:12: spec.runner.env is an object, expected a list" },
        { "  runner: {env: [~]}\n", "f.yaml:10:18: spec.runner.env[0] is null, expected an object" },
        { "  runner: {nodeSelector: {disk: 1}}\n", "f.yaml:10:27: spec.runner.nodeSelector.disk is the number 1, expected a string; write \"1\" in quotes" },
        { "  runner: {nodeSelector: {a.b/disk: }}\n", "f.yaml:10:27: spec.runner.nodeSelector[a.b/disk] is null, expected a string" },
        {
            "  runner: {resources: {limits: {cpu: 0.5}}}\n",
            "f.yaml:10:33: spec.runner.resources.limits.cpu is the number 0.5, expected a string or a whole number; write \"0.5\" in quotes"
        },
        { "  runner: {cache: {}}\n", "f.yaml:10:12: spec.runner.cache.claimName is missing; it is required" },
        { "  runner: {affinity: [a]}\n", "f.yaml:10:12: spec.runner.affinity is a list, expected an object" },
        {
            "status: {conditions: [{type: Ready, status: \"True\", reason: A, message: b, lastTransitionTime: yesterday}]}\n",
            "f.yaml:10:76: status.conditions[0].lastTransitionTime is the string \"yesterday\", expected a time such as \"2026-01-31T12:00:00Z\""
        },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_slip_is_refused_with_path_place_and_what_was_meant(string more, string error)
    {
        var parsed = Parse(Valid + more);

        Assert.Equal([error], parsed.Errors.Select(found => found.ToString()));
        Assert.Null(parsed.Value);
    }

    [Theory]
    [InlineData("kind: EmbeddingJob", "kind: EmbedingJob", "f.yaml:2:1: kind EmbedingJob is not supported; did you mean EmbeddingJob? supported: EmbeddingJob (textops.dev/v1alpha1)")]
    [InlineData("kind: EmbeddingJob", "kind: Deployment", "f.yaml:2:1: kind Deployment is not supported; supported: EmbeddingJob (textops.dev/v1alpha1)")]
    [InlineData("v1alpha1", "v1", "f.yaml:1:1: apiVersion textops.dev/v1 has no kind EmbeddingJob; write textops.dev/v1alpha1")]
    [InlineData("  name: tickets\n", "  namespace: default\n", "f.yaml:3:1: metadata.name is missing; it is required")]
    [InlineData("metadata:\n  name: tickets\n", "", "f.yaml:1:1: metadata.name is missing; it is required")]
    [InlineData("  name: tickets\n", "  name: tickets\n  lables: {}\n", "f.yaml:5:3: metadata.lables is not a field of EmbeddingJob; did you mean labels?")]
    [InlineData("    uri: file:///models/minilm\n", "    revision: main\n", "f.yaml:8:3: spec.model.uri is missing; it is required")]
    public void A_wrong_frame_is_refused(string from, string to, string error) =>
        Assert.Equal([error], Parse(Valid.Replace(from, to, StringComparison.Ordinal)).Errors.Select(found => found.ToString()));

    [Fact]
    public void All_slips_of_a_manifest_are_found()
    {
        var parsed = Parse(Valid + "  shard: 2\n  suspend: 1\n  chunking: {sise: 1, unit: x}\n  runner: {env: [{valu: a}]}\n");

        Assert.Equal(
            ["spec.shard", "spec.suspend", "spec.chunking.sise", "spec.chunking.unit", "spec.runner.env[0].valu", "spec.runner.env[0]"],
            parsed.Errors.Select(error => error.Path));
    }

    [Fact]
    public void Null_is_absent_as_in_Kubernetes()
    {
        var parsed = Parse(Valid + "  chunking:\n  shards: ~\n  runner: {image: null}\n");

        Assert.Empty(parsed.Errors);
        Assert.Equal(new Chunking(), parsed.Value!.Spec.Chunking);
        Assert.Equal(1, parsed.Value.Spec.Shards);
    }

    [Fact]
    public void Values_keep_what_was_written()
    {
        var parsed = Parse(Valid + "  shards: 2.0\n  runner:\n    resources: {limits: {cpu: 2, memory: 4Gi}}\n    affinity: {any: [1]}\n    nodeSelector: {a.b/c: \"1\"}\n");

        Assert.Empty(parsed.Errors);
        var runner = parsed.Value!.Spec.Runner;
        Assert.Equal(2, parsed.Value.Spec.Shards);
        Assert.Equal(["2", "4Gi"], runner.Resources!.Limits!.Values.Select(quantity => quantity.Value));
        Assert.Equal("""{"any":[1]}""", runner.Affinity!.ToJsonString());
        Assert.Equal("1", runner.NodeSelector!["a.b/c"]);
    }

    [Fact]
    public void What_a_server_wrote_into_metadata_may_be_copied()
    {
        var parsed = Parse(Valid.Replace("  name: tickets\n", "  name: tickets\n  uid: abc\n  creationTimestamp: \"2026-01-31T12:00:00Z\"\n  managedFields: [{manager: kubectl}]\n", StringComparison.Ordinal));

        Assert.Empty(parsed.Errors);
        Assert.Equal("abc", parsed.Value!.Metadata.Uid);
    }

    [Fact]
    public void Any_kind_can_be_read_by_its_type()
    {
        var manifest = Assert.Single(ManifestReader.ReadText(
            "apiVersion: test.dev/v2\nkind: Widget\nmetadata: {name: w}\nspec:\n  title: t\n  mode: \"on\"\n  union: {flat: {a: {corners: 5}}}\n", "w.yaml").Manifests);

        var widget = Assert.IsType<Widget>(StrictManifest.Parse(manifest, [.. CustomResourceDefinitions.Kinds, typeof(Widget)]).Value);

        Assert.Equal(WidgetMode.On, widget.Spec.Mode);
        Assert.Equal(5, widget.Spec.Union!.Flat!["a"].Corners);
    }

    [Fact]
    public void Every_sample_is_read_and_breaks_no_rule()
    {
        var reading = ManifestReader.Read(Repository.File("config", "samples"));

        Assert.Empty(reading.Errors);
        Assert.NotEmpty(reading.Manifests);
        foreach (var manifest in reading.Manifests)
        {
            var parsed = StrictManifest.Parse(manifest, CustomResourceDefinitions.Kinds);
            Assert.Empty(parsed.Errors);
            Assert.Empty(ResourceValidator.Validate(parsed.Value!));
        }
    }

    private static StrictReading<EmbeddingJob> Parse(string yaml)
    {
        var reading = ManifestReader.ReadText(yaml, "f.yaml");
        Assert.Empty(reading.Errors);
        return StrictManifest.Parse<EmbeddingJob>(Assert.Single(reading.Manifests));
    }
}
