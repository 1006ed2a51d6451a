namespace TextOps.Tokenizers.Unicode;

/// <summary>What a pre-tokenizer and added tokens ask of a character.</summary>
[Flags]
internal enum CharacterTraits : byte
{
    /// <summary>Nothing of the below.</summary>
    None = 0,

    /// <summary>White space.</summary>
    Whitespace = 1,

    /// <summary>Punctuation as BERT sees it: ASCII symbols and the Unicode punctuation categories.</summary>
    Punctuation = 2,

    /// <summary>Part of a word (<c>\w</c>).</summary>
    Word = 4,
}
