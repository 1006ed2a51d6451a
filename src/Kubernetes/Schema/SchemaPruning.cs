using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.Schema;

/// <summary>Finds the fields a schema does not know. The root's apiVersion, kind and metadata are known to every schema.</summary>
internal static class SchemaPruning
{
    private static readonly string[] Envelope = ["apiVersion", "kind", "metadata"];

    private static readonly string[] MetadataFields =
    [
        "name", "generateName", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
        "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers", "managedFields", "selfLink",
    ];

    public static void Prune(SchemaNode root, JsonObject document)
    {
        Visit(root, document, "", (parent, name, _) => parent.Remove(name));
    }

    public static IReadOnlyList<string> Find(SchemaNode root, JsonObject document)
    {
        var unknown = new List<string>();
        Visit(root, document, "", (_, _, path) => unknown.Add(path));
        return unknown;
    }

    private static void Visit(SchemaNode schema, JsonNode? value, string path, Action<JsonObject, string, string> report)
    {
        switch (value)
        {
            case JsonObject document:
                VisitObject(schema, document, path, report);
                break;
            case JsonArray items when schema.Items is { } itemSchema:
                for (var i = 0; i < items.Count; i++)
                {
                    Visit(itemSchema, items[i], $"{path}[{i}]", report);
                }

                break;
        }
    }

    private static void VisitObject(SchemaNode schema, JsonObject document, string path, Action<JsonObject, string, string> report)
    {
        foreach (var (name, value) in document.ToArray())
        {
            var fieldPath = path.Length == 0 ? name : $"{path}.{name}";
            if (path.Length == 0 && Envelope.Contains(name))
            {
                VisitMetadata(value, fieldPath, report);
            }
            else if (schema.Properties.TryGetValue(name, out var property))
            {
                Visit(property, value, fieldPath, report);
            }
            else if (schema.AdditionalProperties is { } valueSchema)
            {
                Visit(valueSchema, value, fieldPath, report);
            }
            else if (!schema.PreserveUnknownFields && !schema.AnyAdditionalProperty)
            {
                report(document, name, fieldPath);
            }
        }
    }

    private static void VisitMetadata(JsonNode? value, string path, Action<JsonObject, string, string> report)
    {
        if (value is not JsonObject metadata)
        {
            return;
        }

        foreach (var (name, _) in metadata.ToArray())
        {
            if (!MetadataFields.Contains(name))
            {
                report(metadata, name, $"{path}.{name}");
            }
        }
    }
}
