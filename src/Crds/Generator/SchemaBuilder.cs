using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.Generator;

/// <summary>
/// Builds structural schemas (Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions", "Specifying a structural schema") from C# types by reflection
/// alone: no <c>$ref</c>, every field with a type, maps by <c>additionalProperties</c>.
/// </summary>
internal sealed class SchemaBuilder(XmlDocs docs, List<string> problems)
{
    private readonly Stack<Type> open = new();

    /// <summary>The root schema of a kind; defaults are set below <c>spec</c> only, because nobody but the operator writes status.</summary>
    public JsonObject Resource(Type kind)
    {
        var schema = Start("object", docs.Summary(kind));
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var field in Field.Of(kind))
        {
            properties[field.Name] = field.Name switch
            {
                "apiVersion" or "kind" => Start("string", docs.Summary(field.Property)),
                // The server knows what metadata is; anything more here would be refused.
                "metadata" => new JsonObject { ["type"] = "object" },
                _ => Property(field, field.Name, defaults: field.Name != "status"),
            };
            if (field.Required)
            {
                required.Add(field.Name);
            }
        }

        ReviewRules(kind, properties, ["apiVersion", "kind", "metadata", .. required], "");
        return Finish(schema, properties, required, kind);
    }

    private static JsonObject Start(string? type, string? description)
    {
        var schema = new JsonObject();
        if (description is not null)
        {
            schema["description"] = description;
        }

        if (type is not null)
        {
            schema["type"] = type;
        }

        return schema;
    }

    private static JsonObject Finish(JsonObject schema, JsonObject properties, JsonArray required, Type type)
    {
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        schema["properties"] = properties;
        var rules = IRule.Of(type).Where(rule => rule.Cel is not null).ToList();
        if (rules.Count > 0)
        {
            schema["x-kubernetes-validations"] = new JsonArray([.. rules.Select(rule => new JsonObject { ["rule"] = rule.Cel, ["message"] = rule.Message })]);
        }

        return schema;
    }

    private JsonObject Property(Field field, string path, bool defaults, object? owner = null)
    {
        var schema = Value(field.Shape, docs.Summary(field.Property), path, defaults);
        Constrain(schema, field, path);
        if (defaults && !field.Required && owner is not null && DefaultValue.Of(field, owner) is { } value)
        {
            Insert(schema, "default", value);
            problems.AddRange(ResourceValidator.Validate(field.Property.GetValue(owner)!).Select(violation => $"{path}: the default breaks the rule {violation.Cel ?? violation.Message}"));
        }

        return schema;
    }

    private JsonObject Value(Shape shape, string? description, string path, bool defaults)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Record:
                return Record(shape.Type, description, path, defaults);
            case ShapeKind.List:
                var list = Start("array", description);
                list["items"] = Value(shape.Item!, null, path + "[]", defaults);
                return list;
            case ShapeKind.Map:
                var map = Start("object", description);
                // The API server forbids defaults below additionalProperties.
                map["additionalProperties"] = Value(shape.Item!, null, path + "{}", defaults: false);
                return map;
            case ShapeKind.Choice:
                var choice = Start("string", description);
                choice["enum"] = new JsonArray([.. Field.ValuesOf(shape.Type).Select(value => (JsonNode)value.Name)]);
                return choice;
            case ShapeKind.IntOrString:
                var either = Start(null, description);
                var bounds = shape.Type.GetCustomAttribute<IntOrStringAttribute>()!;
                either["x-kubernetes-int-or-string"] = true;
                either["maxLength"] = bounds.MaxLength;
                either["pattern"] = bounds.Pattern;
                return either;
            default:
                var (type, format) = shape.Kind switch
                {
                    ShapeKind.Boolean => ("boolean", null),
                    ShapeKind.Int32 => ("integer", "int32"),
                    ShapeKind.Int64 => ("integer", "int64"),
                    ShapeKind.Number => ("number", "double"),
                    ShapeKind.Time => ("string", "date-time"),
                    ShapeKind.Free => ("object", null),
                    _ => ("string", (string?)null),
                };
                var scalar = Start(type, description);
                if (format is not null)
                {
                    scalar["format"] = format;
                }

                return scalar;
        }
    }

    private JsonObject Record(Type type, string? description, string path, bool defaults)
    {
        var schema = Start("object", description);
        if (open.Contains(type))
        {
            problems.Add($"{path}: {type.Name} contains itself; a structural schema cannot say that");
            schema["properties"] = new JsonObject();
            return schema;
        }

        open.Push(type);
        var properties = new JsonObject();
        var required = new JsonArray();
        var owner = defaults ? DefaultValue.Instance(type) : null;
        foreach (var field in Field.Of(type))
        {
            properties[field.Name] = Property(field, $"{path}.{field.Name}", defaults, owner);
            if (field.Required)
            {
                required.Add(field.Name);
            }
        }

        open.Pop();
        ReviewRules(type, properties, [.. required], path + ": ");
        return Finish(schema, properties, required, type);
    }

    private void Constrain(JsonObject schema, Field field, string path)
    {
        foreach (var attribute in field.Property.GetCustomAttributes())
        {
            switch (attribute, field.Shape.Kind)
            {
                case (RangeAttribute range, ShapeKind.Int32 or ShapeKind.Int64 or ShapeKind.Number):
                    schema["minimum"] = Bound(range.Minimum, field.Shape.Kind, path);
                    schema["maximum"] = Bound(range.Maximum, field.Shape.Kind, path);
                    break;
                case (MinLengthAttribute least, ShapeKind.Text):
                    schema["minLength"] = least.Length;
                    break;
                case (MinLengthAttribute least, ShapeKind.List):
                    schema["minItems"] = least.Length;
                    break;
                case (MinLengthAttribute least, ShapeKind.Map):
                    schema["minProperties"] = least.Length;
                    break;
                case (MaxLengthAttribute most, ShapeKind.Text):
                    schema["maxLength"] = most.Length;
                    break;
                case (RegularExpressionAttribute expression, ShapeKind.Text):
                    schema["pattern"] = expression.Pattern;
                    break;
                case (MaxItemsAttribute most, ShapeKind.List):
                    schema["maxItems"] = most.Count;
                    break;
                case (MaxItemsAttribute most, ShapeKind.Map):
                    schema["maxProperties"] = most.Count;
                    break;
                case (ItemMaxLengthAttribute most, ShapeKind.List or ShapeKind.Map) when field.Shape.Item!.Kind == ShapeKind.Text:
                    schema[field.Shape.Kind == ShapeKind.List ? "items" : "additionalProperties"]!["maxLength"] = most.Length;
                    break;
                case (PreserveUnknownFieldsAttribute, ShapeKind.Free):
                    schema["x-kubernetes-preserve-unknown-fields"] = true;
                    break;
                case (SetAttribute or MapKeysAttribute, ShapeKind.List):
                    break;
                case (ValidationAttribute or PreserveUnknownFieldsAttribute or SetAttribute or MapKeysAttribute or MaxItemsAttribute or ItemMaxLengthAttribute, _):
                    problems.Add($"{path}: [{attribute.GetType().Name.Replace("Attribute", "", StringComparison.Ordinal)}] means nothing on {field.Property.PropertyType.Name}");
                    break;
            }
        }

        if (field.Shape.Kind == ShapeKind.List)
        {
            var keys = field.Get<MapKeysAttribute>()?.Keys;
            schema["x-kubernetes-list-type"] = keys is not null ? "map" : field.Get<SetAttribute>() is not null ? "set" : "atomic";
            if (keys is not null)
            {
                schema["x-kubernetes-list-map-keys"] = new JsonArray([.. keys.Select(key => (JsonNode)key)]);
            }
        }
    }

    // In CEL a field that is absent is an error, so a rule must ask for it first.
    private void ReviewRules(Type type, JsonObject properties, IEnumerable<JsonNode?> required, string place)
    {
        var certain = required.Select(name => (string)name!)
            .Concat(properties.Where(property => property.Value!.AsObject().ContainsKey("default")).Select(property => property.Key))
            .ToHashSet();
        foreach (var cel in IRule.Of(type).Select(rule => rule.Cel).OfType<string>())
        {
            foreach (var name in CelFields.Of(cel))
            {
                if (!properties.ContainsKey(name))
                {
                    problems.Add($"{place}the rule {cel} reads {name}, which is not a field");
                }
                else if (!certain.Contains(name) && !cel.Contains($"has(self.{name})", StringComparison.Ordinal))
                {
                    problems.Add($"{place}the rule {cel} reads {name}, which may be absent; ask has(self.{name}) first or give it a default");
                }
            }
        }
    }

    // C# takes bounds above int as double, which is exact for whole numbers up to 2^53.
    private JsonValue Bound(object bound, ShapeKind kind, string path)
    {
        var number = Convert.ToDouble(bound, CultureInfo.InvariantCulture);
        if (kind == ShapeKind.Number)
        {
            return JsonValue.Create(number);
        }

        if (Math.Abs(number) > 1L << 53 || Math.Truncate(number) != number)
        {
            problems.Add($"{path}: [Range] bound {number} of a whole number is not exact; take one of at most 2^53");
        }

        return JsonValue.Create((long)number);
    }

    // Beside the type, where a reader looks for it.
    private static void Insert(JsonObject schema, string name, JsonNode value)
    {
        var after = schema.ContainsKey("format") ? "format" : "type";
        schema.Insert(schema.IndexOf(after) + 1, name, value);
    }
}
