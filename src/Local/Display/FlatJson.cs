using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;

namespace TextOps.Local.Display;

/// <summary>A document as one line a value: <c>tfidf.ngramMax</c> and <c>2</c>.</summary>
internal static class FlatJson
{
    /// <summary>The values of a record with their paths, in the order of its fields; nulls are left out.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of<T>(T value)
    {
        var values = new List<KeyValuePair<string, string>>();
        Add(values, "", JsonSerializer.SerializeToNode(value, Json.Readable));
        return values;
    }

    private static void Add(List<KeyValuePair<string, string>> values, string path, JsonNode? node)
    {
        switch (node)
        {
            case null:
                break;
            case JsonObject fields:
                foreach (var (name, value) in fields)
                {
                    Add(values, path.Length == 0 ? name : $"{path}.{name}", value);
                }

                break;
            case JsonArray items when items.All(item => item is JsonValue):
                values.Add(new(path, string.Join(", ", items.Select(item => Printable.OneLine(item!.ToString())))));
                break;
            case JsonArray items:
                for (var index = 0; index < items.Count; index++)
                {
                    Add(values, $"{path}[{index}]", items[index]);
                }

                break;
            default:
                values.Add(new(path, Printable.OneLine(node.ToString())));
                break;
        }
    }
}
