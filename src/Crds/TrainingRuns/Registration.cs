using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Meta;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.TrainingRuns;

/// <summary>Where a model that passes its gates is registered: <c>&lt;registry&gt;/models/&lt;name&gt;/v000001/…</c>.</summary>
public sealed record Registration
{
    /// <summary>The store; the operator's default store where absent (<c>textops run --store</c> in local mode).</summary>
    [MinLength(1), MaxLength(2048), RegularExpression(Patterns.Uri)]
    public string? Registry { get; init; }

    /// <summary>Name of the model; <c>&lt;namespace&gt;.&lt;name&gt;</c> of the object where absent.</summary>
    [MinLength(1), MaxLength(128), RegularExpression(Patterns.StoreName)]
    public string? Name { get; init; }

    /// <summary>Alias that a new version gets; none where absent. It begins with a letter, and what reads like a version (<c>v3</c>) is none.</summary>
    [MinLength(1), MaxLength(63), RegularExpression("^[a-z]([a-z0-9-]*[a-z0-9])?$")]
    public string? Alias { get; init; }

    /// <summary>How many versions are kept beside those that an alias or a pin names; all where absent.</summary>
    [Range(1, 10_000)]
    public int? KeepVersions { get; init; }

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<Registration>> Rules { get; } =
    [
        new("!has(self.alias) || !self.alias.matches('^v[0-9]+$')", register => register.Alias is not { } alias || !ReadsAsVersion(alias),
            "alias must not read like a version; choose a word such as staging",
            (register, at) => $"{at}alias ({register.Alias}) reads like a version; choose a word such as staging"),
    ];

    /// <summary>Whether a reference (<c>3</c>, <c>v3</c>) means a version and never an alias.</summary>
    internal static bool ReadsAsVersion(string reference) => reference.StartsWith('v') && reference.Length > 1 ? reference.Skip(1).All(char.IsAsciiDigit) : reference.All(char.IsAsciiDigit);

    /// <summary>Name of the model of the object that <paramref name="owner"/> describes.</summary>
    public string NameFor(V1ObjectMeta owner) => Name ?? $"{owner.Namespace}.{owner.Name}";
}
