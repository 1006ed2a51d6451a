using System.Reflection;

namespace TextOps.Crds.Validation;

/// <summary>A <see cref="Rule{T}"/> for those who find it by reflection.</summary>
internal interface IRule
{
    string? Cel { get; }

    string Message { get; }

    bool HoldsFor(object value);

    string? ExplainFor(object value, string path);

    /// <summary>The rules that <paramref name="type"/> declares.</summary>
    static IReadOnlyList<IRule> Of(Type type) =>
        type.GetProperty("Rules", BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)?.GetValue(null) is IEnumerable<IRule> rules
            ? [.. rules]
            : [];
}
