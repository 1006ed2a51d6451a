using System.Text.Json;
using System.Text.Json.Nodes;

namespace TextOps.Tokenizers.Tests;

/// <summary>Small tokenizer.json documents to change and to load.</summary>
internal static class TokenizerJson
{
    /// <summary>A complete BERT tokenizer that knows the given tokens, after [PAD], [UNK], [CLS] and [SEP].</summary>
    public static JsonObject Bert(params IEnumerable<string> tokens)
    {
        var vocabulary = new JsonObject();
        foreach (var token in new[] { "[PAD]", "[UNK]", "[CLS]", "[SEP]" }.Concat(tokens))
        {
            vocabulary[token] = vocabulary.Count;
        }

        var json = JsonNode.Parse("""
            {
              "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
              "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
              "pre_tokenizer": {"type": "BertPreTokenizer"},
              "post_processor": {
                "type": "TemplateProcessing",
                "single": [
                  {"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}
                ],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {
                  "[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}
                }
              },
              "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
              "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100}
            }
            """)!.AsObject();
        json["model"]!["vocab"] = vocabulary;
        return json;
    }

    /// <summary>A BERT tokenizer that knows each character of the texts, alone and inside words, so that each character's place shows.</summary>
    public static JsonObject CharacterByCharacter(IEnumerable<string> texts)
    {
        var characters = texts.SelectMany(text => text.EnumerateRunes()).Select(rune => rune.ToString()).Distinct(StringComparer.Ordinal).ToArray();
        return Bert(characters.SelectMany(character => new[] { character, $"##{character}" }));
    }

    /// <summary>Appends an added token.</summary>
    public static JsonObject Add(
        this JsonObject json, string content, bool singleWord = false, bool lstrip = false, bool rstrip = false, bool normalized = false, bool special = false)
    {
        var vocabulary = json["model"]!["vocab"]!.AsObject();
        var added = json["added_tokens"]!.AsArray();
        var nextId = vocabulary.Count + added.Count(token => !vocabulary.ContainsKey(token!["content"]!.GetValue<string>()));
        added.Add(new JsonObject
        {
            ["id"] = vocabulary[content]?.GetValue<int>() ?? nextId,
            ["content"] = content,
            ["single_word"] = singleWord,
            ["lstrip"] = lstrip,
            ["rstrip"] = rstrip,
            ["normalized"] = normalized,
            ["special"] = special,
        });
        return json;
    }

    /// <summary>Writes a document to a file.</summary>
    public static string Save(this JsonObject json, TemporaryFolder folder, string name = "tokenizer.json")
    {
        var file = folder.File(name);
        File.WriteAllText(file, json.ToJsonString());
        return file;
    }

    /// <summary>Loads a document.</summary>
    public static HuggingFaceTokenizer Load(this JsonObject json) => HuggingFaceTokenizer.Load(new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(json)));
}
