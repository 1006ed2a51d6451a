namespace TextOps.Local.Promotion;

/// <summary>A file is not changed; the message begins with the field, and says how to mend it.</summary>
/// <param name="line">Line, from 1; 0 where the whole file is meant.</param>
/// <param name="problem">What is wrong and how to mend it.</param>
internal sealed class PromotionException(int line, string problem) : Exception(problem)
{
    /// <summary>Line, from 1; 0 where the whole file is meant.</summary>
    public int Line { get; } = line;
}
