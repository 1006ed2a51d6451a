namespace TextOps.Tokenizers;

/// <summary>Token ids of two texts as one input. Reusable: a tokenizer clears it before it fills it.</summary>
public sealed class PairEncoding
{
    /// <summary>Token ids, special ones included.</summary>
    public List<int> Ids { get; } = [];

    /// <summary>Segment of each token (Hugging Face's <c>token_type_ids</c>): for BERT 0 up to the first [SEP], then 1.</summary>
    public List<int> TypeIds { get; } = [];

    internal Encoding First { get; } = new();

    internal Encoding Second { get; } = new();

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Ids.Clear();
        TypeIds.Clear();
    }
}
