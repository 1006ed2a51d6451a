using System.Text.Json;
using System.Text.Json.Nodes;

namespace TextOps.Crds.EmbeddingJobs;

/// <summary>What defines a run of an EmbeddingJob, see <see cref="Runs.RunIdentity"/>.</summary>
public static class EmbeddingJobRun
{
    /// <summary>SHA-256 of the canonical JSON of <c>source</c>, <c>model</c>, <c>chunking</c>, <c>validation</c>, <c>output</c> and <c>shards</c>, as 64 hex digits.</summary>
    public static string Hash(EmbeddingJobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return CanonicalJson.Sha256(new JsonObject
        {
            ["source"] = JsonSerializer.SerializeToNode(spec.Source, Json.Objects),
            ["model"] = JsonSerializer.SerializeToNode(spec.Model, Json.Objects),
            ["chunking"] = JsonSerializer.SerializeToNode(spec.Chunking, Json.Objects),
            ["validation"] = JsonSerializer.SerializeToNode(spec.Validation, Json.Objects),
            ["output"] = JsonSerializer.SerializeToNode(spec.Output, Json.Objects),
            ["shards"] = spec.Shards,
        });
    }
}
