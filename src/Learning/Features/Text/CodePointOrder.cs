namespace TextOps.Learning.Features.Text;

/// <summary>Order of texts by code point, which is Python's; UTF-16 order puts U+E000 to U+FFFF behind the characters of two units.</summary>
internal static class CodePointOrder
{
    private const int KeyUnits = 4;

    /// <summary>Numbers of all terms in their order.</summary>
    public static int[] Sort(TermTable terms)
    {
        var (keys, order) = (new ulong[terms.Count], new int[terms.Count]);
        for (var term = 0; term < order.Length; term++)
        {
            (keys[term], order[term]) = (KeyOf(terms[term]), term);
        }

        Array.Sort(keys, order);
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && keys[end] == keys[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                order.AsSpan(start, end - start).Sort((left, right) => Compare(terms[left], terms[right]));
            }

            start = end;
        }

        return order;
    }

    /// <summary>Compares two texts.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var common = left.CommonPrefixLength(right);
        return common == left.Length || common == right.Length ? left.Length.CompareTo(right.Length) : RankOf(left[common]).CompareTo(RankOf(right[common]));
    }

    private static ulong KeyOf(ReadOnlySpan<char> term)
    {
        ulong key = 0;
        for (var i = 0; i < KeyUnits; i++)
        {
            key = (key << 16) | (i < term.Length ? RankOf(term[i]) : 0u);
        }

        return key;
    }

    /// <summary>Moves surrogates behind all other units.</summary>
    private static uint RankOf(char unit) => unit < 0xD800 ? unit : unit >= 0xE000 ? unit - 0x800u : unit + 0x2000u;
}
