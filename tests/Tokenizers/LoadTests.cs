using System.Text.Json.Nodes;

namespace TextOps.Tokenizers.Tests;

/// <summary>What a tokenizer says of itself, and what it refuses to load.</summary>
public sealed class LoadTests
{
    private const string Bpe = "this version reads WordPiece";

    [Theory]
    [InlineData("gpt2", "model.type is 'BPE'; " + Bpe)]
    [InlineData("roberta-base", "model.type is missing and the other fields are those of 'BPE'; " + Bpe)]
    [InlineData("clip", "model.type is 'BPE'; " + Bpe)]
    [InlineData("falcon", "model.type is 'BPE'; " + Bpe)]
    [InlineData("llama2", "model.type is 'BPE'; " + Bpe)]
    [InlineData("phi-3-mini", "model.type is 'BPE'; " + Bpe)]
    [InlineData("t5-small", "model.type is missing and the other fields are those of 'Unigram'; " + Bpe)]
    public void Other_kinds_are_refused_by_name(string tokenizer, string message)
    {
        var error = Assert.Throws<TokenizerFormatException>(
            () => HuggingFaceTokenizer.Load(Repository.SharedData("tokenizers", tokenizer, "tokenizer.json")));
        Assert.Equal($"tokenizer.json: {message}", error.Message);
    }

