using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TextOps.Kubernetes.Schema;

/// <summary>One level of a structural schema.</summary>
internal sealed class SchemaNode
{
    /// <summary>Keywords that are read here, and those that say nothing about which documents are valid or are judged elsewhere (CEL).</summary>
    private static readonly HashSet<string> Known =
    [
        "type", "format", "nullable", "default", "enum", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
        "minItems", "maxItems", "minProperties", "maxProperties", "required", "properties", "additionalProperties", "items",
        "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-list-type", "x-kubernetes-list-map-keys",
        "x-kubernetes-map-type", "x-kubernetes-validations", "description", "title", "example", "externalDocs",
    ];

    private SchemaNode(JsonObject schema, string path)
    {
        foreach (var (keyword, _) in schema)
        {
            // int-or-string carries anyOf {integer, string} by convention; any other combination would be a rule that nobody checks.
            if (!Known.Contains(keyword) && !(keyword == "anyOf" && Flag(schema, "x-kubernetes-int-or-string")))
            {
                throw new ArgumentException($"schema of {(path.Length == 0 ? "the root" : path)}: keyword {keyword} is not implemented", nameof(schema));
            }
        }

        Type = (string?)schema["type"];
        Format = (string?)schema["format"];
        Nullable = Flag(schema, "nullable");
        DefaultValue = schema["default"]?.DeepClone();
        Allowed = schema["enum"]?.AsArray().Select(value => value?.DeepClone()).ToArray();
        Pattern = (string?)schema["pattern"];
        PatternExpression = Pattern is null ? null : new Regex(Pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        Minimum = Number(schema, "minimum");
        Maximum = Number(schema, "maximum");
        ExclusiveMinimum = Flag(schema, "exclusiveMinimum");
        ExclusiveMaximum = Flag(schema, "exclusiveMaximum");
        MinLength = Count(schema, "minLength");
        MaxLength = Count(schema, "maxLength");
        MinItems = Count(schema, "minItems");
        MaxItems = Count(schema, "maxItems");
        MinProperties = Count(schema, "minProperties");
        MaxProperties = Count(schema, "maxProperties");
        Required = Strings(schema, "required");
        IntOrString = Flag(schema, "x-kubernetes-int-or-string");
        PreserveUnknownFields = Flag(schema, "x-kubernetes-preserve-unknown-fields");
        ListType = (string?)schema["x-kubernetes-list-type"];
        ListMapKeys = Strings(schema, "x-kubernetes-list-map-keys");
        MapType = (string?)schema["x-kubernetes-map-type"];
        Properties = (schema["properties"] as JsonObject)?.ToDictionary(
            property => property.Key,
            property => Parse(property.Value!.AsObject(), path.Length == 0 ? property.Key : $"{path}.{property.Key}")) ?? [];
        Items = schema["items"] is JsonObject items ? Parse(items, path + "[]") : null;
        AdditionalProperties = schema["additionalProperties"] is JsonObject values ? Parse(values, path + ".*") : null;
        AnyAdditionalProperty = schema["additionalProperties"] is JsonValue any && any.GetValue<bool>();
    }

    public string? Type { get; }

    public string? Format { get; }

    public bool Nullable { get; }

    public JsonNode? DefaultValue { get; }

    public JsonNode?[]? Allowed { get; }

    public string? Pattern { get; }

    public Regex? PatternExpression { get; }

    public decimal? Minimum { get; }

    public decimal? Maximum { get; }

    public bool ExclusiveMinimum { get; }

    public bool ExclusiveMaximum { get; }

    public int? MinLength { get; }

    public int? MaxLength { get; }

    public int? MinItems { get; }

    public int? MaxItems { get; }

    public int? MinProperties { get; }

    public int? MaxProperties { get; }

    public string[] Required { get; }

    public bool IntOrString { get; }

    public bool PreserveUnknownFields { get; }

    public string? ListType { get; }

    public string[] ListMapKeys { get; }

    public string? MapType { get; }

    public IReadOnlyDictionary<string, SchemaNode> Properties { get; }

    public SchemaNode? Items { get; }

    public SchemaNode? AdditionalProperties { get; }

    public bool AnyAdditionalProperty { get; }

    public static SchemaNode Parse(JsonObject schema, string path) => new(schema, path);

    private static bool Flag(JsonObject schema, string keyword) => schema[keyword]?.GetValue<bool>() ?? false;

    private static decimal? Number(JsonObject schema, string keyword) => schema[keyword] is JsonValue value ? JsonNumbers.ToDecimal(value) : null;

    private static int? Count(JsonObject schema, string keyword) => (int?)Number(schema, keyword);

    private static string[] Strings(JsonObject schema, string keyword) => schema[keyword]?.AsArray().Select(item => (string)item!).ToArray() ?? [];
}
