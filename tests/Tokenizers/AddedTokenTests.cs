namespace TextOps.Tokenizers.Tests;

/// <summary>Added tokens are found as Hugging Face finds them.</summary>
public sealed class AddedTokenTests(Oracle oracle) : IClassFixture<Oracle>
{
    private static readonly string[] Parts =
    [
        "<t>", "<T>", "<tt>", "Tok", "tok", "TÖK", "tök", "a", "b", "ab", "É", "e\u0301", "_", "9", " ", "  ", "\t", "\u00A0", "\u3000", "\u200B", ".",
        "中", "한", "[SEP]", "\U0001D15E", "𝕏", "\u0301", "İ", "",
    ];

    public static MatrixTheoryData<bool, bool, bool, bool> Flags { get; } = new([true, false], [true, false], [true, false], [true, false]);

    [Theory]
    [MemberData(nameof(Flags))]
    public async Task With_every_combination_of_flags(bool singleWord, bool lstrip, bool rstrip, bool normalized)
    {
        var json = TokenizerJson.CharacterByCharacter(Parts.Append("eto ̈i̇"))
            .Add("[SEP]", special: true)
            .Add("<t>", singleWord, lstrip, rstrip, normalized)
            .Add("<tt>", singleWord, lstrip, rstrip, normalized, special: true)
            .Add("TÖK", singleWord, lstrip, rstrip, normalized)
            .Add("ab", singleWord, lstrip, rstrip, normalized)
            .Add("b中", singleWord, lstrip, rstrip, normalized);
        using var folder = new TemporaryFolder();
        await Comparison.EqualsOracleAsync(oracle, json.Save(folder), Texts.Mixes(8, 8_000, Parts));
    }

    [Fact]
    public async Task With_both_kinds_and_tokens_of_white_space()
    {
        var json = TokenizerJson.CharacterByCharacter(Parts)
            .Add("a", rstrip: true)
            .Add(" ", normalized: true)
            .Add("<t", lstrip: true, normalized: true)
            .Add("<t>")
            .Add("\t\t")
            .Add("tok", singleWord: true, normalized: true)
            .Add("中", lstrip: true, rstrip: true);
        using var folder = new TemporaryFolder();
        await Comparison.EqualsOracleAsync(oracle, json.Save(folder), Texts.Mixes(9, 8_000, Parts));
    }

    [Fact]
    public async Task Beside_every_code_point()
    {
        var json = TokenizerJson.CharacterByCharacter(["ab<>"]).Add("☃", singleWord: true).Add("☁", lstrip: true, rstrip: true);
        using var folder = new TemporaryFolder();
        await Comparison.EqualsOracleAsync(oracle, json.Save(folder), Texts.CodePoints().Select(c => $"☃{c}☃a{c}☁{c}"));
    }

    [Theory]
    [InlineData("é", "ambiguous", "É", "added_tokens: 'é' and 'É' are both 'e' after normalisation; set normalized to false")]
    [InlineData("\u200B", "empty after normalisation", "x", "added_tokens: nothing is left of '\u200B' after normalisation; set normalized to false")]
    public void Patterns_that_cannot_be_told_apart_are_refused(string one, string because, string other, string message)
    {
        var json = TokenizerJson.Bert().Add(other, normalized: true).Add(one, normalized: true);
        var error = Assert.Throws<TokenizerFormatException>(() => json.Load());
        Assert.True(error.Message == $"tokenizer.json: {message}", $"{because}: {error.Message}");
    }
}
