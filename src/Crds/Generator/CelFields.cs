using System.Text.RegularExpressions;

namespace TextOps.Crds.Generator;

/// <summary>Which fields of its object a CEL rule reads.</summary>
internal static partial class CelFields
{
    /// <summary>The names after <c>self.</c>, each once; text in quotes is skipped.</summary>
    public static IEnumerable<string> Of(string cel) =>
        FieldPattern().Matches(QuotedPattern().Replace(cel, "''")).Select(match => match.Groups["name"].Value).Distinct();

    [GeneratedRegex(@"\bself\.(?<name>[A-Za-z_][A-Za-z0-9_]*)", RegexOptions.NonBacktracking)]
    private static partial Regex FieldPattern();

    [GeneratedRegex("'[^']*'|\"[^\"]*\"", RegexOptions.NonBacktracking)]
    private static partial Regex QuotedPattern();
}
