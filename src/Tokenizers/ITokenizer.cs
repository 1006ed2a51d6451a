namespace TextOps.Tokenizers;

/// <summary>Turns text into a model's token ids, exactly as Hugging Face's tokenizers library does for the same <c>tokenizer.json</c>. Safe for use by many threads at once.</summary>
public interface ITokenizer
{
    /// <summary>Id of padding; 0 where the vocabulary names none.</summary>
    int PadTokenId { get; }

    /// <summary>Id of the unknown token; null where every text can be spelled.</summary>
    int? UnknownTokenId { get; }

    /// <summary>How many special tokens the template puts around a single text.</summary>
    int SpecialTokenCount { get; }

    /// <summary>Number of ids, added tokens included.</summary>
    int VocabularySize { get; }

    /// <summary>Encodes a text without truncation or padding.</summary>
    /// <param name="text">The text; lone surrogates are read as U+FFFD.</param>
    /// <param name="encoding">Cleared, then filled.</param>
    /// <param name="addSpecialTokens">Whether the template's special tokens ([CLS], [SEP]) are put around the text.</param>
    void Encode(ReadOnlySpan<char> text, Encoding encoding, bool addSpecialTokens = true);
}

/// <summary>A <c>tokenizer.json</c> that cannot be read or uses something that is not implemented; the message names the field.</summary>
public sealed class TokenizerFormatException(string message, Exception? inner = null) : FormatException(message, inner);
