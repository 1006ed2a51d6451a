using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.Schema;

/// <summary>
/// The structural schema of a custom resource (CRD field <c>spec.versions[].schema.openAPIV3Schema</c>): fills in defaults, finds and prunes
/// unknown fields, and validates, with the messages of the API server. Cross-field rules (CEL) are not its business.
/// Source of the rules: Kubernetes documentation, "Specifying a structural schema", and its apiextensions-apiserver.
/// </summary>
public sealed class StructuralSchema
{
    private StructuralSchema(SchemaNode root) => Root = root;

    internal SchemaNode Root { get; }

    /// <summary>Reads the schema; throws <see cref="ArgumentException"/> for a keyword that is not implemented, so that no rule is dropped silently.</summary>
    public static StructuralSchema Parse(JsonObject openApiV3Schema) => new(SchemaNode.Parse(openApiV3Schema, ""));

    /// <summary>Reads the schema of version <c>spec.versions[0]</c> of a CRD.</summary>
    public static StructuralSchema OfDefinition(JsonObject definition) =>
        definition["spec"]?["versions"]?[0]?["schema"]?["openAPIV3Schema"] is JsonObject schema
            ? Parse(schema)
            : throw new ArgumentException($"CRD {definition["metadata"]?["name"]} has no spec.versions[0].schema.openAPIV3Schema", nameof(definition));

    /// <summary>Fills in defaults, in place; a null in a field that is not nullable counts as absent and goes.</summary>
    public void Default(JsonObject document) => SchemaDefaults.Apply(Root, document);

    /// <summary>Removes the fields the schema does not know, in place; those of metadata are judged by ObjectMeta.</summary>
    public void Prune(JsonObject document) => SchemaPruning.Prune(Root, document);

    /// <summary>Paths of the fields the schema does not know, in document order; the document stays as it is.</summary>
    public IReadOnlyList<string> FindUnknown(JsonObject document) => SchemaPruning.Find(Root, document);

    /// <summary>
    /// What breaks the schema, one message a violation with its field path: <c>spec.shards: Invalid value: 0: spec.shards in body should be
    /// greater than or equal to 1</c>. Apply <see cref="Default"/> first, as the API server does.
    /// </summary>
    public IReadOnlyList<string> Validate(JsonObject document)
    {
        var validation = new SchemaValidation();
        validation.Check(Root, document);
        return validation.Messages;
    }
}
