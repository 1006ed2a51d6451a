using System.Text.Json;
using TextOps.Tokenizers.PostProcessing;

namespace TextOps.Tokenizers.Format;

/// <summary>Reads <c>post_processor</c>: the special tokens around a text, and around and between two.</summary>
internal static class PostProcessorReader
{
    /// <summary>Reads the post-processor of a file.</summary>
    /// <param name="root">The file.</param>
    /// <param name="vocabularySize">Ids must be smaller.</param>
    public static IPostProcessor Read(JsonSection root, int vocabularySize)
    {
        if (root.Optional("post_processor") is not { } section)
        {
            return new SpecialTokenTemplate([], [], new PairTemplate([], 0, [], 1, []));
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
                (texts == 0 ? before : after).AddRange(IdsOf(section, "single", token.String("id"), vocabularySize));
            }
        }

        return texts == 1
            ? new SpecialTokenTemplate([.. before], [.. after], ReadPair(section, vocabularySize))
            : throw section.Error($"{section.PathOf("single")} has the text (Sequence A) {texts} times; this version reads templates that have it once");
    }

    // A template of another form is no reason to refuse a tokenizer that encodes single texts.
    private static PairTemplate? ReadPair(JsonSection section, int vocabularySize)
    {
        if (!section.Element.TryGetProperty("pair", out _))
        {
            return null;
        }

        List<SegmentedToken>[] tokens = [[], [], []];
        var types = new List<int>();
        foreach (var piece in section.List("pair"))
        {
            piece.Allow("Sequence", "SpecialToken");
            var sequence = piece.Optional("Sequence");
            var part = sequence ?? piece.Required("SpecialToken");
            part.Allow("id", "type_id");
            var (id, type) = (part.String("id"), part.Number("type_id", int.MaxValue));
            if (sequence is null)
            {
                tokens[types.Count].AddRange(IdsOf(section, "pair", id, vocabularySize).Select(token => new SegmentedToken(token, type)));
            }
            else if (types.Count < 2 && id == (types.Count == 0 ? "A" : "B"))
            {
                types.Add(type);
            }
            else
            {
                return null;
            }
        }

        return types.Count == 2 ? new PairTemplate([.. tokens[0]], types[0], [.. tokens[1]], types[1], [.. tokens[2]]) : null;
    }

    private static void RequireTypeZero(JsonSection piece)
    {
        piece.Allow("id", "type_id");
        if (piece.Number("type_id", int.MaxValue) != 0)
        {
            throw piece.Unsupported("type_id", "0 in a template for single texts");
        }
    }

    private static IEnumerable<int> IdsOf(JsonSection section, string template, string token, int vocabularySize)
    {
        var tokens = section.Required("special_tokens");
        var definition = tokens.Optional(token) ?? throw section.Error(
            $"{tokens.PathOf(JsonSection.Shorten(token))} is missing; {section.PathOf(template)} uses it");
        definition.Allow("id", "ids", "tokens");
        return definition.Property("ids", JsonValueKind.Array, "a list of ids").EnumerateArray()
            .Select(id => definition.Number("ids", id, vocabularySize - 1));
    }

    private static SpecialTokenTemplate ReadBert(JsonSection section, int vocabularySize)
    {
        section.Allow("type", "sep", "cls");
        var (cls, sep) = (IdOf(section, "cls", vocabularySize), IdOf(section, "sep", vocabularySize));
        return new SpecialTokenTemplate([cls], [sep], new PairTemplate([new(cls, 0)], 0, [new(sep, 0)], 1, [new(sep, 1)]));
    }

    private static int IdOf(JsonSection section, string name, int vocabularySize)
    {
        var pair = section.Property(name, JsonValueKind.Array, "a token and its id");
        return pair.GetArrayLength() == 2
            ? section.Number($"{name}[1]", pair[1], vocabularySize - 1)
            : throw section.Error($"{section.PathOf(name)} has {pair.GetArrayLength()} entries; a token and its id are expected");
    }
}
