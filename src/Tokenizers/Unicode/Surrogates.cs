using System.Text;

namespace TextOps.Tokenizers.Unicode;

/// <summary>Makes UTF-16 valid.</summary>
internal static class Surrogates
{
    /// <summary>The text with U+FFFD for every lone surrogate, so of the same length; the text itself where it has none.</summary>
    public static ReadOnlySpan<char> Repair(ReadOnlySpan<char> text)
    {
        var first = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0)
        {
            return text;
        }

        char[]? copy = null;
        for (var i = first; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text[i..], out var rune, out var length);
            if (rune == Rune.ReplacementChar && text[i] != '\uFFFD')
            {
                copy ??= text.ToArray();
                copy[i] = '\uFFFD';
            }

            i += length;
        }

        return copy ?? text;
    }
}
