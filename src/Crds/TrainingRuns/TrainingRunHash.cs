using System.Text.Json;
using System.Text.Json.Nodes;

namespace TextOps.Crds.TrainingRuns;

/// <summary>What defines a run of a TrainingRun, see <see cref="Runs.RunIdentity"/>.</summary>
public static class TrainingRunHash
{
    /// <summary>
    /// SHA-256 of the canonical JSON of <c>dataset</c>, <c>features</c>, <c>candidates</c>, <c>search</c>, <c>evaluation</c> and <c>register</c>, as 64 hex digits. How many
    /// Jobs with trials run at once, and whether new versions of the dataset are followed, changes no result and is left out; how many trials share a Job changes none either, but decides
    /// what a part of the run is.
    /// </summary>
    public static string Of(TrainingRunSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var search = Node(spec.Search)!.AsObject();
        search.Remove("parallelTrials");
        var dataset = Node(spec.Dataset)!.AsObject();
        dataset.Remove("follow");
        return CanonicalJson.Sha256(new JsonObject
        {
            ["dataset"] = dataset,
            ["features"] = Node(spec.Features),
            ["candidates"] = Node(spec.Candidates),
            ["search"] = search,
            ["evaluation"] = Node(spec.Evaluation),
            ["register"] = Node(spec.Register),
        });
    }

    private static JsonNode? Node<T>(T value) => JsonSerializer.SerializeToNode(value, Json.Objects);
}
