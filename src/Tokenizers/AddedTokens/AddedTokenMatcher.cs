using System.Buffers;

namespace TextOps.Tokenizers.AddedTokens;

/// <summary>Finds added tokens in a text: the leftmost, and of those that begin there the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly SearchValues<char> firstChars;
    private readonly Dictionary<string, AddedToken>.AlternateLookup<ReadOnlySpan<char>> tokens;
    private readonly Dictionary<char, int[]> lengths;

    /// <param name="patterns">The tokens by what is looked for, which is not empty.</param>
    public AddedTokenMatcher(IReadOnlyDictionary<string, AddedToken> patterns)
    {
        tokens = new Dictionary<string, AddedToken>(patterns, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        lengths = patterns.Keys.GroupBy(pattern => pattern[0])
            .ToDictionary(group => group.Key, group => group.Select(pattern => pattern.Length).Distinct().OrderDescending().ToArray());
        firstChars = SearchValues.Create([.. lengths.Keys]);
    }

    /// <summary>Parts a text into added tokens and the pieces between them.</summary>
    public AddedTokenSplits Split(ReadOnlySpan<char> text) => new(this, text);

    /// <summary>Finds the next token.</summary>
    /// <returns>Where it stands, or -1.</returns>
    public int Find(ReadOnlySpan<char> text, int from, out int length, out AddedToken? token)
    {
        for (; from < text.Length; from++)
        {
            var skipped = text[from..].IndexOfAny(firstChars);
            if (skipped < 0)
            {
                break;
            }

            from += skipped;
            foreach (var candidate in lengths[text[from]])
            {
                if (candidate <= text.Length - from && tokens.TryGetValue(text.Slice(from, candidate), out token))
                {
                    length = candidate;
                    return from;
                }
            }
        }

        length = 0;
        token = null;
        return -1;
    }
}