    [Theory]
    [InlineData("""{"model":{"type":"Unigram"}}""", "model.type is 'Unigram'; this version reads WordPiece")]
    [InlineData("""{"model":{"type":7}}""", "model.type is 7; this version reads WordPiece")]
    [InlineData("""{"model":{"vocab":{}}}""", "model.type is missing and the other fields are those of 'WordLevel'; this version reads WordPiece")]
    [InlineData("""{"model":null}""", "model is null; an object is expected")]
    [InlineData("{}", "model is missing")]
    [InlineData("[]", "the content is a list; an object is expected")]
    [InlineData("7", "the content is 7; an object is expected")]
    [InlineData("""{"version":"2.0"}""", "version is '2.0'; this version reads 1.0")]
    public void Documents_of_another_shape_are_refused(string content, string message) => AssertRefused(content, message);

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("not JSON", "not valid JSON, or cut off:")]
    [InlineData("{\"version\":\"1.0\",\"model\":{\"vo", "not valid JSON, or cut off:")]
    [InlineData("{\"version\":\"1.0\",\"version\":\"1.0\"}", "not valid JSON, or cut off:")]
    public void Damaged_files_are_refused(string content, string message)
    {
        var error = Assert.Throws<TokenizerFormatException>(() => LoadText(content));
        Assert.StartsWith($"tokenizer.json: {message}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        var content = TokenizerJson.Bert("a", "##b").ToJsonString();
        for (var length = 0; length < content.Length; length++)
        {
            Assert.Throws<TokenizerFormatException>(() => LoadText(content[..length]));
        }

        LoadText(content);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var error = Assert.Throws<TokenizerFormatException>(() => LoadText(string.Concat(Enumerable.Repeat("{\"decoder\":", 100_000))));
        Assert.Contains("depth", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_does_not_end_is_refused()
    {
        var error = Assert.Throws<TokenizerFormatException>(() => HuggingFaceTokenizer.Load(new EndlessStream()));
        Assert.Equal("tokenizer.json: larger than 64 MiB, the most that is read", error.Message);
    }

    [Fact]
    public void Text_that_is_not_unicode_is_refused()
    {
        var error = Assert.Throws<TokenizerFormatException>(
            () => LoadText(TokenizerJson.Bert("tok").ToJsonString().Replace("\"tok\"", "\"\\ud800\"", StringComparison.Ordinal)));
        Assert.StartsWith("tokenizer.json: a string is not valid Unicode:", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$.normalizer.type", "\"NFC\"", "normalizer.type is 'NFC'; this version reads BertNormalizer")]
    [InlineData("$.normalizer", "null", "normalizer is null; this version reads BertNormalizer")]
    [InlineData("$.normalizer.lowercase", "\"yes\"", "normalizer.lowercase is 'yes'; true or false is expected")]
    [InlineData("$.normalizer.strip_accents", "1", "normalizer.strip_accents is 1; true or false is expected")]
    [InlineData("$.normalizer.form", "1", "normalizer.form is not a field that this version knows; known are type, clean_text, handle_chinese_chars, strip_accents, lowercase")]
    [InlineData("$.pre_tokenizer.type", "\"Metaspace\"", "pre_tokenizer.type is 'Metaspace'; this version reads BertPreTokenizer")]
    [InlineData("$.pre_tokenizer", "null", "pre_tokenizer is null; this version reads BertPreTokenizer")]
    [InlineData("$.post_processor.type", "\"RobertaProcessing\"", "post_processor.type is 'RobertaProcessing'; this version reads TemplateProcessing, BertProcessing or null")]
    [InlineData("$.post_processor.single", "[]", "post_processor.single has the text (Sequence A) 0 times; this version reads templates that have it once")]
    [InlineData("$.post_processor.single[1].Sequence.id", "\"B\"", "post_processor.single[1].Sequence.id is 'B'; this version reads A in a template for single texts")]
    [InlineData("$.post_processor.single[0].SpecialToken.type_id", "1", "post_processor.single[0].SpecialToken.type_id is 1; this version reads 0 in a template for single texts")]
    [InlineData("$.post_processor.single[0].SpecialToken.id", "\"[X]\"", "post_processor.special_tokens.[X] is missing; post_processor.single uses it")]
    [InlineData("$.post_processor.special_tokens.[CLS].ids", "[99]", "post_processor.special_tokens.[CLS].ids is 99; a whole number from 0 to 4 is expected")]
    [InlineData("$.model.unk_token", "\"<unk>\"", "model.unk_token is '<unk>', which model.vocab does not hold; words that cannot be spelled would have no id")]
    [InlineData("$.model.max_input_chars_per_word", "-1", "model.max_input_chars_per_word is -1; a whole number from 0 to 65536 is expected")]
    [InlineData("$.model.dropout", "0.1", "model.dropout is not a field that this version knows; known are type, unk_token, continuing_subword_prefix, max_input_chars_per_word, vocab")]
    [InlineData("$.model.vocab", "[]", "model.vocab is a list; an object of tokens and ids is expected")]
    [InlineData("$.model.vocab.a", "-1", "model.vocab['a'] is -1; a whole number from 0 to 16777215 is expected")]
    [InlineData("$.model.vocab.a", "1.5", "model.vocab['a'] is 1.5; a whole number from 0 to 16777215 is expected")]
    [InlineData("$.model.vocab.a", "4294967296", "model.vocab['a'] is 4294967296; a whole number from 0 to 16777215 is expected")]
    [InlineData("$.model.vocab.a", "1", "model.vocab['a'] is 1, which is the id of '[UNK]' too; ids must differ")]
    [InlineData("$.added_tokens", "{}", "added_tokens is an object; a list is expected")]
    [InlineData("$.added_tokens", "[7]", "added_tokens[0] is 7; an object is expected")]
    [InlineData("$.filters", "[]", "filters is not a field that this version knows; known are version, truncation, padding, added_tokens, normalizer, pre_tokenizer, model, decoder, post_processor")]
    public void Fields_that_are_not_implemented_are_refused(string path, string value, string message)
    {
        var json = TokenizerJson.Bert("a");
        Set(json, path, JsonNode.Parse(value));
        AssertRefused(json.ToJsonString(), message);
    }

    [Theory]
    [InlineData("id", "9", "added_tokens[0].id is 9, but '<t>' has id 5 as the next free one")]
    [InlineData("content", "\"a\"", "added_tokens[0].id is 5, but 'a' has id 4 in model.vocab")]
    [InlineData("content", "\"\"", "added_tokens[0].content is empty; an added token must have text")]
    [InlineData("lstrip", "null", "added_tokens[0].lstrip is null; true or false is expected")]
    [InlineData("regex", "true", "added_tokens[0].regex is not a field that this version knows; known are id, content, single_word, lstrip, rstrip, normalized, special")]
    public void Added_tokens_that_mean_something_else_are_refused(string field, string value, string message)
    {
        var json = TokenizerJson.Bert("a").Add("<t>");
        json["added_tokens"]![0]![field] = JsonNode.Parse(value);
        AssertRefused(json.ToJsonString(), message);
    }

    [Fact]
    public void An_added_token_cannot_be_there_twice() =>
        AssertRefused(TokenizerJson.Bert("a").Add("a").Add("a", lstrip: true).ToJsonString(), "added_tokens[1].content is 'a', which is an added token already");

    [Fact]
    public void Long_values_are_cut_in_messages()
    {
        var json = TokenizerJson.Bert();
        json["normalizer"]!["type"] = new string('x', 1000);
        AssertRefused(json.ToJsonString(), $"normalizer.type is '{new string('x', 57)}...'; this version reads BertNormalizer");
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<FileNotFoundException>(() => HuggingFaceTokenizer.Load(folder.File("tokenizer.json")));
    }

    [Theory]
    [InlineData("tokenizers/all-MiniLM-L6-v2", 0, 100, 2, 30_522)]
    [InlineData("models/minilm-static-256", 0, 1, 0, 29_525)]
    [InlineData("tokenizers/bert-base-multilingual-cased", 0, 100, 2, 119_547)]
    public void Tells_its_special_ids(string tokenizer, int pad, int unknown, int special, int size)
    {
        var loaded = HuggingFaceTokenizer.Load(Repository.SharedData([.. tokenizer.Split('/'), "tokenizer.json"]));
        Assert.Equal((pad, unknown, special, size), (loaded.PadTokenId, loaded.UnknownTokenId, loaded.SpecialTokenCount, loaded.VocabularySize));
    }

    [Fact]
    public void Added_tokens_count_and_may_be_the_padding()
    {
        var json = TokenizerJson.Bert("a");
        json["model"]!["vocab"]!.AsObject().Remove("[PAD]");
        json["model"]!["vocab"]!["x"] = 0;
        var tokenizer = json.Add("<more>").Add("<pad>").Load();
        Assert.Equal((6, 7), (tokenizer.PadTokenId, tokenizer.VocabularySize));
    }

    [Fact]
    public void Bert_processing_and_none_are_read()
    {
        var json = TokenizerJson.Bert("a");
        var encoding = new Encoding();
        json["post_processor"] = JsonNode.Parse("""{"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}""");
        json.Load().Encode("a", encoding);
        Assert.Equal([2, 4, 3], encoding.Ids);
        json["post_processor"] = null;
        json.Load().Encode("a", encoding);
        Assert.Equal([4], encoding.Ids);
    }

    private static void AssertRefused(string content, string message)
    {
        var error = Assert.Throws<TokenizerFormatException>(() => LoadText(content));
        Assert.Equal($"tokenizer.json: {message}", error.Message);
    }

    private static HuggingFaceTokenizer LoadText(string content) => HuggingFaceTokenizer.Load(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)));

    private static void Set(JsonObject json, string path, JsonNode? value)
    {
        JsonNode node = json;
        var steps = path[2..].Replace("[0]", ".0", StringComparison.Ordinal).Replace("[1]", ".1", StringComparison.Ordinal).Split('.');
        foreach (var step in steps[..^1])
        {
            node = node is JsonArray list ? list[int.Parse(step)]! : node[step]!;
        }

        node[steps[^1]] = value;
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)' ');
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
