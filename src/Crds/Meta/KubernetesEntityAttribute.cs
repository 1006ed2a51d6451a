namespace TextOps.Crds.Meta;

/// <summary>Where the API server serves a type: group, version, kind and the plural that its path uses.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KubernetesEntityAttribute : Attribute
{
    /// <summary>API group; empty for the core group.</summary>
    public string Group { get; init; } = "";

    /// <summary>API version, for example <c>v1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Kind in CamelCase.</summary>
    public required string Kind { get; init; }

    /// <summary>Plural, lower case, as in the resource's path.</summary>
    public required string PluralName { get; init; }

    /// <summary><c>group/version</c>, or <c>version</c> for the core group: what an object's <c>apiVersion</c> says.</summary>
    public string GroupVersion => Group.Length == 0 ? ApiVersion : $"{Group}/{ApiVersion}";
}
