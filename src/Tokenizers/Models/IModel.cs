namespace TextOps.Tokenizers.Models;

/// <summary>Third step: spells a word with the pieces of a vocabulary. Safe for use by many threads at once.</summary>
internal interface IModel
{
    /// <summary>Id of the unknown token; null where every word can be spelled.</summary>
    int? UnknownTokenId { get; }

    /// <summary>Ids in the order of their tokens' spelling, for the tokens that the file names elsewhere (padding, added tokens).</summary>
    IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>Spells a word.</summary>
    /// <param name="word">Not empty.</param>
    /// <param name="pieces">Receives the ids, in order.</param>
    void Tokenize(ReadOnlySpan<char> word, PieceWriter pieces);
}
