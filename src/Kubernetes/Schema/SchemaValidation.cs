using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.Schema;

/// <summary>One validation of a document, with the API server's wording of each violation.</summary>
internal sealed class SchemaValidation
{
    private readonly List<string> messages = [];

    public IReadOnlyList<string> Messages => messages;

    public void Check(SchemaNode schema, JsonObject document) => Check(schema, document, "");

    private void Check(SchemaNode schema, JsonNode? value, string path)
    {
        if (value is null)
        {
            if (!schema.Nullable)
            {
                TypeError(schema, null, path);
            }

            return;
        }

        if (!HasType(schema, value))
        {
            TypeError(schema, value, path);
            return;
        }

        if (schema.Allowed is { } allowed && !allowed.Any(candidate => JsonNode.DeepEquals(candidate, value)))
        {
            messages.Add($"{path}: Unsupported value: {Show(value)}: supported values: {string.Join(", ", allowed.Select(Show))}");
        }

        switch (value)
        {
            case JsonObject document:
                CheckObject(schema, document, path);
                break;
            case JsonArray items:
                CheckArray(schema, items, path);
                break;
            case JsonValue text when text.GetValueKind() == JsonValueKind.String:
                CheckString(schema, text.GetValue<string>(), path);
                break;
            case JsonValue number when number.GetValueKind() == JsonValueKind.Number:
                CheckNumber(schema, number, path);
                break;
        }
    }

    private void CheckObject(SchemaNode schema, JsonObject document, string path)
    {
        foreach (var name in schema.Required)
        {
            if (!document.ContainsKey(name))
            {
                messages.Add($"{Child(path, name)}: Required value");
            }
        }

        if (schema.MinProperties > document.Count)
        {
            Body(path, document.Count.ToString(), $"should have at least {schema.MinProperties} properties");
        }

        if (schema.MaxProperties < document.Count)
        {
            messages.Add($"{path}: Too many: {document.Count}: must have at most {schema.MaxProperties} items");
        }

        foreach (var (name, value) in document)
        {
            var property = schema.Properties.GetValueOrDefault(name) ?? schema.AdditionalProperties;

            // The root's metadata is an ObjectMeta, which is checked as such; its schema may only bound the name.
            if (property is not null)
            {
                Check(property, value, Child(path, name));
            }
        }
    }

    private void CheckArray(SchemaNode schema, JsonArray items, string path)
    {
        if (schema.MinItems > items.Count)
        {
            Body(path, items.Count.ToString(), $"should have at least {schema.MinItems} items");
        }

        if (schema.MaxItems < items.Count)
        {
            messages.Add($"{path}: Too many: {items.Count}: must have at most {schema.MaxItems} items");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var itemPath = $"{path}[{i}]";
            if (schema.Items is { } itemSchema)
            {
                Check(itemSchema, items[i], itemPath);
            }

            var key = schema.ListType switch
            {
                "set" => Show(items[i]),
                "map" when items[i] is JsonObject item => MapKey(schema.ListMapKeys, item),
                _ => null,
            };
            if (key is not null && !seen.Add(key))
            {
                messages.Add($"{itemPath}: Duplicate value: {key}");
            }
        }
    }

    private void CheckString(SchemaNode schema, string text, string path)
    {
        if (schema.MinLength is { } min && CodePoints(text) < min)
        {
            Body(path, Quote(text), $"should be at least {min} chars long");
        }

        if (schema.MaxLength is { } max && CodePoints(text) > max)
        {
            messages.Add($"{path}: Too long: may not be longer than {max}");
        }

        if (schema.PatternExpression is { } pattern && !pattern.IsMatch(text))
        {
            Body(path, Quote(text), $"should match '{schema.Pattern}'");
        }

        if (schema.Format == "date-time"
            && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _))
        {
            Body(path, Quote(text), $"must be of type date-time: {Quote(text)}");
        }
    }

    private void CheckNumber(SchemaNode schema, JsonValue value, string path)
    {
        var number = JsonNumbers.ToDecimal(value);
        if (schema.Minimum is { } min && (number < min || (schema.ExclusiveMinimum && number == min)))
        {
            Body(path, Show(value), $"should be greater than {(schema.ExclusiveMinimum ? "" : "or equal to ")}{min}");
        }

        if (schema.Maximum is { } max && (number > max || (schema.ExclusiveMaximum && number == max)))
        {
            Body(path, Show(value), $"should be less than {(schema.ExclusiveMaximum ? "" : "or equal to ")}{max}");
        }
    }

    private static bool HasType(SchemaNode schema, JsonNode value)
    {
        if (schema.IntOrString)
        {
            return value is JsonValue either && (either.GetValueKind() == JsonValueKind.String || JsonNumbers.IsInteger(either, out _));
        }

        return schema.Type switch
        {
            "object" => value is JsonObject,
            "array" => value is JsonArray,
            "string" => value.GetValueKind() == JsonValueKind.String,
            "boolean" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            "number" => value.GetValueKind() == JsonValueKind.Number,
            "integer" => value is JsonValue number && JsonNumbers.IsInteger(number, out var integer)
                && (schema.Format != "int32" || integer is >= int.MinValue and <= int.MaxValue),
            _ => true,
        };
    }

    private void TypeError(SchemaNode schema, JsonNode? value, string path)
    {
        var kind = value?.GetValueKind() switch
        {
            null => "null",
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => JsonNumbers.IsInteger(value.AsValue(), out _) ? "integer" : "number",
            _ => "boolean",
        };
        var wanted = schema.IntOrString ? "integer,string" : schema.Type == "integer" && kind == "integer" ? schema.Format ?? "int64" : schema.Type;
        Body(path, Quote(kind), $"must be of type {wanted}: {Quote(kind)}");
    }

    private void Body(string path, string value, string violation) => messages.Add($"{path}: Invalid value: {value}: {path} in body {violation}");

    private static string Child(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string MapKey(string[] keys, JsonObject item)
    {
        var key = new JsonObject();
        foreach (var name in keys)
        {
            key[name] = item[name]?.DeepClone();
        }

        return Show(key);
    }

    private static string Show(JsonNode? value) => value?.ToJsonString(Crds.Json.Objects) ?? "null";

    private static string Quote(string text) => Show(JsonValue.Create(text));

    private static int CodePoints(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
