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
        ["has(self.source) != has(self.embeddings)"] = "trainingrun/input",
        ["!self.follow || has(self.embeddings)"] = "trainingrun/follow",
        ["!self.follow || !has(self.embeddings) || !has(self.embeddings.version)"] = "trainingrun/follow-version",
        ["double(self.validationFraction) + double(self.testFraction) < 1.0"] = "trainingrun/fractions",
        ["!(self.method in ['group', 'time']) || has(self.field)"] = "trainingrun/split-field",
        ["self.method != 'given' || has(self.field) != has(self.testUri)"] = "trainingrun/split-given",
        ["self.method == 'given' || !has(self.testUri) && !has(self.validationUri)"] = "trainingrun/split-uris",
        ["[has(self.tfidf), has(self.numeric), has(self.embedding)].exists_one(given, given)"] = "trainingrun/block",
        ["self.ngramMin <= self.ngramMax"] = "trainingrun/ngrams",
        ["self.stopWords == 'none' || self.analyzer == 'word'"] = "trainingrun/stop-words",
        ["has(self.derived) && size(self.derived) > 0 || has(self.fields) && size(self.fields) > 0"] = "trainingrun/numbers",
        ["[has(self.logisticRegression), has(self.gradientBoosting), has(self.randomForest)].exists_one(given, given)"] = "trainingrun/family",
        ["[has(self.int), has(self.float), has(self.categorical)].exists_one(given, given)"] = "trainingrun/range",
        ["self.min <= self.max"] = "trainingrun/int-range",
        ["double(self.min) <= double(self.max)"] = "trainingrun/float-range",
        ["!self.log || double(self.min) > 0.0"] = "trainingrun/float-log",
        ["[has(self.atLeast), has(self.atMost), has(self.relativeTo)].exists_one(given, given)"] = "trainingrun/gate",
        ["!self.alias.matches('^v?[0-9]+$')"] = "trainingrun/gate-alias",
        ["self.candidates.all(c, !has(c.features) || c.features.all(f, self.features.exists(b, b.name == f)))"] = "trainingrun/candidate-features",
        ["self.candidates.all(c, has(c.logisticRegression) || !has(c.features) || !c.features.exists(f, self.features.exists(b, b.name == f && has(b.tfidf))))"] = "trainingrun/sparse-trees",
        ["self.features.exists(b, !has(b.tfidf)) || self.candidates.all(c, has(c.logisticRegression))"] = "trainingrun/dense-block",
        ["self.features.all(b, !has(b.numeric) || !has(b.numeric.fields) || b.numeric.fields.all(f, has(self.dataset.fields) && self.dataset.fields.exists(d, d.name == f)))"] = "trainingrun/numeric-fields",
        ["has(self.dataset.embeddings) || self.features.all(b, !has(b.embedding) || has(b.embedding.model))"] = "trainingrun/embedding-model",
        ["!has(self.alias) || !self.alias.matches('^v[0-9]+$')"] = "trainingrun/alias",
        ["self.candidates.map(c, has(c.search) ? c.search.maxTrials : 1).sum() <= 500"] = "trainingrun/trials",
        ["has(self.search.objective.folds) || self.dataset.split.method == 'given' || double(self.dataset.split.validationFraction) > 0.0 || size(self.candidates) == 1 && !has(self.candidates[0].search)"] = "trainingrun/validation-split",
        ["self.metadata.name.matches('^[a-z]')"] = "modeldeployment/name-letter",
        ["self.stages.all(s, !has(s.after) || s.after != s.name)"] = "modeldeployment/after-self",
        ["self.stages.all(s, !has(s.after) || !self.stages.exists(t, t.name == s.after && has(t.after) && t.after == s.name))"] = "modeldeployment/after-circle",
        ["self.resolveIntervalSeconds == 0 || self.resolveIntervalSeconds >= 5"] = "modeldeployment/resolve-interval",
        ["[has(self.version), has(self.follow), has(self.approval)].exists_one(given, given)"] = "modeldeployment/stage-version",
        ["!has(self.follow) || !self.follow.matches('^v?[0-9]+$')"] = "modeldeployment/stage-follow",
        ["!has(self.alias) || !has(self.follow) || self.alias != self.follow"] = "modeldeployment/stage-alias-followed",
        ["!has(self.smoke) || !has(self.gates) || self.replicas > 0 || !self.gates.exists(g, g.metric == 'smoke_pass_rate')"] = "modeldeployment/smoke-replicas",
        ["has(self.version) == has(self.digest)"] = "modeldeployment/approval",
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
