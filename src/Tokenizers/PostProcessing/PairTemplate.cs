using System.Runtime.InteropServices;

namespace TextOps.Tokenizers.PostProcessing;

/// <summary>Fixed special tokens around and between two texts, each with the segment that it belongs to (<c>token_type_ids</c>).</summary>
internal sealed class PairTemplate(SegmentedToken[] before, int firstType, SegmentedToken[] between, int secondType, SegmentedToken[] after)
{
    /// <summary>How many special tokens there are.</summary>
    public int SpecialTokenCount => before.Length + between.Length + after.Length;

    /// <summary>Puts the first tokens of two texts together.</summary>
    /// <param name="first">Ids of the first text.</param>
    /// <param name="second">Ids of the second text.</param>
    /// <param name="encoding">Filled; it must be empty.</param>
    public void Join(ReadOnlySpan<int> first, ReadOnlySpan<int> second, PairEncoding encoding)
    {
        Add(before, encoding);
        Add(first, firstType, encoding);
        Add(between, encoding);
        Add(second, secondType, encoding);
        Add(after, encoding);
    }

    private static void Add(SegmentedToken[] tokens, PairEncoding encoding)
    {
        foreach (var (id, type) in tokens)
        {
            encoding.Ids.Add(id);
            encoding.TypeIds.Add(type);
        }
    }

    private static void Add(ReadOnlySpan<int> ids, int type, PairEncoding encoding)
    {
        foreach (var id in ids)
        {
            encoding.Ids.Add(id);
            encoding.TypeIds.Add(type);
        }
    }
}

/// <summary>A special token.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">The segment that it belongs to.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SegmentedToken(int Id, int Type);
