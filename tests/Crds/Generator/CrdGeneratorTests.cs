using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Generator;
using TextOps.Crds.Schema;
using TextOps.Crds.Yaml;
using TextOps.Generate;
using TextOps.Tests;

namespace TextOps.Crds.Tests.Generator;

public sealed class CrdGeneratorTests
{
    [Fact]
    public void A_kind_that_uses_everything_gives_the_golden_definition()
    {
        var made = YamlWriter.Write(new CrdGenerator(XmlDocs.Of(typeof(Widget).Assembly)).Generate(typeof(Widget)));

        var golden = Repository.File("tests", "Crds", "Generator", "widget.yaml");
        if (Environment.GetEnvironmentVariable("TEXTOPS_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(golden, made);
        }

        Assert.Equal(File.ReadAllText(golden), made);
    }

    [Fact]
    public void Committed_files_are_what_the_types_give()
    {
        foreach (var file in GeneratedFile.For(CustomResourceDefinitions.Kinds))
        {
            Assert.Equal(File.ReadAllText(Repository.File(file.Path)), file.Text);
        }
    }

    [Fact]
    public void Every_kind_of_the_assembly_is_listed() =>
        Assert.Equal(
            typeof(CustomResourceDefinitions).Assembly.GetTypes().Where(type => type.IsDefined(typeof(CustomResourceAttribute), inherit: false)).ToHashSet(),
            CustomResourceDefinitions.Kinds.ToHashSet());

    [Fact]
    public void The_definition_at_run_time_differs_in_descriptions_only()
    {
        var committed = Assert.Single(ManifestReader.Read(Repository.File("config", "crds", "textops.dev_embeddingjobs.yaml")).Manifests).Content;

        RemoveDescriptions(committed["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject());

        Assert.Equal(committed.ToJsonString(), CustomResourceDefinitions.Of<EmbeddingJob>().ToJsonString());
    }

    [Fact]
    public void A_definition_leaves_room_for_the_annotation_of_kubectl_apply() =>
        Assert.True(JsonSerializer.SerializeToUtf8Bytes(new CrdGenerator(XmlDocs.Of(typeof(EmbeddingJob).Assembly)).Generate(typeof(EmbeddingJob))).Length < 262_144 / 4);

    [Theory]
    [InlineData(typeof(UnboundedString), "spec.text: no [MaxLength], or [ItemMaxLength] on the list or map; without it the field has no bound")]
    [InlineData(typeof(UnboundedItems), "spec.texts[]: no [MaxLength], or [ItemMaxLength] on the list or map; without it the field has no bound")]
    [InlineData(typeof(UnboundedList), "spec.texts: no [MaxItems]; without it the field has no bound")]
    [InlineData(typeof(UnboundedMap), "spec.texts: no [MaxItems]; without it the field has no bound")]
    [InlineData(typeof(PrunedObject), "spec.any: no [PreserveUnknownFields], so that the server would drop all of it; without it the field has no bound")]
    [InlineData(typeof(DefaultOutOfRange), "spec.size: 4 is not between 1 and 3 (the default)")]
    [InlineData(typeof(InexactRange), "spec.size: [Range] bound 9.223372036854776E+18 of a whole number is not exact; take one of at most 2^53")]
    [InlineData(typeof(ForgottenDefault), "spec.size: 0 is not between 1 and 3 (the default)")]
    [InlineData(typeof(DefaultAgainstPattern), "spec.name: \"A\" does not match ^[a-z]+$ (the default)")]
    [InlineData(typeof(DefaultWithoutRequired), "spec.part.name: is required (the default)")]
    [InlineData(typeof(DefaultAgainstRule), "spec.range: the default breaks the rule self.low <= self.high")]
    [InlineData(typeof(LookAround), "spec.name: the pattern ^(?=a)a$ cannot run on a server: *")]
    [InlineData(typeof(LoosePattern), "spec.name: the pattern [a-z]+ must begin with ^ and end with $, because a server searches for it anywhere in the value")]
    [InlineData(typeof(OptionalKey), "spec.entries: the key name must be required or have a default")]
    [InlineData(typeof(UnknownKey), "spec.entries: the key nmae is not a field of its items")]
    [InlineData(typeof(SetOfObjects), "spec.entries: a set holds scalars; use [MapKeys] for objects")]
    [InlineData(typeof(MisplacedAttribute), "spec.size: [MaxItems] means nothing on Int32")]
    [InlineData(typeof(UnknownAttribute), "spec.link: [Url] means nothing on String")]
    [InlineData(typeof(RuleOverAbsentField), "spec: the rule self.low < 3 reads low, which may be absent; ask has(self.low) first or give it a default")]
    [InlineData(typeof(RuleOverUnknownField), "spec: the rule self.lwo < 3 reads lwo, which is not a field")]
    [InlineData(typeof(Recursive), "spec.inner: Recursive contains itself; a structural schema cannot say that")]
    public void A_spec_that_a_server_would_refuse_or_should_is_refused(Type spec, string problem)
    {
        var error = Assert.Throws<CrdException>(() => CustomResourceDefinitions.Of(typeof(BadKind<>).MakeGenericType(spec)));

        var only = Assert.Single(error.Problems);
        Assert.True(problem.EndsWith('*') ? only.StartsWith(problem[..^1], StringComparison.Ordinal) : only == problem, only);
    }

    [Fact]
    public void A_type_that_JSON_cannot_hold_is_refused() =>
        Assert.Contains("a resource cannot hold a System.Uri", Assert.Throws<CrdException>(() => CustomResourceDefinitions.Of<BadKind<Unsupported>>()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_column_without_field_or_type_is_refused() =>
        Assert.Equal(
            ["column Gone: .spec.gone leads to no field", "column Odd: text is not a column's type"],
            Assert.Throws<CrdException>(() => CustomResourceDefinitions.Of<BadColumn>()).Problems);

    [Fact]
    public void A_field_without_summary_is_refused_where_descriptions_are_asked_for() =>
        Assert.Contains("spec.known: no description; write an XML summary", Assert.Throws<CrdException>(
            () => new CrdGenerator(XmlDocs.Of(typeof(Widget).Assembly)).Generate(typeof(BadColumn))).Problems);

    [Fact]
    public void A_type_without_attributes_is_no_kind() =>
        Assert.Equal(["the type needs [KubernetesEntity] and [CustomResource]"], Assert.Throws<CrdException>(() => CustomResourceDefinitions.Of(typeof(WidgetPart))).Problems);

    private static void RemoveDescriptions(JsonObject schema)
    {
        schema.Remove("description");
        foreach (var child in (schema["properties"] as JsonObject ?? []).Select(property => property.Value).Append(schema["items"]).Append(schema["additionalProperties"]).OfType<JsonObject>())
        {
            RemoveDescriptions(child);
        }
    }
}
