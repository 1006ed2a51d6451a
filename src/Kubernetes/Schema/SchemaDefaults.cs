using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.Schema;

/// <summary>Defaulting: absent fields get their default, from the outside in, so that the default of an object is filled up by those of its fields.</summary>
internal static class SchemaDefaults
{
    public static void Apply(SchemaNode schema, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject document:
                ApplyToObject(schema, document);
                break;
            case JsonArray items when schema.Items is { } itemSchema:
                foreach (var item in items)
                {
                    Apply(itemSchema, item);
                }

                break;
        }
    }

    private static void ApplyToObject(SchemaNode schema, JsonObject document)
    {
        foreach (var (name, property) in schema.Properties)
        {
            var isPresent = document.TryGetPropertyValue(name, out var current);
            if (current is not null || (isPresent && property.Nullable))
            {
                Apply(property, current);
            }
            else if (property.DefaultValue is { } value)
            {
                document[name] = value.DeepClone();
                Apply(property, document[name]);
            }
            else if (isPresent)
            {
                document.Remove(name);
            }
        }

        if (schema.AdditionalProperties is { } valueSchema)
        {
            foreach (var (name, current) in document)
            {
                if (!schema.Properties.ContainsKey(name))
                {
                    Apply(valueSchema, current);
                }
            }
        }
    }
}
