using TextOps.Kubernetes.Schema;

namespace TextOps.Kubernetes.InMemory.Applying;

/// <summary>Shapes of custom resources, from <c>x-kubernetes-list-type</c> and <c>x-kubernetes-map-type</c> in their schemas.</summary>
internal static class SchemaShapes
{
    public static MergeShape Of(StructuralSchema schema) => CoreShapes.OfCustomResource(Of(schema.Root));

    private static MergeShape Of(SchemaNode schema) => schema switch
    {
        { MapType: "atomic" } => MergeShape.Atomic,
        { ListType: "set" } => MergeShape.Set,
        { ListType: "map", Items: { } items } =>
            MergeShape.ListBy([.. schema.ListMapKeys.Select(key => new MergeKey(key, items.Properties.GetValueOrDefault(key)?.DefaultValue))], Of(items)),
        _ => new MergeShape
        {
            Fields = schema.Properties.ToDictionary(property => property.Key, property => Of(property.Value)),
            Values = schema.AdditionalProperties is { } values ? Of(values) : null,
        },
    };
}
