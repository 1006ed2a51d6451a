using System.Text;

namespace TextOps.Crds;

/// <summary>Texts that are too long for where they go.</summary>
public static class Ellipsis
{
    private const string Mark = "…";

    /// <summary>The text, or as much of its beginning as fits, cut between two characters, and "…".</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxBytes">How many bytes of UTF-8 it may have, at least the 3 of the mark.</param>
    public static string Cut(string text, int maxBytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, Encoding.UTF8.GetByteCount(Mark));

        // A UTF-16 unit becomes at most three bytes.
        if (text.Length <= maxBytes / 3 || Encoding.UTF8.GetByteCount(text) <= maxBytes)
        {
            return text;
        }

        var room = maxBytes - Encoding.UTF8.GetByteCount(Mark);
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length] + Mark;
    }
}
