using System.Text.Json;
using TextOps.Tokenizers.AddedTokens;
using TextOps.Tokenizers.Models;
using TextOps.Tokenizers.Normalization;
using TextOps.Tokenizers.PostProcessing;
using TextOps.Tokenizers.PreTokenization;

namespace TextOps.Tokenizers.Format;

/// <summary>The steps that a <c>tokenizer.json</c> describes.</summary>
internal sealed record TokenizerParts(
    INormalizer Normalizer,
    IPreTokenizer PreTokenizer,
    IModel Model,
    IPostProcessor PostProcessor,
    IReadOnlyList<AddedToken> AddedTokens,
    int VocabularySize)
{
    /// <summary>Reads a file and refuses what is not implemented.</summary>
    /// <exception cref="TokenizerFormatException">The file is damaged or asks for something that is not implemented; the message names the field.</exception>
    public static TokenizerParts Read(Stream stream, string name)
    {
        try
        {
            using var document = TokenizerFile.Parse(stream, name);
            return Read(JsonSection.Of(name, "", document.RootElement));
        }
        catch (InvalidOperationException e)
        {
            // So System.Text.Json reports half surrogates and invalid UTF-8.
            throw new TokenizerFormatException($"{name}: a string is not valid Unicode: {e.Message}", e);
        }
    }

    private static TokenizerParts Read(JsonSection root)
    {
        // truncation and padding are left to the caller, decoder is of no use to an encoder: they are known and not read.
        root.Allow("version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "model", "decoder", "post_processor");
        if (root.Element.TryGetProperty("version", out var version) && !(version.ValueKind == JsonValueKind.String && version.ValueEquals("1.0")))
        {
            throw root.Unsupported("version", "1.0");
        }

        // The model goes first: for a tokenizer of another kind it is the telling difference.
        var model = ModelReader.Read(root);
        var addedTokens = AddedTokenReader.Read(root, model.Vocabulary);
        var size = model.Vocabulary.Values.Concat(addedTokens.Select(token => token.Id)).Max() + 1;
        return new TokenizerParts(
            NormalizerReader.Read(root), PreTokenizerReader.Read(root), model, PostProcessorReader.Read(root, size), addedTokens, size);
    }
}
