using System.Text.Json.Nodes;

namespace TextOps.Local.Display;

/// <summary>The JSONPath of printer columns: fields (<c>.status.version</c>) and one filter form (<c>[?(@.type=="Ready")]</c>).</summary>
internal static class JsonPath
{
    /// <summary>What <paramref name="path"/> leads to in <paramref name="root"/>; null where it leads nowhere.</summary>
    public static JsonNode? Find(JsonNode? root, string path)
    {
        var node = root;
        var rest = path.AsSpan();
        while (!rest.IsEmpty && node is not null)
        {
            if (rest.StartsWith("[?(@."))
            {
                var close = rest.IndexOf(")]");
                var condition = rest["[?(@.".Length..close];
                var equals = condition.IndexOf("==");
                var field = condition[..equals].ToString();
                var value = condition[(equals + 2)..].Trim("\"'").ToString();
                node = (node as JsonArray)?.FirstOrDefault(item => item?[field]?.ToString() == value);
                rest = rest[(close + 2)..];
                continue;
            }

            rest = rest[1..];
            var end = rest.IndexOfAny('.', '[');
            var name = (end < 0 ? rest : rest[..end]).ToString();
            node = (node as JsonObject)?[name];
            rest = end < 0 ? [] : rest[end..];
        }

        return node;
    }
}
