namespace TextOps.Runner.Text;

/// <summary>
/// Offsets in characters, as the output has them: Unicode scalar values, the unit in which Python and Rust index strings. Counts on from the offset asked for last,
/// so that asking for a text's chunks in order goes over the text once.
/// </summary>
internal struct ScalarOffsets(string text)
{
    private int lastIndex;
    private int lastOffset;

    /// <summary>Number of Unicode scalar values; half of a surrogate pair counts as one.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        var scalars = text.Length;
        for (var at = text.IndexOfAnyInRange('\uDC00', '\uDFFF'); at >= 0;)
        {
            if (at > 0 && char.IsHighSurrogate(text[at - 1]))
            {
                scalars--;
            }

            text = text[(at + 1)..];
            at = text.IndexOfAnyInRange('\uDC00', '\uDFFF');
        }

        return scalars;
    }

    /// <summary>The offset in scalar values of a UTF-16 index that cuts no surrogate pair.</summary>
    public int At(int index)
    {
        lastOffset += index >= lastIndex ? Count(text.AsSpan(lastIndex, index - lastIndex)) : -Count(text.AsSpan(index, lastIndex - index));
        lastIndex = index;
        return lastOffset;
    }
}
