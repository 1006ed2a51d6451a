namespace TextOps.Tokenizers;

/// <summary>Token ids of a text and where each token stands in it. Reusable: a tokenizer clears it before it fills it.</summary>
public sealed class Encoding
{
    /// <summary>Token ids, special ones included where asked for.</summary>
    public List<int> Ids { get; } = [];

    /// <summary>Where each token stands: UTF-16 indices into the text as it was given, end exclusive; (0, 0) for special tokens.</summary>
    public List<(int Start, int End)> Offsets { get; } = [];

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Ids.Clear();
        Offsets.Clear();
    }
}
