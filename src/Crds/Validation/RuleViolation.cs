namespace TextOps.Crds.Validation;

/// <summary>A rule that an object breaks.</summary>
/// <param name="Path">Path of the object whose rule it is, for example <c>spec.chunking</c>; empty for the root.</param>
/// <param name="Cel">The rule; null where CEL cannot say it.</param>
/// <param name="Message">The rule's fixed message, as the API server gives it.</param>
/// <param name="Explanation">The message with full paths and values, where the rule has one.</param>
public sealed record RuleViolation(string Path, string? Cel, string Message, string? Explanation)
{
    /// <summary>The explanation, or path and message in the API server's form.</summary>
    public override string ToString() => Explanation ?? (Path.Length == 0 ? Message : $"{Path}: Invalid value: {Message}");
}
