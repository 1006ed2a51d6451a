using System.Reflection;
using System.Text.Json.Serialization;

namespace TextOps.Crds.Schema;

/// <summary>A property of a record as JSON has it.</summary>
internal sealed record Field(string Name, PropertyInfo Property, bool Required)
{
    /// <summary>What its value is.</summary>
    public Shape Shape { get; } = Shape.Of(Property);

    /// <summary>The attribute of the property, or null.</summary>
    public TAttribute? Get<TAttribute>()
        where TAttribute : Attribute => Property.GetCustomAttribute<TAttribute>();

    /// <summary>The fields of a record in the order in which they are declared, base types first.</summary>
    public static IReadOnlyList<Field> Of(Type record) =>
    [
        .. Json.Objects.GetTypeInfo(record).Properties
            .Select(property => (property.Name, property.IsRequired, Member: (PropertyInfo)property.AttributeProvider!))
            .OrderBy(field => Depth(field.Member.DeclaringType!))
            .ThenBy(field => field.Member.MetadataToken)
            .Select(field => new Field(field.Name, field.Member, field.IsRequired)),
    ];

    /// <summary>The names that JSON has for an enum's values, in the order in which they are declared.</summary>
    public static IReadOnlyList<(string Name, FieldInfo Member)> ValuesOf(Type choice) =>
    [
        .. choice.GetFields(BindingFlags.Public | BindingFlags.Static)
            .OrderBy(member => member.MetadataToken)
            .Select(member => (member.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? member.Name, member)),
    ];

    private static int Depth(Type type) => type.BaseType is { } parent ? Depth(parent) + 1 : 0;
}
