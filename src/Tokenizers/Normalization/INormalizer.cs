namespace TextOps.Tokenizers.Normalization;

/// <summary>First step: rewrites a text and remembers where every character came from. Safe for use by many threads at once.</summary>
internal interface INormalizer
{
    /// <summary>Normalises a text.</summary>
    /// <param name="text">The text; no lone surrogates.</param>
    /// <param name="offset">Where the text begins in the text that positions are told of.</param>
    /// <param name="output">Cleared, then filled.</param>
    void Normalize(ReadOnlySpan<char> text, int offset, NormalizedText output);
}
