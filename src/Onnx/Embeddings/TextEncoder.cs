using System.Buffers;
using TextOps.Tokenizers;

namespace TextOps.Onnx.Embeddings;

/// <summary>Puts the prompt before a text, encodes both as one and truncates as Hugging Face does: the text's end goes, the template's special tokens stay.</summary>
internal sealed class TextEncoder : IDisposable
{
    private readonly ITokenizer tokenizer;
    private readonly string prompt;
    private readonly int maxTokens;
    private readonly int specialBefore;
    private readonly int specialAfter;
    private readonly ThreadLocal<Encoding> encodings = new(() => new Encoding());

    /// <exception cref="ModelFormatException">The special tokens leave no room, or are not put before and after the text.</exception>
    public TextEncoder(ITokenizer tokenizer, string prompt, int maxTokens)
    {
        (this.tokenizer, this.prompt, this.maxTokens) = (tokenizer, prompt, maxTokens);
        specialBefore = CountSpecialBefore(tokenizer);
        specialAfter = tokenizer.SpecialTokenCount - specialBefore;
        if (maxTokens <= tokenizer.SpecialTokenCount)
        {
            throw new ModelFormatException(
                $"maxTokens ({maxTokens}) leaves no room beside the tokenizer's {tokenizer.SpecialTokenCount} special tokens; raise it");
        }
    }

    public EncodedText Encode(ReadOnlySpan<char> text)
    {
        var encoding = encodings.Value!;
        if (prompt.Length == 0)
        {
            tokenizer.Encode(text, encoding);
        }
        else
        {
            var joined = ArrayPool<char>.Shared.Rent(prompt.Length + text.Length);
            prompt.CopyTo(joined);
            text.CopyTo(joined.AsSpan(prompt.Length));
            tokenizer.Encode(joined.AsSpan(0, prompt.Length + text.Length), encoding);
            ArrayPool<char>.Shared.Return(joined);
        }

        var truncated = encoding.Ids.Count > maxTokens;
        if (!truncated)
        {
            return new EncodedText([.. encoding.Ids], Truncated: false, IsKnown(encoding, encoding.Ids.Count - specialAfter));
        }

        var ids = new int[maxTokens];
        encoding.Ids.CopyTo(0, ids, 0, maxTokens - specialAfter);
        encoding.Ids.CopyTo(encoding.Ids.Count - specialAfter, ids, maxTokens - specialAfter, specialAfter);
        return new EncodedText(ids, Truncated: true, IsKnown(encoding, maxTokens - specialAfter));
    }

    public void Dispose() => encodings.Dispose();

    private bool IsKnown(Encoding encoding, int end)
    {
        var unknown = tokenizer.UnknownTokenId;
        for (var i = specialBefore; i < end; i++)
        {
            // A vocabulary without an unknown token spells everything, and its padding id may be a token like any other.
            if (encoding.Offsets[i].End > prompt.Length && (unknown is null || (encoding.Ids[i] != unknown && encoding.Ids[i] != tokenizer.PadTokenId)))
            {
                return true;
            }
        }

        return false;
    }

    private static int CountSpecialBefore(ITokenizer tokenizer)
    {
        Encoding plain = new(), templated = new();
        tokenizer.Encode("a", plain, addSpecialTokens: false);
        tokenizer.Encode("a", templated);
        for (var before = 0; before + plain.Ids.Count <= templated.Ids.Count; before++)
        {
            if (templated.Ids.Slice(before, plain.Ids.Count).SequenceEqual(plain.Ids) && templated.Ids.Count - plain.Ids.Count == tokenizer.SpecialTokenCount)
            {
                return before;
            }
        }

        throw new ModelFormatException("tokenizer.json: the post-processor does not put its special tokens before and after the text; that is not implemented");
    }
}
