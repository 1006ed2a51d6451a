using System.Text.Json;
using System.Text.Json.Nodes;

namespace TextOps.Runner.Tests.Serve.Pages;

/// <summary>Reads an OpenAPI document: its examples, its references, and whether a value is what a schema allows (of JSON Schema only the words that the document uses).</summary>
internal static class OpenApiExamples
{
    /// <summary>The examples of requests: path, schema of the body, and value.</summary>
    public static IEnumerable<(string Path, JsonNode Schema, JsonNode Value)> Of(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        let content = path.Value!["post"]?["requestBody"]!["content"]!["application/json"]
        where content is not null
        from example in content["examples"]!.AsObject()
        select (path.Key, content["schema"]!, example.Value!["value"]!);

    /// <summary>What a reference within the document leads to.</summary>
    public static JsonNode? Find(JsonObject document, string reference) =>
        reference[2..].Split('/').Aggregate((JsonNode?)document, (node, name) => node?[name]);

    /// <summary>A node, or what it refers to.</summary>
    public static JsonNode Resolve(JsonObject document, JsonNode node) => (string?)node["$ref"] is { } reference ? Find(document, reference)! : node;

    /// <summary>Why a schema does not allow a value; null where it does.</summary>
    public static string? Fault(JsonObject document, JsonNode given, JsonNode? value, string at)
    {
        var schema = Resolve(document, given);
        if (schema["type"] is { } type && !(type is JsonArray types ? types.Any(one => Is((string)one!, value)) : Is((string)type!, value)))
        {
            return $"{at} is not {type.ToJsonString()}";
        }

        if (schema["enum"] is JsonArray allowed && !allowed.Any(one => JsonNode.DeepEquals(one, value)))
        {
            return $"{at} is none of {allowed.ToJsonString()}";
        }

        if (schema["oneOf"] is JsonArray choices && choices.Count(choice => Fault(document, choice!, value, at) is null) is not 1 and var fitting)
        {
            return $"{at} fits {fitting} of oneOf";
        }

        return value switch
        {
            JsonObject map => OfObject(document, schema, map, at),
            JsonArray list when schema["items"] is { } items => OfList(document, schema, items, list, at),
            JsonValue scalar => OfScalar(schema, scalar, at),
            _ => null,
        };
    }

    private static string? OfObject(JsonObject document, JsonNode schema, JsonObject map, string at)
    {
        if (schema["required"]?.AsArray().FirstOrDefault(name => !map.ContainsKey((string)name!)) is { } missing)
        {
            return $"{at} lacks {missing}";
        }

        foreach (var (name, member) in map)
        {
            var of = schema["properties"]?[name];
            if (of is null && schema["additionalProperties"]?.GetValueKind() == JsonValueKind.False)
            {
                return $"{at}.{name} is unknown";
            }

            if (of is not null && Fault(document, of, member, $"{at}.{name}") is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static string? OfList(JsonObject document, JsonNode schema, JsonNode items, JsonArray list, string at) =>
        list.Count < ((int?)schema["minItems"] ?? 0) || list.Count > ((int?)schema["maxItems"] ?? int.MaxValue)
            ? $"{at} has {list.Count} items"
            : list.Select((item, index) => Fault(document, items, item, $"{at}[{index}]")).FirstOrDefault(fault => fault is not null);

    private static string? OfScalar(JsonNode schema, JsonValue value, string at)
    {
        if (value.GetValueKind() == JsonValueKind.String && value.ToString().Length > ((int?)schema["maxLength"] ?? int.MaxValue))
        {
            return $"{at} is too long";
        }

        return value.GetValueKind() == JsonValueKind.Number && (Number(value) < Bound(schema["minimum"], double.MinValue) || Number(value) > Bound(schema["maximum"], double.MaxValue)) ? $"{at} is out of range" : null;
    }

    private static double Bound(JsonNode? bound, double otherwise) => bound is null ? otherwise : Number(bound);

    private static double Number(JsonNode number) => double.Parse(number.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);

    private static bool Is(string type, JsonNode? value) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "number" => value?.GetValueKind() == JsonValueKind.Number,
        "integer" => value?.GetValueKind() == JsonValueKind.Number && Number(value) == Math.Floor(Number(value)),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type of JSON Schema"),
    };
}
