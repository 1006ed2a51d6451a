using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Yaml;
using TextOps.Local.Display;

namespace TextOps.Local.Promotion;

/// <summary>The ModelDeployment of a text, or the patch of one, and the stage of it whose approval is to be written.</summary>
internal sealed class ApprovalFile
{
    private readonly string text;
    private readonly string file;
    private readonly IReadOnlyList<Manifest> manifests;
    private readonly Candidate found;
    private readonly int stageIndex;
    private readonly YamlMapping stage;

    private ApprovalFile(string text, string file, IReadOnlyList<Manifest> manifests, Candidate found, int stageIndex)
    {
        (this.text, this.file, this.manifests, this.found, this.stageIndex) = (text, file, manifests, found, stageIndex);
        stage = (YamlMapping)found.Stages!.Items[stageIndex];
    }

    /// <summary>Name of the model; null in a patch, which need not say it.</summary>
    public string? Model => found.Model;

    /// <summary>Name of the object.</summary>
    public string Name => found.Manifest.Name;

    /// <summary>The registry that the object names; null where it names none.</summary>
    public string? Registry => Text(found.Manifest.Content["spec"]?["model"]?["registry"]);

    /// <summary>The line of the stage, from 1.</summary>
    public int Line => stage.Line;

    private string StagePath => $"spec.stages[{stageIndex}]";

    private JsonObject StageContent => found.Manifest.Content["spec"]!["stages"]![stageIndex]!.AsObject();

    /// <summary>Finds the stage.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="model">Name of the object or of its model.</param>
    /// <param name="namespace">Namespace of the object; any where null.</param>
    /// <param name="stage">Name of the stage.</param>
    /// <exception cref="PromotionException">There is none, or several, or it takes no approval.</exception>
    public static ApprovalFile Find(string text, string file, string model, string? @namespace, string stage)
    {
        var reading = ManifestReader.ReadText(text, file);
        if (reading.Errors is [var error, ..])
        {
            throw error.Message.StartsWith("the document is a list", StringComparison.Ordinal)
                ? new PromotionException(error.Line, "the document is a list, as a JSON 6902 patch is, which says nothing of names; write the stage in a strategic-merge patch or in the object")
                : new PromotionException(error.Line, error.Message);
        }

        List<YamlNode> roots = [.. YamlTree.Read(text).OfType<YamlNode>()];
        List<Candidate> all = [.. reading.Manifests.Zip(roots, Candidate.Of).OfType<Candidate>()];
        List<Candidate> named = [.. all.Where(one => (one.Manifest.Name == model || one.Model == model) && (@namespace is null || one.Namespace == @namespace))];
        if (named.Count == 0)
        {
            throw new PromotionException(0, all.Count == 0
                ? $"the file holds no ModelDeployment; name the file that holds {Printable.OneLine(model, 128)}"
                : $"no ModelDeployment of the file has the name or the model {Printable.OneLine(model, 128)}{(@namespace is null ? "" : $" in namespace {Printable.OneLine(@namespace, 63)}")}; it holds {Listed(all)}");
        }

        // Staging and production of a model may be two objects of one file, and an object may be named as another one's model.
        var with = named.Where(one => one.IndexOf(stage) >= 0).ToList();
        var candidates = with.Count > 0 ? with : named;
        candidates = candidates.Count > 1 && candidates.Count(one => one.Manifest.Name == model) == 1 ? [candidates.Single(one => one.Manifest.Name == model)] : candidates;
        if (candidates.Count > 1)
        {
            throw new PromotionException(candidates[1].Manifest.Line, $"{candidates.Count} ModelDeployments are meant: {Listed(candidates)}; name one of them, or its --namespace");
        }

        return candidates[0].IndexOf(stage) is >= 0 and var index
            ? new ApprovalFile(text, file, reading.Manifests, candidates[0], index).ThatTakesApproval()
            : throw candidates[0].WithoutStage(stage);
    }

    /// <summary>Whether exactly this is approved already.</summary>
    public bool Holds(int version, string digest) =>
        StageContent["approval"] is JsonObject approval && approval.Count == 2 && approval["version"] is JsonValue number && number.TryGetValue<int>(out var held) && held == version
        && Text(approval["digest"]) == digest;

