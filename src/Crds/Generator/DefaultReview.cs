using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TextOps.Crds.Generator;

/// <summary>Judges a default by its own schema as a server does when the definition is created: before any nested default is applied.</summary>
internal static class DefaultReview
{
    /// <summary>What of <paramref name="value"/> breaks <paramref name="schema"/>.</summary>
    public static IEnumerable<string> Problems(JsonObject schema, JsonNode value, string path)
    {
        var scalar = ((string?)schema["type"], value.GetValueKind()) switch
        {
            ("object", JsonValueKind.Object) => Object(schema, value.AsObject(), path),
            ("array", JsonValueKind.Array) => Array(schema, value.AsArray(), path),
            ("string" or null, JsonValueKind.String) => Text(schema, (string)value!, path),
            ("integer" or "number", JsonValueKind.Number) => Number(schema, value.Deserialize<double>(), path),
            (null, JsonValueKind.Number) => [],
            ("boolean", JsonValueKind.True or JsonValueKind.False) => [],
            var (type, kind) => [$"{path}: {kind} is not of type {type}"],
        };
        return scalar;
    }

    private static IEnumerable<string> Object(JsonObject schema, JsonObject value, string path)
    {
        foreach (var name in (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).Where(name => !value.ContainsKey(name)))
        {
            yield return $"{path}.{name}: is required";
        }

        if (Limit(schema, "maxProperties") < value.Count)
        {
            yield return $"{path}: has more than {schema["maxProperties"]} entries";
        }

        foreach (var (name, field) in value)
        {
            var inner = schema["properties"]?[name] ?? schema["additionalProperties"];
            if (inner is JsonObject known && field is not null)
            {
                foreach (var problem in Problems(known, field, $"{path}.{name}"))
                {
                    yield return problem;
                }
            }
            else if (!schema.ContainsKey("x-kubernetes-preserve-unknown-fields"))
            {
                yield return $"{path}.{name}: is not a field";
            }
        }
    }

    private static IEnumerable<string> Array(JsonObject schema, JsonArray value, string path)
    {
        if (Limit(schema, "maxItems") < value.Count || Limit(schema, "minItems") > value.Count)
        {
            yield return $"{path}: {value.Count} items are out of bounds";
        }

        foreach (var (index, item) in value.Index())
        {
            foreach (var problem in item is null ? [$"{path}[{index}]: is null"] : Problems(schema["items"]!.AsObject(), item, $"{path}[{index}]"))
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<string> Text(JsonObject schema, string value, string path)
    {
        if (Limit(schema, "maxLength") < value.Length || Limit(schema, "minLength") > value.Length)
        {
            yield return $"{path}: the length of \"{value}\" is out of bounds";
        }

        if (schema["enum"] is JsonArray choices && !choices.Any(choice => (string)choice! == value))
        {
            yield return $"{path}: \"{value}\" is none of {choices.ToJsonString()}";
        }

        if (schema["pattern"] is { } pattern && !Regex.IsMatch(value, (string)pattern!, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
        {
            yield return $"{path}: \"{value}\" does not match {(string)pattern!}";
        }
    }

    private static IEnumerable<string> Number(JsonObject schema, double value, string path)
    {
        if (Limit(schema, "minimum") > value || Limit(schema, "maximum") < value)
        {
            yield return $"{path}: {value} is not between {schema["minimum"]} and {schema["maximum"]}";
        }
    }

    private static double? Limit(JsonObject schema, string name) => schema[name]?.Deserialize<double>();
}
