using System.Text.Json.Nodes;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.InMemory.Applying;
using TextOps.Kubernetes.Schema;

namespace TextOps.Kubernetes.InMemory;

/// <summary>A custom resource that an <see cref="InMemoryCluster"/> serves.</summary>
/// <param name="Definition">The CRD (apiextensions.k8s.io/v1): group, names, the first version and its structural schema are read.</param>
/// <param name="Validate">
/// Problems of an object that only its cross-field rules (CEL in the CRD) find, each in full: <c>spec.chunking: Invalid value: …</c>. It is
/// called with a defaulted, pruned object that keeps its schema.
/// </param>
public sealed record CustomResource(JsonObject Definition, Func<JsonObject, IEnumerable<string>> Validate)
{
    internal ResourceDefinition ToDefinition()
    {
        var spec = Definition["spec"];
        var version = spec?["versions"]?[0];
        if (spec is null || version is null)
        {
            throw new InvalidDataException($"CRD {Definition["metadata"]?["name"]} has no spec.versions[0]");
        }

        if ((string?)spec["scope"] != "Namespaced")
        {
            throw new InvalidDataException($"CRD {Definition["metadata"]?["name"]}: spec.scope is {spec["scope"]}; only Namespaced is served");
        }

        var schema = StructuralSchema.OfDefinition(Definition);
        var hasStatus = version["subresources"]?["status"] is not null;
        return new ResourceDefinition(new EntityType((string)spec["group"]!, (string)version["name"]!, (string)spec["names"]!["kind"]!, (string)spec["names"]!["plural"]!))
        {
            HasStatus = hasStatus,
            HasGeneration = true,
            Schema = schema,
            Shape = SchemaShapes.Of(schema),
            Validate = Validate,
        };
    }
}
