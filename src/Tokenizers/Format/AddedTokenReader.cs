using System.Text.Json;
using TextOps.Tokenizers.AddedTokens;

namespace TextOps.Tokenizers.Format;

/// <summary>Reads <c>added_tokens</c>.</summary>
internal static class AddedTokenReader
{
    /// <summary>Reads the added tokens of a file.</summary>
    /// <param name="root">The file.</param>
    /// <param name="vocabulary">The model's tokens.</param>
    public static IReadOnlyList<AddedToken> Read(JsonSection root, IReadOnlyDictionary<string, int> vocabulary)
    {
        if (!root.Element.TryGetProperty("added_tokens", out _))
        {
            return [];
        }

        var tokens = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        var nextId = vocabulary.Count;
        foreach (var section in root.List("added_tokens"))
        {
            section.Allow("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
            var token = new AddedToken(
                section.Number("id", ModelReader.MaxId),
                section.String("content"),
                section.Boolean("single_word"),
                section.Boolean("lstrip"),
                section.Boolean("rstrip"),
                section.Boolean("normalized"));

            // Whether a token is special matters to decoding only, but a file without the field is not one of Hugging Face's.
            _ = section.Boolean("special");
            if (token.Content.Length == 0)
            {
                throw section.Error($"{section.PathOf("content")} is empty; an added token must have text");
            }

            // Hugging Face goes by the content: the vocabulary's id or else the next free one. The id in the file is a check.
            var isInVocabulary = vocabulary.TryGetValue(token.Content, out var expected);
            expected = isInVocabulary ? expected : nextId++;
            if (token.Id != expected)
            {
                throw section.Error(
                    $"{section.PathOf("id")} is {token.Id}, but '{JsonSection.Shorten(token.Content)}' has id {expected} " +
                    (isInVocabulary ? "in model.vocab" : "as the next free one"));
            }

            if (!tokens.TryAdd(token.Content, token))
            {
                throw section.Error($"{section.PathOf("content")} is '{JsonSection.Shorten(token.Content)}', which is an added token already");
            }
        }

        return [.. tokens.Values];
    }
}
