namespace TextOps.Crds.Schema;

/// <summary>
/// Marks a class as a custom resource and gives what the CRD says beside the schema. Ranges, lengths and patterns of fields come from
/// System.ComponentModel.DataAnnotations, descriptions from XML docs, defaults from property initialisers, <c>required</c> from C#'s keyword.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CustomResourceAttribute : Attribute
{
    /// <summary>Short names for kubectl.</summary>
    public string[] ShortNames { get; init; } = [];

    /// <summary>Categories for kubectl; <c>textops</c> lists all our kinds.</summary>
    public string[] Categories { get; init; } = ["textops"];
}

/// <summary>A column of <c>kubectl get</c>, in the order given.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class PrinterColumnAttribute(string name, string type, string jsonPath) : Attribute
{
    /// <summary>Heading.</summary>
    public string Name { get; } = name;

    /// <summary>OpenAPI type: string, integer, number, boolean or date.</summary>
    public string Type { get; } = type;

    /// <summary>Where the value is, as a JSONPath from the object's root.</summary>
    public string JsonPath { get; } = jsonPath;

    /// <summary>0 is always shown, higher ones only by <c>-o wide</c>.</summary>
    public int Priority { get; init; }

    /// <summary>What the column means.</summary>
    public string? Description { get; init; }
}

/// <summary>Upper bound of a list (<c>maxItems</c>) or of a map (<c>maxProperties</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MaxItemsAttribute(int count) : Attribute
{
    /// <summary>The bound.</summary>
    public int Count { get; } = count;
}

/// <summary>The list is a map by these keys (<c>x-kubernetes-list-type: map</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MapKeysAttribute(params string[] keys) : Attribute
{
    /// <summary>The keys.</summary>
    public string[] Keys { get; } = keys;
}

/// <summary>The list is a set (<c>x-kubernetes-list-type: set</c>); lists with neither attribute are atomic.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SetAttribute : Attribute;

/// <summary>Bound of each string's length in a list of strings or in the values of a map.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemMaxLengthAttribute(int length) : Attribute
{
    /// <summary>The bound, in characters.</summary>
    public int Length { get; } = length;
}

/// <summary>The object is kept as it is (<c>x-kubernetes-preserve-unknown-fields</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PreserveUnknownFieldsAttribute : Attribute;

/// <summary>A type whose values are a string or a whole number (<c>x-kubernetes-int-or-string</c>); bound and pattern hold for the string.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class IntOrStringAttribute(int maxLength, string pattern) : Attribute
{
    /// <summary>The bound, in characters.</summary>
    public int MaxLength { get; } = maxLength;

    /// <summary>The pattern of the whole string.</summary>
    public string Pattern { get; } = pattern;
}
