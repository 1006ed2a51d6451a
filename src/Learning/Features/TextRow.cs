namespace TextOps.Learning.Features;

/// <summary>What features are made of: a text, its row's numbers, and its vector where the dataset has one.</summary>
public sealed record TextRow
{
    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>Numeric fields by name; NaN or absent where the row lacks one.</summary>
    public IReadOnlyDictionary<string, double> Numbers { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>The vector that the dataset's embeddings have for the text; null where there are none.</summary>
    public float[]? Vector { get; init; }

    /// <summary>Token ids of the text by embedding block, where they are known already; null where they are not.</summary>
    internal IReadOnlyDictionary<string, int[]>? Ids { get; init; }
}
