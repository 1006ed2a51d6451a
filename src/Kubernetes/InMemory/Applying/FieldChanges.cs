using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.InMemory.Applying;

/// <summary>What differs between two states of an object.</summary>
/// <param name="Set">Paths that are new or have another value.</param>
/// <param name="Removed">Paths that are gone.</param>
internal sealed record FieldChanges(IReadOnlySet<string> Set, IReadOnlySet<string> Removed)
{
    public static FieldChanges Between(MergeShape shape, JsonObject old, JsonObject next)
    {
        var before = OwnedFields.Of(shape, old);
        var after = OwnedFields.Of(shape, next);
        return new FieldChanges(
            after.Where(field => !before.TryGetValue(field.Key, out var value) || !JsonNode.DeepEquals(value, field.Value)).Select(field => field.Key).ToHashSet(StringComparer.Ordinal),
            before.Keys.Where(path => !after.ContainsKey(path)).ToHashSet(StringComparer.Ordinal));
    }
}
