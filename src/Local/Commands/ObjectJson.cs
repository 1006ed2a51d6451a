using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;

namespace TextOps.Local.Commands;

/// <summary>Typed objects as the JSON that the API serves.</summary>
internal static class ObjectJson
{
    public static JsonObject Of(EmbeddingJob job) => JsonSerializer.SerializeToNode(job, Json.Objects)!.AsObject();
}
