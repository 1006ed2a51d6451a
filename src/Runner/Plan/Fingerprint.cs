using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Artifacts.Embeddings;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Runner.Text;

namespace TextOps.Runner.Plan;

/// <summary>Identities of content: equal fingerprints mean that a version would hold the same bytes.</summary>
internal static class Fingerprint
{
    /// <summary>Raised when this program would make other parts of the same inputs and settings than before; it then refuses to go on with a version planned earlier.</summary>
    private const int Generation = 1;

    /// <summary>
    /// Fingerprint of the version that a plan makes: inputs (names below the source's folder, sizes, tags, order), how they are read, model, chunking,
    /// validation, format and shards. Not the run, and not where inputs and model lie.
    /// </summary>
    public static string OfVersion(VersionPlan plan)
    {
        var names = new RowNames(plan.Source.Uri);
        return CanonicalJson.Sha256(new JsonObject
        {
            ["inputs"] = new JsonArray([.. plan.Inputs.Select(input => Input(names.PathOf(input.Uri), input))]),
            ["source"] = Node(plan.Source with { Uri = "" }),
            ["settings"] = Settings(plan.Model, plan.Chunking),
            ["validation"] = Node(plan.Validation),
            ["format"] = Node(plan.Format),
            ["shards"] = Node(plan.Shards),
        });
    }

    /// <summary>Hash of all that decides how a text becomes chunks and vectors; part of each chunk's id.</summary>
    public static string OfSettings(PinnedModel model, Chunking chunking) => CanonicalJson.Sha256(Settings(model, chunking));

    private static JsonObject Input(string name, PinnedInput input) => new() { ["name"] = name, ["bytes"] = input.Bytes, ["etag"] = input.ETag };

    private static JsonObject Settings(PinnedModel model, Chunking chunking) => new()
    {
        ["generation"] = Generation,
        ["model"] = Node(model.Settings with { Uri = "", Revision = null }),
        ["files"] = Node(model.Files),
        ["chunking"] = Node(chunking),
    };

    private static JsonNode? Node<T>(T value) => JsonSerializer.SerializeToNode(value, Json.Strict);
}
