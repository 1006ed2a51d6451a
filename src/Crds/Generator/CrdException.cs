namespace TextOps.Crds.Generator;

/// <summary>The C# types of a kind cannot be said as a CRD, or should not; the message lists all that is wrong.</summary>
public sealed class CrdException(Type kind, IReadOnlyList<string> problems)
    : InvalidOperationException($"{kind.FullName} does not make a custom resource definition:\n- {string.Join("\n- ", problems)}")
{
    /// <summary>What is wrong, each with the path of the field.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
