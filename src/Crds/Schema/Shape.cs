using System.Reflection;
using System.Text.Json.Nodes;

namespace TextOps.Crds.Schema;

/// <summary>What a C# type is in JSON: the one list of types that our resources may use.</summary>
internal sealed record Shape(ShapeKind Kind, Type Type, Shape? Item = null)
{
    /// <summary>The shape of a property.</summary>
    /// <exception cref="NotSupportedException">A resource cannot hold the property's type.</exception>
    public static Shape Of(PropertyInfo property) => Of(property.PropertyType) ?? throw new NotSupportedException(
        $"{property.DeclaringType!.Name}.{property.Name}: a resource cannot hold a {property.PropertyType}; "
        + "use string, bool, int, long, double, DateTimeOffset, an enum, a record, JsonObject, IReadOnlyList or IReadOnlyDictionary<string, …>");

    private static Shape? Of(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (Scalar(type) is { } kind)
        {
            return new Shape(kind, type);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return Of(type.GetGenericArguments()[0]) is { } item ? new Shape(ShapeKind.List, type, item) : null;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) && type.GetGenericArguments()[0] == typeof(string))
        {
            return Of(type.GetGenericArguments()[1]) is { } value ? new Shape(ShapeKind.Map, type, value) : null;
        }

        return type.IsClass && type.Namespace?.StartsWith("System", StringComparison.Ordinal) == false ? new Shape(ShapeKind.Record, type) : null;
    }

    private static ShapeKind? Scalar(Type type) => type switch
    {
        _ when type == typeof(string) => ShapeKind.Text,
        _ when type == typeof(bool) => ShapeKind.Boolean,
        _ when type == typeof(int) => ShapeKind.Int32,
        _ when type == typeof(long) => ShapeKind.Int64,
        _ when type == typeof(double) => ShapeKind.Number,
        _ when type == typeof(DateTimeOffset) => ShapeKind.Time,
        _ when type == typeof(JsonObject) => ShapeKind.Free,
        _ when type.IsEnum => ShapeKind.Choice,
        _ when type.GetCustomAttribute<IntOrStringAttribute>() is not null => ShapeKind.IntOrString,
        _ => null,
    };
}

/// <summary>Kinds of values.</summary>
internal enum ShapeKind
{
    Text,
    Boolean,
    Int32,
    Int64,
    Number,
    Time,
    Choice,
    IntOrString,
    Free,
    List,
    Map,
    Record,
}
