namespace TextOps.Tokenizers.Tests;

/// <summary>Ids and offsets equal those of Hugging Face's own tokenizer, on real tokenizers.</summary>
public sealed class EqualToHuggingFaceTests(Oracle oracle) : IClassFixture<Oracle>
{
    public static TheoryData<string> Tokenizers { get; } =
    [
        "tokenizers/all-MiniLM-L6-v2", "models/minilm-static-256", "tokenizers/bert-base-uncased", "tokenizers/bert-base-multilingual-cased",
    ];

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public Task On_naughty_strings(string tokenizer) => CompareAsync(tokenizer, Texts.NaughtyStrings());

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public Task On_many_scripts(string tokenizer) => CompareAsync(tokenizer, Texts.Declarations());

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public Task On_every_code_point(string tokenizer) => CompareAsync(tokenizer, Texts.CodePoints());

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public Task On_every_code_point_inside_a_word(string tokenizer) => CompareAsync(tokenizer, Texts.CodePoints().Select(c => $"a{c}b"));

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public Task On_random_mixes(string tokenizer) => CompareAsync(tokenizer, Texts.Mixes(1, 20_000, Texts.MixedParts(2)));

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public Task On_special_tokens_in_the_text(string tokenizer) => CompareAsync(
        tokenizer,
        Texts.Mixes(3, 5_000, ["[CLS]", "[SEP]", "[MASK]", "[UNK]", "[PAD]", "[cls]", "[", "]", "[MASK", " ", "a", "É", "中", "\u200B", "\uFFFD", "\t"]));

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public Task On_long_words(string tokenizer) => CompareAsync(
        tokenizer,
        from word in new[] { "a", "é", "e\u0301", "\u0301", "𝕏", "ß", "한", "x\u00AD" }
        from count in new[] { 1, 33, 34, 49, 50, 51, 99, 100, 101, 102, 199, 200, 201, 5000 }
        select string.Concat(Enumerable.Repeat(word, count)));

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public async Task On_the_sample_corpus(string tokenizer)
    {
        var corpus = Repository.File("config", "samples", "data", "tickets.jsonl");
        Assert.SkipUnless(File.Exists(corpus), $"no sample corpus at {corpus}");
        await CompareAsync(tokenizer, File.ReadLines(corpus).SelectMany(StringsOf));
    }

    [Fact]
    public async Task Without_special_tokens()
    {
        var file = Repository.SharedData("tokenizers", "all-MiniLM-L6-v2", "tokenizer.json");
        await Comparison.EqualsOracleAsync(oracle, file, Texts.NaughtyStrings(), special: false);
    }

    private Task CompareAsync(string tokenizer, IEnumerable<string> texts) =>
        Comparison.EqualsOracleAsync(oracle, Repository.SharedData([.. tokenizer.Split('/'), "tokenizer.json"]), texts);

    private static IEnumerable<string> StringsOf(string line)
    {
        using var row = System.Text.Json.JsonDocument.Parse(line);
        return [.. row.RootElement.EnumerateObject()
            .Where(property => property.Value.ValueKind == System.Text.Json.JsonValueKind.String)
            .Select(property => property.Value.GetString()!)];
    }
}
