using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;

namespace TextOps.Kubernetes.InMemory.Applying;

/// <summary>
/// Paths of fields as text: a JSON pointer (RFC 6901), in which an item of a list is named by its keys (<c>/spec/containers/[name="runner"]/image</c>) or by its
/// value (<c>/metadata/finalizers/[="x"]</c>).
/// </summary>
internal static class FieldPath
{
    public static string Field(string parent, string name) =>
        $"{parent}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public static string Item(string parent, JsonNode? value) => Field(parent, $"[={Show(value)}]");

    /// <summary>Path of an item that is named by its keys.</summary>
    public static string Item(string parent, IReadOnlyList<MergeKey> keys, JsonNode? item)
    {
        var named = new string[keys.Count];
        for (var i = 0; i < named.Length; i++)
        {
            var (field, missing) = keys[i];
            var value = (item as JsonObject)?[field] ?? missing
                ?? throw ApiErrors.Untyped(
                    $"{Describe(parent)}: an item of this list omits key field \"{field}\", which has no default; add it: {item?.ToJsonString() ?? "null"}");
            named[i] = $"{field}={Show(value)}";
        }

        return Field(parent, $"[{string.Join(',', named)}]");
    }

    /// <summary>A path as the API server tells it: <c>.spec.containers[name="runner"].image</c>.</summary>
    public static string Describe(string path)
    {
        var text = new StringBuilder();
        foreach (var escaped in path.Split('/').Skip(1))
        {
            var part = escaped.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            text.Append(part.StartsWith('[') ? "" : ".").Append(part);
        }

        return text.ToString();
    }

    private static string Show(JsonNode? value) => JsonSerializer.Serialize(value, Json.Objects);
}
