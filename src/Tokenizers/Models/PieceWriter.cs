using System.Runtime.InteropServices;
using TextOps.Tokenizers.Normalization;

namespace TextOps.Tokenizers.Models;

/// <summary>Where a model writes the pieces of one word.</summary>
/// <param name="encoding">Receives the ids, with their places in the original text.</param>
/// <param name="text">The normalised text that holds the word.</param>
/// <param name="wordStart">Where the word begins in the normalised text.</param>
internal readonly ref struct PieceWriter(Encoding encoding, NormalizedText text, int wordStart)
{
    private readonly int before = encoding.Ids.Count;

    /// <summary>Adds a piece that covers [start, end) of the word.</summary>
    public void Add(int id, int start, int end)
    {
        encoding.Ids.Add(id);
        encoding.Offsets.Add(text.OriginOf(wordStart + start, wordStart + end));
    }

    /// <summary>Takes back all pieces of this word.</summary>
    public void Clear()
    {
        CollectionsMarshal.SetCount(encoding.Ids, before);
        CollectionsMarshal.SetCount(encoding.Offsets, before);
    }
}
