using TextOps.Tokenizers;

namespace TextOps.Runner.Text;

/// <summary>Where each unit of a text (scalar value or token) begins. Reusable.</summary>
internal sealed class ChunkUnits
{
    private readonly List<int> starts = [];
    private int length;
    private bool isIdentity;

    /// <summary>Number of units.</summary>
    public int Count => isIdentity ? length : starts.Count;

    /// <summary>Counts Unicode scalar values.</summary>
    public void CountScalars(ReadOnlySpan<char> text)
    {
        length = text.Length;
        starts.Clear();
        isIdentity = text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0;
        if (isIdentity)
        {
            return;
        }

        for (var index = 0; index < text.Length; index++)
        {
            if (!IsInsidePair(text, index))
            {
                starts.Add(index);
            }
        }
    }

    /// <summary>Counts tokens; several may begin at the same place, where one character became more than one token.</summary>
    public void CountTokens(ReadOnlySpan<char> text, Encoding tokens)
    {
        length = text.Length;
        starts.Clear();
        isIdentity = false;
        var last = 0;
        foreach (var (start, _) in tokens.Offsets)
        {
            last = Math.Clamp(start, last, text.Length);
            starts.Add(IsInsidePair(text, last) ? last - 1 : last);
        }
    }

    /// <summary>UTF-16 index at which a unit begins: 0 for the first, though a token may leave out what stands before it; the text's end after the last.</summary>
    public int Start(int unit) => unit <= 0 ? 0 : unit >= Count ? length : isIdentity ? unit : starts[unit];

    /// <summary>The first unit that begins at an index or after it.</summary>
    public int FirstAt(int index)
    {
        if (index <= 0 || isIdentity)
        {
            return Math.Max(0, index);
        }

        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Start(middle) < index ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The first index after <paramref name="index"/> at which a unit begins, or the text's end.</summary>
    public int StartAfter(int index) => Start(FirstAt(index + 1));

    private static bool IsInsidePair(ReadOnlySpan<char> text, int index) =>
        index > 0 && index < text.Length && char.IsLowSurrogate(text[index]) && char.IsHighSurrogate(text[index - 1]);
}
