using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.Generator;

/// <summary>Defaults of fields: what their initialisers give.</summary>
internal static class DefaultValue
{
    /// <summary>An object of <paramref name="type"/> as its initialisers leave it, required members being null; null where it has no parameterless constructor.</summary>
    public static object? Instance(Type type) =>
        type.GetConstructor(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance, []) is null ? null : Activator.CreateInstance(type, nonPublic: true);

    /// <summary>
    /// The default of <paramref name="field"/> as <paramref name="owner"/> has it; null for none. A record that equals its own defaults is <c>{}</c>, so that the
    /// defaults of its fields apply; where a rule reads it all is spelled out, because a server judges a default by the rules before it looks at nested defaults.
    /// </summary>
    public static JsonNode? Of(Field field, object owner)
    {
        if (field.Property.GetValue(owner) is not { } value)
        {
            return null;
        }

        var json = JsonSerializer.SerializeToNode(value, field.Property.PropertyType, Json.Objects);
        return field.Shape.Kind == ShapeKind.Record && !HasRules(field.Shape.Type, []) ? Deviations(field.Shape.Type, json!.AsObject()) : json;
    }

    private static JsonObject Deviations(Type type, JsonObject value)
    {
        var own = JsonSerializer.SerializeToNode(Instance(type), type, Json.Objects)!.AsObject();
        return new JsonObject(value.Where(field => !JsonNode.DeepEquals(field.Value, own[field.Key])).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));
    }

    private static bool HasRules(Type type, HashSet<Type> seen) =>
        seen.Add(type) && (IRule.Of(type).Count > 0 || Field.Of(type).Any(field => field.Shape.Kind == ShapeKind.Record && HasRules(field.Shape.Type, seen)));
}
