using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;

namespace TextOps.Local.Commands;

/// <summary>Typed objects as the JSON that the API serves.</summary>
internal static class ObjectJson
{
    public static JsonObject Of(IKubernetesObject entity) => JsonSerializer.SerializeToNode(entity, entity.GetType(), Json.Objects)!.AsObject();
}
