using System.Runtime.InteropServices;
using TextOps.Tokenizers.AddedTokens;
using TextOps.Tokenizers.Format;
using TextOps.Tokenizers.Models;
using TextOps.Tokenizers.Normalization;
using TextOps.Tokenizers.PostProcessing;
using TextOps.Tokenizers.Unicode;

namespace TextOps.Tokenizers;

/// <summary>
/// A tokenizer read from Hugging Face's <c>tokenizer.json</c>: normalise, pre-tokenise, model, post-process. Ids and places equal those of the Rust library
/// <c>tokenizers</c>. This version reads WordPiece models with BertNormalizer and BertPreTokenizer.
/// </summary>
public sealed class HuggingFaceTokenizer : ITokenizer
{
    private const string DefaultName = "tokenizer.json";

    private readonly TokenizerParts parts;
    private readonly AddedTokenMatcher? rawTokens;
    private readonly AddedTokenMatcher? normalizedTokens;
    private readonly NormalizedTextPool buffers = new();

    private HuggingFaceTokenizer(TokenizerParts parts, string name)
    {
        this.parts = parts;
        PadTokenId = IdOf(parts, "[PAD]") ?? IdOf(parts, "<pad>") ?? 0;
        rawTokens = Matcher(parts.AddedTokens.Where(token => !token.Normalized).ToDictionary(token => token.Content, StringComparer.Ordinal));
        normalizedTokens = Matcher(NormalizedPatterns(parts, name));
    }

    /// <inheritdoc/>
    public int PadTokenId { get; }

    /// <inheritdoc/>
    public int? UnknownTokenId => parts.Model.UnknownTokenId;

    /// <inheritdoc/>
    public int SpecialTokenCount => parts.PostProcessor.Before.Length + parts.PostProcessor.After.Length;

    /// <summary>The highest id, added tokens included, plus one: what an embedding table needs rows for.</summary>
    public int VocabularySize => parts.VocabularySize;

    /// <summary>How many special tokens the template puts around and between two texts; null where the file's template for pairs is not one that <see cref="EncodePair"/> knows.</summary>
    public int? PairSpecialTokenCount => parts.PostProcessor.Pair?.SpecialTokenCount;

    /// <summary>Reads a tokenizer from a file.</summary>
    /// <param name="path">The <c>tokenizer.json</c>; at most 64 MiB.</param>
    /// <exception cref="TokenizerFormatException">The file is damaged or asks for something that is not implemented; the message names the field.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static HuggingFaceTokenizer Load(string path)
    {
        using var stream = File.OpenRead(path);
        return Load(stream, Path.GetFileName(path));
    }

    /// <summary>Reads a tokenizer from the content of a <c>tokenizer.json</c>.</summary>
    /// <param name="stream">The content, at most 64 MiB; read to its end, not closed.</param>
    /// <exception cref="TokenizerFormatException">
    /// The content is damaged or asks for something that is not implemented; the message names the field.
    /// </exception>
    public static HuggingFaceTokenizer Load(Stream stream) => Load(stream, DefaultName);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> text, Encoding encoding, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        encoding.Clear();
        if (addSpecialTokens)
        {
            AddSpecial(parts.PostProcessor.Before, encoding);
        }

        var normalized = buffers.Rent();
        try
        {
            EncodeText(Surrogates.Repair(text), encoding, normalized);
        }
        finally
        {
            buffers.Return(normalized);
        }

