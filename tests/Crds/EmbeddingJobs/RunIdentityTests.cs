using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Crds.Schema;
using static TextOps.Crds.Tests.EmbeddingJobs.EmbeddingJobSamples;

namespace TextOps.Crds.Tests.EmbeddingJobs;

public sealed class RunIdentityTests
{
    private static readonly string[] RunDefining = ["source", "model", "chunking", "validation", "output", "shards"];

    public static TheoryData<string> RunDefiningFields => [.. Changes().Where(change => IsRunDefining(change.Path)).Select(change => change.Path)];

    public static TheoryData<string> SteeringFields => [.. Changes().Where(change => !IsRunDefining(change.Path)).Select(change => change.Path)];

    [Fact]
    public void The_hash_of_a_spec_never_changes_between_releases() =>
        // A change here makes every object in every cluster run again: a new run-defining field must be null by default, and a default stays as it is.
        Assert.Equal("e5810df58b93e0482f78209ee3a390281c1867fb30b808a1aba15d0fb0002511", EmbeddingJobRun.Hash(Spec()));

    [Fact]
    public void The_order_of_fields_does_not_change_the_hash()
    {
        var json = JsonSerializer.SerializeToNode(Spec(), Json.Objects)!.AsObject();
        for (var seed = 0; seed < 50; seed++)
        {
            var shuffled = Shuffle(json, new Random(seed));
            Assert.Equal(EmbeddingJobRun.Hash(Spec()), EmbeddingJobRun.Hash(shuffled.Deserialize<EmbeddingJobSpec>(Json.Objects)!));
        }
    }

    [Fact]
    public void Defaults_spelled_out_in_part_do_not_change_the_hash()
    {
        var minimal = JsonNode.Parse("""{"source":{"uri":"file:///data/tickets.jsonl"},"model":{"uri":"file:///models/minilm"}}""")!.AsObject();
        var full = JsonSerializer.SerializeToNode(Spec(), Json.Objects)!.AsObject();
        Assert.NotEqual(minimal.ToJsonString(), full.ToJsonString());
        for (var seed = 0; seed < 50; seed++)
        {
            var some = Mix(minimal, full, new Random(seed));
            Assert.Equal(EmbeddingJobRun.Hash(Spec()), EmbeddingJobRun.Hash(some.Deserialize<EmbeddingJobSpec>(Json.Objects)!));
        }
    }

    [Theory]
    [MemberData(nameof(RunDefiningFields))]
    public void A_run_defining_field_changes_the_hash(string path) => Assert.NotEqual(EmbeddingJobRun.Hash(Spec()), EmbeddingJobRun.Hash(Changed(path)));

    [Theory]
    [MemberData(nameof(SteeringFields))]
    public void A_steering_field_does_not_change_the_hash(string path)
    {
        Assert.NotEqual(JsonSerializer.Serialize(Spec(), Json.Objects), JsonSerializer.Serialize(Changed(path), Json.Objects));
        Assert.Equal(EmbeddingJobRun.Hash(Spec()), EmbeddingJobRun.Hash(Changed(path)));
    }

    [Fact]
    public void A_run_is_its_hash_and_its_trigger()
    {
        // echo -ne 'abc\nspec' | sha256sum
        Assert.Equal("a1b9ef97475495c9", RunIdentity.RunId("abc", "spec"));
        Assert.NotEqual(RunIdentity.RunId("abc", "spec"), RunIdentity.RunId("abc", "rerun:1"));
        Assert.NotEqual(RunIdentity.RunId("abc", "spec"), RunIdentity.RunId("abd", "spec"));
    }

    [Theory]
    [InlineData("tickets", "plan", 0, "tickets-KEY-plan-a0")]
    [InlineData("tickets", "s00999", 20, "tickets-KEY-s00999-a20")]
    [InlineData("support-tickets-of-the-whole-year-2026-and-more", "commit", 99999, "support-tickets-of-the-whole-year-2026-a-KEY-commit-a99999")]
    public void A_child_is_named_by_object_run_part_and_attempt(string name, string part, int attempt, string expected)
    {
        var key = RunIdentity.RunKey("6f0a-uid", "0123456789abcdef");

        var child = RunIdentity.ChildName(name, "6f0a-uid", "0123456789abcdef", part, attempt);

        Assert.Matches("^[0-9a-f]{8}$", key);
        Assert.Equal(expected.Replace("KEY", key, StringComparison.Ordinal), child);
        Assert.True(child.Length <= RunIdentity.MaxChildName);
    }

