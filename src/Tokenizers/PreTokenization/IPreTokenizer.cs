namespace TextOps.Tokenizers.PreTokenization;

/// <summary>Second step: parts a normalised text into words. Safe for use by many threads at once.</summary>
internal interface IPreTokenizer
{
    /// <summary>Finds the next word.</summary>
    /// <param name="text">The normalised text.</param>
    /// <param name="position">Where to look from; moved behind the word.</param>
    /// <param name="start">Where the word begins; it ends at <paramref name="position"/>.</param>
    /// <returns>False where no word is left.</returns>
    bool TryNext(ReadOnlySpan<char> text, ref int position, out int start);
}
