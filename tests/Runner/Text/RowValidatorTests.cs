using TextOps.Crds.EmbeddingJobs;
using TextOps.Runner.Text;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Text;

public sealed class RowValidatorTests
{
    private static RowValidation Strict { get; } = new() { MinLength = 3, MaxLength = 10, RejectDigitsOnly = true };

    [Theory]
    [InlineData("no text", null, RejectReasons.Empty)]
    [InlineData("no character", "", RejectReasons.Empty)]
    [InlineData("white space of all kinds", " \t\r\n\u00A0\u2003\u3000\u2028", RejectReasons.Empty)]
    [InlineData("nothing that can be seen", "\u200B\u200D\uFEFF\u00AD\u2060", RejectReasons.Empty)]
    [InlineData("control characters", "\0\u0001\u001b\u0085", RejectReasons.Empty)]
    [InlineData("digits", "12345", RejectReasons.DigitsOnly)]
    [InlineData("digits come before the length", "1", RejectReasons.DigitsOnly)]
    [InlineData("a phone number", "+49 (0)30/123-456", RejectReasons.DigitsOnly)]
    [InlineData("an amount", " 1.234,50 € ", RejectReasons.DigitsOnly)]
    [InlineData("digits of other scripts", "٠١٢ ४५ ５６", RejectReasons.DigitsOnly)]
    [InlineData("digits beyond the first plane", "𝟘𝟙𝟚", RejectReasons.DigitsOnly)]
    [InlineData("circled digits and fractions", "①½Ⅷ", RejectReasons.DigitsOnly)]
    [InlineData("a letter among digits", "123a", null)]
    [InlineData("punctuation without a digit", "?!...", null)]
    [InlineData("digits and an emoji", "123😀", null)]
    [InlineData("numbers spelled out", "一二三", null)]
    [InlineData("too short", "ab", RejectReasons.TooShort)]
    [InlineData("too short after trimming", "  ab  ", RejectReasons.TooShort)]
    [InlineData("two characters in four units", "😀😀", RejectReasons.TooShort)]
    [InlineData("just long enough", "abc", null)]
    [InlineData("the longest", "abcdefghij", null)]
    [InlineData("the longest in twice as many units", "😀😀😀😀😀😀😀😀😀😀", null)]
    [InlineData("white space around does not count", "   abcdefghij   ", null)]
    [InlineData("too long", "abcdefghijk", RejectReasons.TooLong)]
    public void Texts_are_judged_by_rules(string why, string? text, string? reason) =>
        Assert.True(reason == new RowValidator(Strict).Check(text), $"{why}: {new RowValidator(Strict).Check(text)}");

    [Fact]
    public void The_default_takes_all_but_empty_texts()
    {
        var validator = new RowValidator(new RowValidation());

        Assert.Null(validator.Check("1"));
        Assert.Null(validator.Check("1"));
        Assert.Null(validator.Check(new string('x', 1_000_000)));
        Assert.Equal(RejectReasons.TooLong, validator.Check(new string('x', 1_000_001)));
        Assert.Equal(RejectReasons.Empty, validator.Check(" "));
    }

    [Fact]
    public void A_text_is_a_duplicate_of_an_earlier_good_one()
    {
        using var folder = new TemporaryFolder();
        using var earlier = new DuplicateSet(folder.Path);
        var validator = new RowValidator(Strict with { RejectDuplicates = true }, earlier);

        Assert.Null(validator.Check("hello"));
        Assert.Equal(RejectReasons.Duplicate, validator.Check("hello"));
        Assert.Equal(RejectReasons.Duplicate, validator.Check("\thello \n"));
        Assert.Null(validator.Check("Hello"));
        Assert.Null(validator.Check("hel lo"));
        Assert.Equal(RejectReasons.TooShort, validator.Check("ab"));
        Assert.Equal(RejectReasons.TooShort, validator.Check("ab"));
        Assert.Equal(3, earlier.Count);
    }

    [Fact]
    public void Rejecting_duplicates_needs_a_set() =>
        Assert.Throws<ArgumentNullException>(() => new RowValidator(Strict with { RejectDuplicates = true }));
}