    [Fact]
    public void Another_object_or_another_run_gives_other_names()
    {
        Assert.NotEqual(RunIdentity.ChildName("a", "uid1", "run1", "plan", 0), RunIdentity.ChildName("a", "uid2", "run1", "plan", 0));
        Assert.NotEqual(RunIdentity.ChildName("a", "uid1", "run1", "plan", 0), RunIdentity.ChildName("a", "uid1", "run2", "plan", 0));
    }

    [Fact]
    public void A_name_that_would_not_fit_a_label_is_refused() =>
        Assert.Throws<ArgumentException>(() => RunIdentity.ChildName(new string('n', 40), "uid", "run", "a-part-too-long", 0));

    private static bool IsRunDefining(string path) => RunDefining.Contains(path.Split('.')[0]);

    private static EmbeddingJobSpec Changed(string path) => Changes().Single(change => change.Path == path).Spec;

    // Every leaf of the spec, each with the spec that has another value there.
    private static IEnumerable<(string Path, EmbeddingJobSpec Spec)> Changes() => Leaves(typeof(EmbeddingJobSpec), []).Select(leaf =>
    {
        var json = JsonSerializer.SerializeToNode(Spec(), Json.Objects)!.AsObject();
        var place = json;
        foreach (var field in leaf.Path[..^1])
        {
            place = (place[field.Name] ??= Seed(field.Shape.Type)).AsObject();
        }

        place[leaf.Path[^1].Name] = Other(leaf.Path[^1].Shape, place[leaf.Path[^1].Name]);
        return (string.Join('.', leaf.Path.Select(field => field.Name)), json.Deserialize<EmbeddingJobSpec>(Json.Objects)!);
    });

    private static IEnumerable<(Field[] Path, Shape Shape)> Leaves(Type record, Field[] above) => Field.Of(record).SelectMany(field =>
        field.Shape.Kind == ShapeKind.Record ? Leaves(field.Shape.Type, [.. above, field]) : [([.. above, field], field.Shape)]);

    private static JsonObject Seed(Type type) =>
        new(Field.Of(type).Where(field => field.Required).Select(field => KeyValuePair.Create(field.Name, Other(field.Shape, null))));

    private static JsonNode? Other(Shape shape, JsonNode? now) => shape.Kind switch
    {
        ShapeKind.Text => $"{now}x",
        ShapeKind.Boolean => !(now?.GetValue<bool>() ?? false),
        ShapeKind.Int32 or ShapeKind.Int64 => (now?.Deserialize<long>() ?? 0) + 1,
        ShapeKind.Choice => Field.ValuesOf(shape.Type).Select(choice => choice.Name).First(name => name != (string?)now),
        ShapeKind.IntOrString => "1",
        ShapeKind.List => new JsonArray(Other(shape.Item!, null)),
        ShapeKind.Map => new JsonObject { ["key"] = Other(shape.Item!, null) },
        ShapeKind.Record => Seed(shape.Type),
        ShapeKind.Free => new JsonObject { ["any"] = 1 },
        _ => throw new NotSupportedException(shape.ToString()),
    };

    private static JsonObject Shuffle(JsonObject json, Random random) => new(json.OrderBy(_ => random.Next()).ToList()
        .Select(field => KeyValuePair.Create(field.Key, field.Value is JsonObject inner ? Shuffle(inner, random) : field.Value?.DeepClone())));

    private static JsonObject Mix(JsonObject minimal, JsonObject full, Random random) => new(full.ToList()
        .Where(field => minimal.ContainsKey(field.Key) || random.Next(2) == 0)
        .Select(field => KeyValuePair.Create(field.Key, field.Value is JsonObject inner ? Mix(minimal[field.Key] as JsonObject ?? [], inner, random) : field.Value?.DeepClone())));
}
