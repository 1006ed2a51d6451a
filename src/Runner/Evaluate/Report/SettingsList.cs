using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;

namespace TextOps.Runner.Evaluate.Report;

/// <summary>A record's settings as the spec writes them, one name and value each; nested ones with a point between.</summary>
internal static class SettingsList
{
    /// <summary>Lists the settings of a record; those that are not given are left out.</summary>
    public static IReadOnlyList<(string Name, string Value)> Of<T>(T settings)
        where T : class
    {
        var list = new List<(string, string)>();
        Add(list, "", JsonSerializer.SerializeToNode(settings, Json.Strict));
        return list;
    }

    private static void Add(List<(string Name, string Value)> list, string name, JsonNode? node)
    {
        switch (node)
        {
            case null:
                break;
            case JsonObject fields:
                foreach (var (field, value) in fields)
                {
                    Add(list, name.Length == 0 ? field : $"{name}.{field}", value);
                }

                break;
            case JsonArray items when items.All(item => item is JsonValue):
                list.Add((name, string.Join(", ", items.Select(item => item!.ToString()))));
                break;
            case JsonArray items:
                for (var index = 0; index < items.Count; index++)
                {
                    Add(list, $"{name}[{index}]", items[index]);
                }

                break;
            default:
                list.Add((name, node.ToString()));
                break;
        }
    }
}
