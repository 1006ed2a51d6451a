using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TextOps.Crds.Schema;

namespace TextOps.Crds.Generator;

/// <summary>
/// Looks for what a server would refuse in a schema (a default that breaks it, a pattern RE2 cannot run, list keys that may be absent, a column without field) and for
/// what it would accept to its own harm: a spec without bounds, a field that nobody described.
/// </summary>
internal sealed class SchemaReview(bool described, List<string> problems)
{
    /// <summary>Reviews a root schema and the columns over it.</summary>
    public static void Review(JsonObject schema, IReadOnlyList<PrinterColumnAttribute> columns, bool described, List<string> problems)
    {
        var review = new SchemaReview(described, problems);
        foreach (var (name, property) in Properties(schema).Where(property => property.Key is not ("apiVersion" or "kind" or "metadata")))
        {
            review.Field(property!.AsObject(), name, bounded: name != "status");
        }

        foreach (var column in columns)
        {
            review.Column(schema, column);
        }
    }

    private static JsonObject Properties(JsonObject schema) => schema["properties"] as JsonObject ?? [];

    private void Field(JsonObject schema, string path, bool bounded)
    {
        if (described && !schema.ContainsKey("description"))
        {
            problems.Add($"{path}: no description; write an XML summary");
        }

        Value(schema, path, bounded);
    }

    private void Value(JsonObject schema, string path, bool bounded)
    {
        if (bounded && MissingBound(schema) is { } bound)
        {
            problems.Add($"{path}: no {bound}; without it the field has no bound");
        }

        if (schema["pattern"] is { } pattern)
        {
            Pattern((string)pattern!, path);
        }

        if (schema["default"] is { } value)
        {
            problems.AddRange(DefaultReview.Problems(schema, value, path).Select(problem => $"{problem} (the default)"));
        }

        foreach (var (name, property) in Properties(schema))
        {
            Field(property!.AsObject(), $"{path}.{name}", bounded);
        }

        if (schema["additionalProperties"] is JsonObject values)
        {
            Value(values, path + "{}", bounded);
        }

        if (schema["items"] is JsonObject items)
        {
            ListType(schema, items, path);
            Value(items, path + "[]", bounded);
        }
    }

    private static string? MissingBound(JsonObject schema) => (string?)schema["type"] switch
    {
        "string" when !schema.ContainsKey("maxLength") && !schema.ContainsKey("enum") && !schema.ContainsKey("format") => "[MaxLength], or [ItemMaxLength] on the list or map",
        "array" when !schema.ContainsKey("maxItems") => "[MaxItems]",
        "object" when schema.ContainsKey("additionalProperties") && !schema.ContainsKey("maxProperties") => "[MaxItems]",
        "object" when !schema.ContainsKey("additionalProperties") && !schema.ContainsKey("properties") && !schema.ContainsKey("x-kubernetes-preserve-unknown-fields") =>
            "[PreserveUnknownFields], so that the server would drop all of it",
        _ => null,
    };

    // The API server compiles patterns with RE2, which has what .NET's engine without backtracking has; and it searches where DataAnnotations match the whole.
    private void Pattern(string pattern, string path)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
        }
        catch (Exception error) when (error is NotSupportedException or ArgumentException)
        {
            problems.Add($"{path}: the pattern {pattern} cannot run on a server: {error.Message}");
        }

        if (!pattern.StartsWith('^') || !pattern.EndsWith('$'))
        {
            problems.Add($"{path}: the pattern {pattern} must begin with ^ and end with $, because a server searches for it anywhere in the value");
        }
    }

    private void ListType(JsonObject schema, JsonObject items, string path)
    {
        if ((string?)schema["x-kubernetes-list-type"] == "set" && (string?)items["type"] is "object" or "array")
        {
            problems.Add($"{path}: a set holds scalars; use [MapKeys] for objects");
        }

        foreach (var key in schema["x-kubernetes-list-map-keys"]?.AsArray() ?? [])
        {
            var name = (string)key!;
            var required = items["required"]?.AsArray().Any(field => (string)field! == name) ?? false;
            if (Properties(items)[name] is not JsonObject field)
            {
                problems.Add($"{path}: the key {name} is not a field of its items");
            }
            else if (!required && !field.ContainsKey("default"))
            {
                problems.Add($"{path}: the key {name} must be required or have a default");
            }
        }
    }

    private void Column(JsonObject root, PrinterColumnAttribute column)
    {
        if (column.Type is not ("string" or "integer" or "number" or "boolean" or "date"))
        {
            problems.Add($"column {column.Name}: {column.Type} is not a column's type");
        }

        var schema = root;
        foreach (var name in column.JsonPath.Split('[')[0].Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == "metadata")
            {
                return;
            }

            if (Properties(schema)[name] is not JsonObject field)
            {
                problems.Add($"column {column.Name}: {column.JsonPath} leads to no field");
                return;
            }

            schema = field;
        }
    }
}
