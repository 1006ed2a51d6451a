using System.Text.Json;
using TextOps.Tokenizers.Models;

namespace TextOps.Tokenizers.Format;

/// <summary>Reads <c>model</c>.</summary>
internal static class ModelReader
{
    /// <summary>Ids end here: far above any vocabulary in use, far below what would make an embedding table of terabytes.</summary>
    public const int MaxId = (1 << 24) - 1;

    private const int MaxCharactersPerWord = 1 << 16;

    /// <summary>Reads the model of a file.</summary>
    public static IModel Read(JsonSection root)
    {
        var model = root.Required("model");
        RefuseOtherKinds(model);
        model.Allow("type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab");
        var vocabulary = ReadVocabulary(model);
        var unknown = model.String("unk_token");
        if (!vocabulary.ContainsKey(unknown))
        {
            throw model.Error(
                $"model.unk_token is '{JsonSection.Shorten(unknown)}', which model.vocab does not hold; words that cannot be spelled would have no id");
        }

        var maxCharacters = model.Number("max_input_chars_per_word", MaxCharactersPerWord);
        return new WordPieceModel(vocabulary, unknown, model.String("continuing_subword_prefix"), maxCharacters);
    }

    private static void RefuseOtherKinds(JsonSection model)
    {
        const string Supported = "WordPiece";
        if (model.Element.TryGetProperty("type", out var type))
        {
            if (type.ValueKind != JsonValueKind.String || !type.ValueEquals(Supported))
            {
                throw model.Unsupported("type", Supported);
            }

            return;
        }

        // Old files have no type: their fields tell it.
        var kind = model.Element.TryGetProperty("merges", out _) ? "BPE"
            : model.Element.TryGetProperty("vocab", out var vocabulary) && vocabulary.ValueKind == JsonValueKind.Array ? "Unigram"
            : model.Element.TryGetProperty("max_input_chars_per_word", out _) ? Supported
            : "WordLevel";
        if (kind != Supported)
        {
            throw model.Error($"model.type is missing and the other fields are those of '{kind}'; this version reads {Supported}");
        }
    }

    private static Dictionary<string, int> ReadVocabulary(JsonSection model)
    {
        var entries = model.Property("vocab", JsonValueKind.Object, "an object of tokens and ids");
        var vocabulary = new Dictionary<string, int>(entries.GetPropertyCount(), StringComparer.Ordinal);
        var tokens = new Dictionary<int, string>();
        foreach (var entry in entries.EnumerateObject())
        {
            var id = model.Number($"vocab['{JsonSection.Shorten(entry.Name)}']", entry.Value, MaxId);
            if (!tokens.TryAdd(id, entry.Name))
            {
                throw model.Error(
                    $"{model.PathOf($"vocab['{JsonSection.Shorten(entry.Name)}']")} is {id}, " +
                    $"which is the id of '{JsonSection.Shorten(tokens[id])}' too; ids must differ");
            }

            vocabulary.Add(entry.Name, id);
        }

        return vocabulary;
    }
}
