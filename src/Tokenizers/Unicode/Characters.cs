using System.Collections.Frozen;
using System.Text;

namespace TextOps.Tokenizers.Unicode;

/// <summary>
/// Properties of characters as Hugging Face's tokenizer knows them (<see cref="UnicodeTables"/>), which mixes several Unicode versions:
/// .NET's own tables differ.
/// </summary>
internal static class Characters
{
    private const int FirstHangulSyllable = 0xAC00;
    private const int HangulSyllables = 11172;

    private static readonly CodePointTable<byte> Traits = BuildTraits();

    /// <summary>Full canonical decompositions of all characters that have one but Hangul syllables.</summary>
    public static FrozenDictionary<int, string> Decompositions { get; } = ReadMap(UnicodeTables.Decompositions);

    /// <summary>Lower case of all characters whose lower case differs from them.</summary>
    public static FrozenDictionary<int, string> Lowercase { get; } = ReadMap(UnicodeTables.Lowercase);

    /// <summary>What the character is.</summary>
    public static CharacterTraits TraitsOf(int codePoint) => (CharacterTraits)Traits[codePoint];

    /// <summary>What the first character of a text is, and how many UTF-16 units it takes.</summary>
    /// <param name="text">Not empty; without lone surrogates.</param>
    public static CharacterTraits TraitsAtStart(ReadOnlySpan<char> text, out int length)
    {
        var first = text[0];
        if (!char.IsSurrogate(first))
        {
            length = 1;
            return TraitsOf(first);
        }

        length = 2;
        return TraitsOf(char.ConvertToUtf32(first, text[1]));
    }

    /// <summary>What the last character of a text is, and how many UTF-16 units it takes.</summary>
    /// <param name="text">Not empty; without lone surrogates.</param>
    public static CharacterTraits TraitsAtEnd(ReadOnlySpan<char> text, out int length)
    {
        length = char.IsSurrogate(text[^1]) ? 2 : 1;
        return TraitsAtStart(text[^length..], out _);
    }

    /// <summary>Whether a character is a Hangul syllable, which decomposes by arithmetic.</summary>
    public static bool IsHangulSyllable(int codePoint) => (uint)(codePoint - FirstHangulSyllable) < HangulSyllables;

    /// <summary>Decomposes a Hangul syllable (The Unicode Standard, 3.12) into two or three letters.</summary>
    /// <param name="letters">Receives the letters; at least 3 long.</param>
    /// <returns>How many letters.</returns>
    public static int DecomposeHangul(int codePoint, Span<char> letters)
    {
        var index = codePoint - FirstHangulSyllable;
        letters[0] = (char)(0x1100 + (index / (21 * 28)));
        letters[1] = (char)(0x1161 + (index / 28 % 21));
        var final = index % 28;
        letters[2] = (char)(0x11A7 + final);
        return final == 0 ? 2 : 3;
    }

    /// <summary>Whether the character is a non-spacing mark.</summary>
    public static bool IsMark(int codePoint) => Find(UnicodeTables.Marks, 2, codePoint) >= 0;

    /// <summary>The rank of the character's canonical combining class among all classes; 0 for class 0.</summary>
    public static int CombiningRankOf(int codePoint)
    {
        var found = Find(UnicodeTables.CombiningRanks, 3, codePoint);
        return found < 0 ? 0 : UnicodeTables.CombiningRanks[found + 2];
    }

    /// <summary>Looks for the range that holds a code point.</summary>
    /// <param name="table">Ascending rows that begin with the first and the last code point of a range.</param>
    /// <param name="width">Numbers in a row.</param>
    /// <returns>Where the row begins, or -1.</returns>
    public static int Find(ReadOnlySpan<int> table, int width, int codePoint)
    {
        var (low, high) = (0, (table.Length / width) - 1);
        while (low <= high)
        {
            var row = (low + high) / 2 * width;
            if (codePoint < table[row])
            {
                high = (row / width) - 1;
            }
            else if (codePoint > table[row + 1])
            {
                low = (row / width) + 1;
            }
            else
            {
                return row;
            }
        }

        return -1;
    }

    private static CodePointTable<byte> BuildTraits()
    {
        var builder = new CodePointTable<byte>.Builder();
        Add(UnicodeTables.Whitespace, CharacterTraits.Whitespace);
        Add(UnicodeTables.Punctuation, CharacterTraits.Punctuation);
        Add(UnicodeTables.Word, CharacterTraits.Word);
        return builder.Build();

        void Add(ReadOnlySpan<int> ranges, CharacterTraits trait)
        {
            for (var i = 0; i < ranges.Length; i += 2)
            {
                for (var codePoint = ranges[i]; codePoint <= ranges[i + 1]; codePoint++)
                {
                    builder[codePoint] |= (byte)trait;
                }
            }
        }
    }

    private static FrozenDictionary<int, string> ReadMap(string table) =>
        table.Split(' ').ToFrozenDictionary(
            entry => Rune.GetRuneAt(entry, 0).Value,
            entry => entry[Rune.GetRuneAt(entry, 0).Utf16SequenceLength..]);
}
