using System.Text;

namespace TextOps.Tokenizers.Tests;

/// <summary>Every combination of the normaliser's options against the oracle, with tokenizers that show where each character came from.</summary>
public sealed class NormalizationTests(Oracle oracle) : IClassFixture<Oracle>
{
    // Marks that strip_accents keeps or that trade places, with what stands around them: where canonical ordering shows.
    private static readonly string[] Ordering =
    [
        "a", "e\u0301", "é", "ǖ", "\u0301", "\u0323", "\u0345", "\u0334", "\u0F71", "\u0F73", "\u0F81", "\u0F74", "\u0344", "\u1B44", "\u0BD7", "\U0001D15E",
        "\U0001D160", "\U0001D165", "\U0001D16D", "\U0001D16E", "\U0001D172", "\U0001D17B", "\U0001133C", "\U00011D42", "\u302E", "\u302F", "\u1DF6", "\u08D3",
        "\u034F", "\u200B", "中", "\uF900", "한", "\u1161", "\u11A8", " ", ".", "𝕏", "İ", "ẞ",
    ];

    public static MatrixTheoryData<bool, bool, bool?, bool> Options { get; } = new([true, false], [true, false], [true, false, null], [true, false]);

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Every_character_keeps_its_place(bool cleanText, bool isolate, bool? stripAccents, bool lowercase)
    {
        var parts = Texts.MixedParts(4).Concat(Ordering).ToArray();
        var json = TokenizerJson.CharacterByCharacter(parts.SelectMany(Forms));
        json["normalizer"]!["clean_text"] = cleanText;
        json["normalizer"]!["handle_chinese_chars"] = isolate;
        json["normalizer"]!["strip_accents"] = stripAccents;
        json["normalizer"]!["lowercase"] = lowercase;
        using var folder = new TemporaryFolder();
        var file = json.Save(folder);
        await Comparison.EqualsOracleAsync(oracle, file, Texts.Mixes(5, 3_000, parts).Concat(Texts.Mixes(6, 5_000, Ordering)));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Every_character_becomes_the_same_characters(bool stripAccents, bool lowercase)
    {
        // A vocabulary of all characters tells what each becomes; in that of a real tokenizer most are unknown, whatever they become.
        var json = TokenizerJson.CharacterByCharacter(Texts.CodePoints());
        json["normalizer"]!["strip_accents"] = stripAccents;
        json["normalizer"]!["lowercase"] = lowercase;
        using var folder = new TemporaryFolder();
        await Comparison.EqualsOracleAsync(oracle, json.Save(folder), Texts.CodePoints().Select(c => $"a{c}b"));
    }

    [Fact]
    public async Task Lone_surrogates_are_read_as_replacement_characters()
    {
        string[] parts = ["\uD800", "\uDC00", "\uDBFF", "😀", "a", "\uFFFD", " ", "é"];
        foreach (var cleanText in new[] { true, false })
        {
            var json = TokenizerJson.CharacterByCharacter(parts);
            json["normalizer"]!["clean_text"] = cleanText;
            using var folder = new TemporaryFolder();
            await Comparison.EqualsOracleAsync(oracle, json.Save(folder), Texts.Mixes(7, 2_000, parts));
        }
    }

    [Fact]
    public void A_text_of_removed_characters_is_empty()
    {
        var encoding = new Encoding();
        TokenizerJson.Bert().Load().Encode("\u200B\u0301\0\uFFFD", encoding);
        Assert.Equal([2, 3], encoding.Ids);
        Assert.Equal([(0, 0), (0, 0)], encoding.Offsets);
    }

    // The character itself and what normalisation may make of it, wherever .NET's tables agree; the others are unknown to the vocabulary, which shows too.
    private static IEnumerable<string> Forms(string text) =>
        text.Contains('\uFFFF') || text.Contains('\uFFFE')
            ? [text]
            : [text, text.ToLowerInvariant(), text.Normalize(NormalizationForm.FormD), text.Normalize(NormalizationForm.FormD).ToLowerInvariant()];
}