    /// <summary>The text with this approval.</summary>
    /// <exception cref="PromotionException">It is not written surely: what comes of it would differ in something else.</exception>
    public string With(int version, string digest)
    {
        var changed = ApprovalEdit.Apply(text, stage, found.Step, version, digest);
        var reading = ManifestReader.ReadText(changed, file);
        var intended = manifests.Select(manifest => manifest.Content.DeepClone()).ToList();
        var target = intended[manifests.ToList().IndexOf(found.Manifest)]["spec"]!["stages"]![stageIndex]!.AsObject();
        target["approval"] = new JsonObject { ["version"] = version, ["digest"] = digest };
        var differs = reading.Errors.Count > 0 || reading.Manifests.Count != intended.Count
            || reading.Manifests.Zip(intended).Any(pair => !JsonNode.DeepEquals(pair.First.Content, pair.Second));
        return differs
            ? throw new PromotionException(stage.Line, $"{StagePath}.approval cannot be changed without changing something else, because of the way in which it is written; edit it by hand: version {version}, digest {digest}")
            : changed;
    }

    private ApprovalFile ThatTakesApproval()
    {
        foreach (var other in new[] { "follow", "version" })
        {
            if (StageContent[other] is { } value)
            {
                throw new PromotionException(
                    found.Manifest.At($"{StagePath}.{other}").Line,
                    $"{StagePath}.{other} ({Printable.OneLine(value.ToJsonString(), 80)}) says already what the stage serves, so it takes no approval; "
                    + (other == "follow" ? "move the alias with textops models alias, or write approval: {} instead" : "change the number there, or write approval: {} instead"));
            }
        }

        return stage.Find("name") is { Value: YamlScalar } ? this : throw new PromotionException(stage.Line, $"{StagePath}.name comes from elsewhere by '<<'; write it in the stage");
    }

    private static string Listed(IEnumerable<Candidate> candidates) => string.Join(", ", candidates.Select(one =>
        $"{(one.Namespace is { } scope ? $"{Printable.OneLine(scope, 63)}/" : "")}{Printable.OneLine(one.Manifest.Name, 63)} (line {one.Manifest.Line})"));

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var read) ? read : null;

    /// <summary>A ModelDeployment of the file.</summary>
    /// <param name="Step">By how many columns the document indents.</param>
    private sealed record Candidate(Manifest Manifest, YamlList? Stages, int Step)
    {
        public string? Model => Text(Manifest.Content["spec"] is JsonObject spec && spec["model"] is JsonObject model ? model["name"] : null);

        public string? Namespace => Text(Manifest.Content["metadata"] is JsonObject metadata ? metadata["namespace"] : null);

        public static Candidate? Of(Manifest manifest, YamlNode root)
        {
            if (manifest.Kind != "ModelDeployment" || !manifest.ApiVersion.StartsWith(ApiGroup.Name + "/", StringComparison.Ordinal))
            {
                return null;
            }

            var entry = (root as YamlMapping)?.Find("spec");
            var spec = entry?.Value as YamlMapping;
            var step = spec is { IsFlow: false } ? spec.Column - entry!.Key.Column : 0;
            return new Candidate(manifest, spec?.Find("stages")?.Value as YamlList, step > 0 ? step : 2);
        }

        public int IndexOf(string stage) => Stages is null
            ? -1
            : Stages.Items.ToList().FindIndex(item => item is YamlMapping mapping && mapping.Find("name")?.Value is YamlScalar name && name.Value == stage);

        public PromotionException WithoutStage(string stage)
        {
            var names = Manifest.Content["spec"] is JsonObject spec && spec["stages"] is JsonArray stages ? stages.Select(item => Text((item as JsonObject)?["name"])).OfType<string>().ToList() : [];
            var at = Manifest.At("spec.stages").Line;
            return Stages is null || names.Contains(stage)
                ? new PromotionException(at, $"spec.stages of {Printable.OneLine(Manifest.Name, 63)} is not written there as a list with the stage {Printable.OneLine(stage, 63)}; write it out, or name another file")
                : new PromotionException(at, $"spec.stages of {Printable.OneLine(Manifest.Name, 63)} has no stage {Printable.OneLine(stage, 63)}; "
                    + (names.Count == 0 ? "add it" : $"choose one of {Printable.OneLine(string.Join(", ", names), 200)} with --stage"));
        }
    }
}
