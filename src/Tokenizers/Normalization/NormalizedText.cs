namespace TextOps.Tokenizers.Normalization;

/// <summary>A normalised text and, for each of its UTF-16 units, the character of the original text that it came from. Grows and is used again.</summary>
internal sealed class NormalizedText
{
    private char[] chars = new char[256];
    private int[] starts = new int[256];
    private int[] ends = new int[256];

    /// <summary>How many UTF-16 units it holds.</summary>
    public int Length { get; private set; }

    /// <summary>The normalised text.</summary>
    public ReadOnlySpan<char> Chars => chars.AsSpan(0, Length);

    /// <summary>How many UTF-16 units fit before it grows.</summary>
    public int Capacity => chars.Length;

    /// <summary>Empties it.</summary>
    public void Clear() => Length = 0;

    /// <summary>Where a non-empty part of the normalised text stands in the original one: from its first character's origin to its last one's.</summary>
    public (int Start, int End) OriginOf(int start, int end) => (starts[start], ends[end - 1]);

    /// <summary>Appends text that came from one character at [start, end) of the original.</summary>
    public void Append(ReadOnlySpan<char> text, int start, int end)
    {
        Reserve(text.Length);
        foreach (var c in text)
        {
            Add(c, start, end);
        }
    }

    /// <summary>Appends a UTF-16 unit that came from one character at [start, end) of the original.</summary>
    public void Append(char c, int start, int end)
    {
        Reserve(1);
        Add(c, start, end);
    }

    /// <summary>Appends the ASCII characters at the start of a text as a table says, each at its own place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="offset">Where the text begins in the original.</param>
    /// <param name="table">128 entries: what becomes of the character, or <see cref="Dropped"/>.</param>
    /// <returns>How many characters were ASCII.</returns>
    public int AppendAscii(ReadOnlySpan<char> text, int offset, ReadOnlySpan<byte> table)
    {
        Reserve(text.Length);
        var length = Length;
        var toChars = chars.AsSpan(length);
        var toStarts = starts.AsSpan(length);
        var toEnds = ends.AsSpan(length);
        var written = 0;
        var read = 0;
        for (; read < text.Length && text[read] < 128; read++)
        {
            var mapped = table[text[read]];
            if (mapped != Dropped)
            {
                toChars[written] = (char)mapped;
                toStarts[written] = offset + read;
                toEnds[written] = offset + read + 1;
                written++;
            }
        }

        Length = length + written;
        return read;
    }

    /// <summary>In an ASCII table: the character goes.</summary>
    public const byte Dropped = byte.MaxValue;

    private void Add(char c, int start, int end)
    {
        chars[Length] = c;
        starts[Length] = start;
        ends[Length] = end;
        Length++;
    }

    private void Reserve(int more)
    {
        var needed = Length + more;
        if (needed > chars.Length)
        {
            var capacity = Math.Max(needed, (int)Math.Min(2L * chars.Length, Array.MaxLength));
            Array.Resize(ref chars, capacity);
            Array.Resize(ref starts, capacity);
            Array.Resize(ref ends, capacity);
        }
    }
}
