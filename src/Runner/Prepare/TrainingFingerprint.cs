using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Datasets;

namespace TextOps.Runner.Prepare;

/// <summary>Identity of all that decides what is learned: equal fingerprints mean that training again would give the same model.</summary>
internal static class TrainingFingerprint
{
    /// <summary>Raised when this program would learn something else from the same data and settings than before.</summary>
    private const int Generation = 1;

    /// <summary>Hash of the data and the settings that decide the result; not where files lie, and not what only steers the run.</summary>
    /// <param name="models">By block, the digests of its encoder's files.</param>
    public static string Of(PrepareTask task, DatasetInputs inputs, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> models) => CanonicalJson.Sha256(new JsonObject
    {
        ["generation"] = Generation,
        ["inputs"] = inputs.Identity(),
        ["dataset"] = Node(WithoutPlaces(task.Dataset)),
        ["features"] = new JsonArray([.. task.Features.Select(block => Node(WithoutPlaces(block)))]),
        ["models"] = Node(models),
        ["candidates"] = Node(task.Candidates),
        ["objective"] = Node(task.Search.Objective),
        ["seed"] = task.Search.Seed,
        ["evaluation"] = Node(task.Evaluation),
    });

    private static Dataset WithoutPlaces(Dataset dataset) => dataset with
    {
        Source = dataset.Source is { } source ? source with { Uri = "" } : null,
        Embeddings = null,
        Follow = false,
        Split = dataset.Split with { TestUri = dataset.Split.TestUri is null ? null : "", ValidationUri = dataset.Split.ValidationUri is null ? null : "" },
    };

    private static FeatureBlock WithoutPlaces(FeatureBlock block) => block.Embedding?.Model is { } model
        ? block with { Embedding = new EmbeddingFeatures { Model = model with { Uri = "", Revision = null } } }
        : block;

    private static JsonNode? Node<T>(T value) => JsonSerializer.SerializeToNode(value, Json.Strict);
}
