using System.Reflection;
using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Crds.Schema;

namespace TextOps.Crds.Generator;

/// <summary>
/// Makes the custom resource definition of a C# type that carries <see cref="KubernetesEntityAttribute"/> and <see cref="CustomResourceAttribute"/>: names and
/// columns from attributes, the structural schema from the types (see <see cref="SchemaBuilder"/>). It refuses what a server would refuse, and specs without bounds.
/// </summary>
/// <param name="docs">Where descriptions come from; <see cref="XmlDocs.None"/> leaves them out.</param>
public sealed class CrdGenerator(XmlDocs docs)
{
    /// <summary>The definition (apiextensions.k8s.io/v1), as parsed JSON: its numbers can be read as any CLR type that holds them.</summary>
    /// <exception cref="CrdException">The types cannot be said as a structural schema, or something is unbounded, undocumented or contradicts itself.</exception>
    public JsonObject Generate(Type kind)
    {
        var entity = kind.GetCustomAttribute<KubernetesEntityAttribute>();
        var resource = kind.GetCustomAttribute<CustomResourceAttribute>();
        if (entity is null || resource is null)
        {
            throw new CrdException(kind, ["the type needs [KubernetesEntity] and [CustomResource]"]);
        }

        var problems = new List<string>();
        var columns = kind.GetCustomAttributes<PrinterColumnAttribute>().ToList();
        var schema = Schema(kind, problems);
        SchemaReview.Review(schema, columns, described: docs != XmlDocs.None, problems);
        return problems.Count == 0 ? JsonNode.Parse(Document(entity, resource, columns, schema).ToJsonString())!.AsObject() : throw new CrdException(kind, problems);
    }

    private JsonObject Schema(Type kind, List<string> problems)
    {
        try
        {
            return new SchemaBuilder(docs, problems).Resource(kind);
        }
        catch (NotSupportedException error)
        {
            throw new CrdException(kind, [.. problems, error.Message]);
        }
    }

    private static JsonObject Document(KubernetesEntityAttribute entity, CustomResourceAttribute resource, List<PrinterColumnAttribute> columns, JsonObject schema)
    {
        var version = new JsonObject { ["name"] = entity.ApiVersion, ["served"] = true, ["storage"] = true };
        if (schema["properties"]!.AsObject().ContainsKey("status"))
        {
            version["subresources"] = new JsonObject { ["status"] = new JsonObject() };
        }

        if (columns.Count > 0)
        {
            version["additionalPrinterColumns"] = new JsonArray([.. columns.Select(Column)]);
        }

        version["schema"] = new JsonObject { ["openAPIV3Schema"] = schema };
        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = $"{entity.PluralName}.{entity.Group}" },
            ["spec"] = new JsonObject
            {
                ["group"] = entity.Group,
                ["names"] = Names(entity, resource),
                ["scope"] = "Namespaced",
                ["versions"] = new JsonArray(version),
            },
        };
    }

    private static JsonObject Names(KubernetesEntityAttribute entity, CustomResourceAttribute resource)
    {
        var names = new JsonObject
        {
            ["kind"] = entity.Kind,
            ["listKind"] = entity.Kind + "List",
            ["plural"] = entity.PluralName,
            ["singular"] = entity.Kind.ToLowerInvariant(),
        };
        if (resource.ShortNames.Length > 0)
        {
            names["shortNames"] = new JsonArray([.. resource.ShortNames.Select(name => (JsonNode)name)]);
        }

        if (resource.Categories.Length > 0)
        {
            names["categories"] = new JsonArray([.. resource.Categories.Select(name => (JsonNode)name)]);
        }

        return names;
    }

    private static JsonObject Column(PrinterColumnAttribute column)
    {
        var json = new JsonObject { ["name"] = column.Name, ["type"] = column.Type, ["jsonPath"] = column.JsonPath };
        if (column.Description is not null)
        {
            json["description"] = column.Description;
        }

        if (column.Priority != 0)
        {
            json["priority"] = column.Priority;
        }

        return json;
    }
}
