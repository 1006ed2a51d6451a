using TextOps.Crds;
using TextOps.Runner.Logging;

namespace TextOps.Runner.Prepare.Contract;

/// <summary>How messages name labels, which come from the data: cut, control characters escaped, and no more of them than anybody reads.</summary>
internal static class LabelNames
{
    private const int MaxBytes = 64;
    private const int Named = 10;

    /// <summary>A label in quotes.</summary>
    public static string Of(string label) => $"'{Ellipsis.Cut(LogText.Escape(label), MaxBytes)}'";

    /// <summary>The first labels, each in quotes, and how many more there are.</summary>
    public static string List(IEnumerable<string> labels) => Join([.. labels.Select(Of)]);

    /// <summary>The first of <paramref name="texts"/>, and how many more there are.</summary>
    public static string Join(IReadOnlyCollection<string> texts) => string.Join(", ", texts.Take(Named)) + (texts.Count > Named ? $" and {texts.Count - Named} more" : "");
}
