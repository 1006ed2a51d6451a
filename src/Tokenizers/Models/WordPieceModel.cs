using System.Runtime.CompilerServices;

namespace TextOps.Tokenizers.Models;

/// <summary>
/// WordPiece: spells a word from left to right, each time with the longest piece that fits; pieces after the first carry a prefix in the vocabulary. A word
/// that is too long or cannot be spelled is one unknown token.
/// </summary>
internal sealed class WordPieceModel : IModel
{
    private readonly PieceTable first;
    private readonly PieceTable continuing;
    private readonly int unknown;
    private readonly int maxCharacters;

    /// <param name="vocabulary">Ids by token; holds <paramref name="unknownToken"/>.</param>
    /// <param name="unknownToken">The token for words that cannot be spelled.</param>
    /// <param name="continuingPrefix">What pieces after the first begin with in the vocabulary.</param>
    /// <param name="maxCharacters">Words of more Unicode scalars are unknown.</param>
    public WordPieceModel(IReadOnlyDictionary<string, int> vocabulary, string unknownToken, string continuingPrefix, int maxCharacters)
    {
        Vocabulary = vocabulary;
        unknown = vocabulary[unknownToken];
        this.maxCharacters = maxCharacters;
        first = new PieceTable(vocabulary);
        continuing = new PieceTable(
            [.. vocabulary.Where(piece => piece.Key.StartsWith(continuingPrefix, StringComparison.Ordinal))
                .Select(piece => KeyValuePair.Create(piece.Key[continuingPrefix.Length..], piece.Value))]);
    }

    /// <inheritdoc/>
    public int? UnknownTokenId => unknown;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <inheritdoc/>
    public void Tokenize(ReadOnlySpan<char> word, PieceWriter pieces)
    {
        if (IsTooLong(word))
        {
            pieces.Add(unknown, 0, word.Length);
            return;
        }

        var table = first;
        for (var start = 0; start < word.Length; table = continuing)
        {
            var length = LongestPiece(table, word[start..], out var id);
            if (length == 0)
            {
                pieces.Clear();
                pieces.Add(unknown, 0, word.Length);
                return;
            }

            pieces.Add(id, start, start + length);
            start += length;
        }
    }

    private bool IsTooLong(ReadOnlySpan<char> word)
    {
        if (word.Length <= maxCharacters)
        {
            return false;
        }

        var characters = 0;
        foreach (var unit in word)
        {
            characters += char.IsLowSurrogate(unit) ? 0 : 1;
        }

        return characters > maxCharacters;
    }

    // stackalloc without zeroing: every hash is written before it is read.
    [SkipLocalsInit]
    private static int LongestPiece(PieceTable table, ReadOnlySpan<char> text, out int id)
    {
        const int OnStack = 128;
        var limit = Math.Min(text.Length, table.LongestPiece);
        var hashes = limit <= OnStack ? stackalloc ulong[OnStack] : new ulong[limit];
        var hash = 0UL;
        for (var i = 0; i < limit; i++)
        {
            hash = table.Extend(hash, text[i]);
            hashes[i] = hash;
        }

        for (var length = limit; length > 0; length--)
        {
            if (table.TryFind(text[..length], hashes[length - 1], out id))
            {
                return length;
            }
        }

        id = 0;
        return 0;
    }
}
