using System.Globalization;

namespace TextOps.Runner.Text;

/// <summary>What may be cut between two characters of a text.</summary>
[Flags]
internal enum TextBorder : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>No word is cut: white space is on a side, or a character of a script that writes without spaces.</summary>
    Word = 1,

    /// <summary>A word begins after it.</summary>
    WordStart = 2,

    /// <summary>A sentence or paragraph ended before it, the white space after that included where it stands before the border.</summary>
    Sentence = 4,
}

/// <summary>Finds the borders of words and sentences by their characters; a simple reading of Unicode Standard Annex 29, the same for all languages.</summary>
internal static class TextBorders
{
    private const string Terminators = ".!?…。！？｡‼⁇⁈⁉؟۔।॥։።។";
    private const string Closers = ")]}\"'”’»」』）】》〉›";
    private const string Openers = "([{“‘«「『（【《〈‹";

    /// <summary>How far a cluster's beginning is looked for.</summary>
    private const int LongestCluster = 64;

    /// <summary>Marks the border before each character: <c>borders[i]</c> is the one between characters i - 1 and i.</summary>
    /// <param name="borders">As long as the text; the first is left <see cref="TextBorder.None"/>.</param>
    public static void Mark(ReadOnlySpan<char> text, Span<TextBorder> borders)
    {
        borders[0] = TextBorder.None;
        var sentence = default(SentenceState);
        for (var index = 1; index < text.Length; index++)
        {
            var (before, after) = (text[index - 1], text[index]);
            if (char.IsAsciiLetterOrDigit(before) && char.IsAsciiLetterOrDigit(after))
            {
                // By far the most, and what follows would come to the same.
                borders[index] = TextBorder.None;
                sentence = default;
                continue;
            }

            sentence.Pass(before);
            borders[index] = TextBorder.None;
            if (char.IsLowSurrogate(after) || (before == '\r' && after == '\n'))
            {
                continue;
            }

            var (spaceBefore, spaceAfter) = (IsBreakingSpace(before), IsBreakingSpace(after));
            var unspaced = !spaceBefore && !spaceAfter && IsUnspacedBorder(text, index);
            if (spaceBefore || spaceAfter || unspaced)
            {
                borders[index] = TextBorder.Word
                    | (spaceAfter ? TextBorder.None : TextBorder.WordStart)
                    | (sentence.HasEnded ? TextBorder.Sentence : TextBorder.None);
            }
            else if (sentence.HasEndedWithoutSpace && !Closers.Contains(after) && !Terminators.Contains(after))
            {
                borders[index] = TextBorder.Word | TextBorder.WordStart | TextBorder.Sentence;
            }
        }
    }

    /// <summary>
    /// The last border of user-perceived characters (extended grapheme clusters) in (floor, index]; <paramref name="index"/> where there is
    /// none near.
    /// </summary>
    public static int ClusterBorder(ReadOnlySpan<char> text, int index, int floor)
    {
        // No cluster goes on at a character below the combining ones, but for the LF of a CR LF.
        var start = index;
        while (start > 0 && index - start < LongestCluster && (text[start] >= '\u0300' || char.IsLowSurrogate(text[start]) || text[start] == '\n'))
        {
            start--;
        }

        if (char.IsLowSurrogate(text[start]))
        {
            start++;
        }

        while (start < index)
        {
            var next = start + StringInfo.GetNextTextElementLength(text[start..]);
            if (next > index)
            {
                return start > floor ? start : index;
            }

            start = next;
        }

        return index;
    }

    private static bool IsBreakingSpace(char character) =>
        character == '\u200B' || (char.IsWhiteSpace(character) && character is not ('\u00A0' or '\u2007' or '\u202F'));

    /// <summary>Between two characters of which one is an ideograph or kana, unless the second must not begin a line.</summary>
    private static bool IsUnspacedBorder(ReadOnlySpan<char> text, int index)
    {
        var after = text[index];
        if (!IsUnspaced(after))
        {
            var before = text[index - 1];
            if (!IsUnspaced(char.IsLowSurrogate(before) && index > 1 ? text[index - 2] : before))
            {
                return false;
            }
        }

        return char.IsHighSurrogate(after)
            || Openers.Contains(after)
            || (char.IsLetterOrDigit(after) && char.GetUnicodeCategory(after) != UnicodeCategory.ModifierLetter);
    }

    /// <summary>Ideographs and kana; of a surrogate pair, the first half tells (planes 2 and 3).</summary>
    private static bool IsUnspaced(char character) => character
        is (>= '\u3005' and <= '\u3007') or (>= '\u3040' and <= '\u30FF') or (>= '\u31F0' and <= '\u31FF') or (>= '\u3400' and <= '\u4DBF')
        or (>= '\u4E00' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF66' and <= '\uFF9D') or (>= '\uD840' and <= '\uD8BF');

    /// <summary>What was passed since the last letter: the end of a sentence, closing quotes and brackets, white space, blank lines.</summary>
    private struct SentenceState
    {
        private bool terminated;
        private bool spaced;
        private bool wide;
        private int lineFeeds;

        /// <summary>Whether a sentence ended; if so, white space must be on a side of the border.</summary>
        public readonly bool HasEnded => terminated || lineFeeds > 1;

        /// <summary>Whether a sentence ended with a mark that no space follows in its script.</summary>
        public readonly bool HasEndedWithoutSpace => terminated && wide;

        public void Pass(char character)
        {
            if (Terminators.Contains(character))
            {
                (terminated, spaced, lineFeeds) = (true, false, 0);
                wide = character is '。' or '！' or '？' or '｡';
            }
            else if (IsBreakingSpace(character))
            {
                spaced = true;
                lineFeeds += character switch { '\n' => 1, '\u2029' => 2, _ => 0 };
            }
            else if (!terminated || spaced || !Closers.Contains(character))
            {
                this = default;
            }
        }
    }
}
