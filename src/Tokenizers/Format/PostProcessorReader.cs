using System.Text.Json;
using TextOps.Tokenizers.PostProcessing;

namespace TextOps.Tokenizers.Format;

/// <summary>Reads <c>post_processor</c>: only what concerns a single text.</summary>
internal static class PostProcessorReader
{
    /// <summary>Reads the post-processor of a file.</summary>
    /// <param name="root">The file.</param>
    /// <param name="vocabularySize">Ids must be smaller.</param>
    public static IPostProcessor Read(JsonSection root, int vocabularySize)
    {
        if (root.Optional("post_processor") is not { } section)
        {
            return new SpecialTokenTemplate([], []);
        }

        return section.String("type") switch
        {
            "TemplateProcessing" => ReadTemplate(section, vocabularySize),
            "BertProcessing" => ReadBert(section, vocabularySize),
            _ => throw section.Unsupported("type", "TemplateProcessing, BertProcessing or null"),
        };
    }

    private static SpecialTokenTemplate ReadTemplate(JsonSection section, int vocabularySize)
    {
        section.Allow("type", "single", "pair", "special_tokens");
        var (before, after) = (new List<int>(), new List<int>());
        var texts = 0;
        foreach (var piece in section.List("single"))
        {
            piece.Allow("Sequence", "SpecialToken");
            if (piece.Optional("Sequence") is { } sequence)
            {
                RequireTypeZero(sequence);
                texts += sequence.String("id") == "A" ? 1 : throw sequence.Unsupported("id", "A in a template for single texts");
            }
            else
            {
                var token = piece.Required("SpecialToken");
                RequireTypeZero(token);
                (texts == 0 ? before : after).AddRange(IdsOf(section, token.String("id"), vocabularySize));
            }
        }

        return texts == 1
            ? new SpecialTokenTemplate([.. before], [.. after])
            : throw section.Error($"{section.PathOf("single")} has the text (Sequence A) {texts} times; this version reads templates that have it once");
    }

    private static void RequireTypeZero(JsonSection piece)
    {
        piece.Allow("id", "type_id");
        if (piece.Number("type_id", int.MaxValue) != 0)
        {
            throw piece.Unsupported("type_id", "0 in a template for single texts");
        }
    }

    private static IEnumerable<int> IdsOf(JsonSection section, string token, int vocabularySize)
    {
        var tokens = section.Required("special_tokens");
        var definition = tokens.Optional(token) ?? throw section.Error(
            $"{tokens.PathOf(JsonSection.Shorten(token))} is missing; {section.PathOf("single")} uses it");
        definition.Allow("id", "ids", "tokens");
        return definition.Property("ids", JsonValueKind.Array, "a list of ids").EnumerateArray()
            .Select(id => definition.Number("ids", id, vocabularySize - 1));
    }

    private static SpecialTokenTemplate ReadBert(JsonSection section, int vocabularySize)
    {
        section.Allow("type", "sep", "cls");
        return new SpecialTokenTemplate([IdOf(section, "cls", vocabularySize)], [IdOf(section, "sep", vocabularySize)]);
    }

    private static int IdOf(JsonSection section, string name, int vocabularySize)
    {
        var pair = section.Property(name, JsonValueKind.Array, "a token and its id");
        return pair.GetArrayLength() == 2
            ? section.Number($"{name}[1]", pair[1], vocabularySize - 1)
            : throw section.Error($"{section.PathOf(name)} has {pair.GetArrayLength()} entries; a token and its id are expected");
    }
}
