using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.InMemory.Applying;

/// <summary>What can be owned of a document: path and, of what has no parts of its own, the value.</summary>
internal static class OwnedFields
{
    /// <summary>Set by the server, or naming the object: nobody owns these (fieldmanager/stripmeta.go).</summary>
    private static readonly string[] Nobodys =
    [
        "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "selfLink",
    ];

    /// <summary>The fields of an object, but for those that name it, those of the server and the status, which has its own door.</summary>
    public static Dictionary<string, JsonNode?> Of(MergeShape shape, JsonObject document)
    {
        var fields = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (name, value) in document)
        {
            if (name == "metadata")
            {
                foreach (var (field, part) in value as JsonObject ?? [])
                {
                    if (!Nobodys.Contains(field))
                    {
                        AddField(shape.Of(name), field, part, "/metadata", fields);
                    }
                }
            }
            else if (name is not ("apiVersion" or "kind" or "status"))
            {
                AddField(shape, name, value, "", fields);
            }
        }

        return fields;
    }

    private static void AddField(MergeShape shape, string name, JsonNode? value, string parent, Dictionary<string, JsonNode?> fields)
    {
        var path = FieldPath.Field(parent, name);
        if (shape.Values is not null && !shape.Fields.ContainsKey(name))
        {
            fields[path] = null;
        }

        Add(shape.Of(name), value, path, fields);
    }

    private static void Add(MergeShape shape, JsonNode? value, string path, Dictionary<string, JsonNode?> fields)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } parts when !shape.IsAtomic:
                foreach (var (name, part) in parts)
                {
                    AddField(shape, name, part, path, fields);
                }

                break;
            case JsonArray items when shape.IsSet || shape.Keys.Count > 0:
                foreach (var item in items)
                {
                    var itemPath = shape.IsSet ? FieldPath.Item(path, item) : FieldPath.Item(path, shape.Keys, item);
                    if (!fields.TryAdd(itemPath, null))
                    {
                        throw ApiErrors.Untyped($"{FieldPath.Describe(path)}: duplicate entries for key {FieldPath.Describe(itemPath[path.Length..])}");
                    }

                    if (!shape.IsSet)
                    {
                        Add(shape.Items, item, itemPath, fields);
                    }
                }

                break;
            default:
                fields[path] = value;
                break;
        }
    }
}
