using TextOps.Crds.Generator;
using TextOps.Crds.Meta;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;
using TextOps.Crds.Yaml;
using TextOps.Tests;

namespace TextOps.Crds.Tests.Validation;

/// <summary>
/// Every rule of every kind has an object that keeps it and one that breaks it and nothing else, as files, so that an API server can judge the same: a rule is right
/// only where CEL and C# agree.
/// </summary>
public sealed class RuleExampleTests
{
    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        ["size(self.metadata.name) <= 40"] = "embeddingjob/name-length",
        ["!self.metadata.name.contains('.')"] = "embeddingjob/name-label",
        ["self.overlap < self.size"] = "embeddingjob/overlap",
        ["self.minLength <= self.maxLength"] = "embeddingjob/row-lengths",
        ["!(has(self.value) && has(self.valueFrom))"] = "embeddingjob/env-value",
        ["[has(self.secretKeyRef), has(self.configMapKeyRef), has(self.fieldRef)].exists_one(given, given)"] = "embeddingjob/env-source",
        ["has(self.secretRef) != has(self.configMapRef)"] = "embeddingjob/env-from",
    };

    public static TheoryData<string> Rules => [.. CustomResourceDefinitions.Kinds.SelectMany(kind => RulesOf(kind, [])).Distinct()];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_has_an_object_that_keeps_it_and_one_that_breaks_only_it(string cel)
    {
        Assert.True(Examples.TryGetValue(cel, out var name), $"the rule {cel} has no example: add <kind>/<rule>-good.yaml and -bad.yaml to tests/Crds/rules and its name to the table");

        Assert.Empty(ResourceValidator.Validate(Load($"{name}-good.yaml")));
        Assert.Equal([cel], ResourceValidator.Validate(Load($"{name}-bad.yaml")).Select(violation => violation.Cel));
    }

    [Fact]
    public void Every_example_belongs_to_a_rule()
    {
        var folder = Repository.File("tests", "Crds", "rules");

        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file));

        Assert.Equal(Examples.Values.SelectMany(name => new[] { $"{name}-bad.yaml", $"{name}-good.yaml" }).Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
        Assert.Empty(Examples.Keys.Except(Rules.Select(row => row.Data)));
    }

    private static IKubernetesObject Load(string file)
    {
        var reading = ManifestReader.Read(Repository.File("tests", "Crds", "rules", file));
        Assert.Empty(reading.Errors);
        var parsed = StrictManifest.Parse(Assert.Single(reading.Manifests), CustomResourceDefinitions.Kinds);
        Assert.Empty(parsed.Errors);
        return parsed.Value!;
    }

    private static IEnumerable<string> RulesOf(Type type, HashSet<Type> seen)
    {
        if (!seen.Add(type))
        {
            return [];
        }

        var below = Field.Of(type).Select(field => field.Shape.Item ?? field.Shape).Where(shape => shape.Kind == ShapeKind.Record);
        return IRule.Of(type).Select(rule => rule.Cel).OfType<string>().Concat(below.SelectMany(shape => RulesOf(shape.Type, seen)));
    }
}