        if (addSpecialTokens)
        {
            AddSpecial(parts.PostProcessor.After, encoding);
        }
    }

    /// <summary>Encodes two texts as one input, special tokens included, and truncates it as Hugging Face's <c>longest_first</c> does: the end of the longer text goes first.</summary>
    /// <param name="first">The first text; lone surrogates are read as U+FFFD.</param>
    /// <param name="second">The second text.</param>
    /// <param name="maxTokens">Longest input, special tokens included; at least <see cref="PairSpecialTokenCount"/>.</param>
    /// <param name="encoding">Cleared, then filled.</param>
    /// <returns>Whether something was cut off.</returns>
    /// <exception cref="NotSupportedException"><see cref="PairSpecialTokenCount"/> is null.</exception>
    public bool EncodePair(ReadOnlySpan<char> first, ReadOnlySpan<char> second, int maxTokens, PairEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        var template = parts.PostProcessor.Pair ?? throw new NotSupportedException("the tokenizer's template for pairs (post_processor.pair) is not one that this version reads");
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, template.SpecialTokenCount);
        encoding.Clear();
        Encode(first, encoding.First, addSpecialTokens: false);
        Encode(second, encoding.Second, addSpecialTokens: false);
        var ids = CollectionsMarshal.AsSpan(encoding.First.Ids);
        var others = CollectionsMarshal.AsSpan(encoding.Second.Ids);
        var kept = PairTruncation.LongestFirst(ids.Length, others.Length, maxTokens - template.SpecialTokenCount);
        template.Join(ids[..kept.First], others[..kept.Second], encoding);
        return kept != (ids.Length, others.Length);
    }

    private static HuggingFaceTokenizer Load(Stream stream, string name) => new(TokenizerParts.Read(stream, name), name);

    private static int? IdOf(TokenizerParts parts, string token) =>
        parts.Model.Vocabulary.TryGetValue(token, out var id) ? id : parts.AddedTokens.FirstOrDefault(added => added.Content == token)?.Id;

    private static AddedTokenMatcher? Matcher(Dictionary<string, AddedToken> patterns) => patterns.Count == 0 ? null : new AddedTokenMatcher(patterns);

    private static Dictionary<string, AddedToken> NormalizedPatterns(TokenizerParts parts, string name)
    {
        var patterns = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        var normalized = new NormalizedText();
        foreach (var token in parts.AddedTokens.Where(token => token.Normalized))
        {
            parts.Normalizer.Normalize(token.Content, 0, normalized);
            var pattern = normalized.Chars.ToString();
            if (pattern.Length == 0)
            {
                throw new TokenizerFormatException(
                    $"{name}: added_tokens: nothing is left of '{JsonSection.Shorten(token.Content)}' after normalisation; set normalized to false");
            }

            if (!patterns.TryAdd(pattern, token))
            {
                throw new TokenizerFormatException(
                    $"{name}: added_tokens: '{JsonSection.Shorten(token.Content)}' and '{JsonSection.Shorten(patterns[pattern].Content)}' are both " +
                    $"'{JsonSection.Shorten(pattern)}' after normalisation; set normalized to false");
            }
        }

        return patterns;
    }

    private static void AddSpecial(ReadOnlySpan<int> ids, Encoding encoding)
    {
        foreach (var id in ids)
        {
            encoding.Ids.Add(id);
            encoding.Offsets.Add((0, 0));
        }
    }

    private void EncodeText(ReadOnlySpan<char> text, Encoding encoding, NormalizedText normalized)
    {
        if (rawTokens is null)
        {
            EncodePart(text, 0, encoding, normalized);
            return;
        }

        var splits = rawTokens.Split(text);
        while (splits.MoveNext())
        {
            if (splits.Token is null)
            {
                EncodePart(text[splits.Start..splits.End], splits.Start, encoding, normalized);
            }
            else if (splits.Start < splits.End)
            {
                encoding.Ids.Add(splits.Token.Id);
                encoding.Offsets.Add((splits.Start, splits.End));
            }
        }
    }

    // A part of the text without added tokens that are looked for as they are.
    private void EncodePart(ReadOnlySpan<char> text, int offset, Encoding encoding, NormalizedText normalized)
    {
        parts.Normalizer.Normalize(text, offset, normalized);
        if (normalizedTokens is null)
        {
            EncodeWords(normalized, 0, normalized.Length, encoding);
            return;
        }

        var splits = normalizedTokens.Split(normalized.Chars);
        while (splits.MoveNext())
        {
            if (splits.Token is null)
            {
                EncodeWords(normalized, splits.Start, splits.End, encoding);
            }
            else if (splits.Start < splits.End)
            {
                encoding.Ids.Add(splits.Token.Id);
                encoding.Offsets.Add(normalized.OriginOf(splits.Start, splits.End));
            }
        }
    }

    private void EncodeWords(NormalizedText normalized, int start, int end, Encoding encoding)
    {
        var text = normalized.Chars[start..end];
        var position = 0;
        while (parts.PreTokenizer.TryNext(text, ref position, out var wordStart))
        {
            parts.Model.Tokenize(text[wordStart..position], new PieceWriter(encoding, normalized, start + wordStart));
        }
    }
}
