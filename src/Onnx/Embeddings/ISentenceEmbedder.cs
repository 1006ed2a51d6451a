using TextOps.Tokenizers;

namespace TextOps.Onnx.Embeddings;

/// <summary>
/// A sentence-transformers model, ready to run: its tokenizer, its ONNX graph, its pooling and normalisation. Safe for use by many threads at once.
/// </summary>
public interface ISentenceEmbedder : IDisposable
{
    /// <summary>The model's tokenizer.</summary>
    ITokenizer Tokenizer { get; }

    /// <summary>Length of a vector.</summary>
    int Dimensions { get; }

    /// <summary>Longest input in tokens, special ones included; longer ones are truncated by <see cref="Encode"/>.</summary>
    int MaxTokens { get; }

    /// <summary>Padded tokens per batch (<see cref="TokenBudgetBatcher"/>) at which this model runs fastest here.</summary>
    int PreferredBatchTokens { get; }

    /// <summary>Encodes the prompt and the text for <see cref="Embed"/>, truncated to <see cref="MaxTokens"/> as Hugging Face truncates (the end goes, special tokens stay).</summary>
    EncodedText Encode(ReadOnlySpan<char> text);

    /// <summary>
    /// Embeds a batch in one run of the graph. Vectors are pooled and, where the model says so, scaled to length 1; a vector of length 0 stays 0.
    /// </summary>
    /// <param name="batch">Token ids of each text; a text without ids has the vector 0.</param>
    /// <param name="vectors">Receives <c>[batch, dimensions]</c>, row after row.</param>
    void Embed(IReadOnlyList<int[]> batch, Span<float> vectors);
}

/// <summary>A text as the model takes it.</summary>
/// <param name="Ids">Token ids, special ones included.</param>
/// <param name="Truncated">Whether the text was longer than the model's limit.</param>
/// <param name="Known">Whether at least one token of the text itself (not special, not of the prompt) is neither unknown nor padding.</param>
public readonly record struct EncodedText(int[] Ids, bool Truncated, bool Known);

/// <summary>A model folder that cannot be used: a file is missing, damaged or asks for something that is not implemented; the message names file and field.</summary>
public sealed class ModelFormatException(string message, Exception? inner = null) : FormatException(message, inner);
