using System.Buffers;
using TextOps.Learning.Features.Text;

namespace TextOps.Learning.Tests.Features;

public sealed class TextLawTests
{
    [Theory]
    [InlineData("ΟΔΥΣΣΕΥΣ", "οδυσσευς", "a sigma at the end")]
    [InlineData("ΑΣ. ΣΑΣ'Α", "ας. σασ'α", "what case ignores is skipped")]
    [InlineData("Σ", "σ", "alone it is not final")]
    [InlineData("İI", "i\u0307i", "the dotted capital I")]
    [InlineData("ẞÅK\u212A", "ßåkk", "compatibility letters")]
    [InlineData("𐐀Ǆ", "𐐨ǆ", "beyond the first plane, and digraphs")]
    public void Lower_case_is_pythons(string text, string expected, string why)
    {
        var target = new ArrayBufferWriter<char>();
        PythonText.Lower(text, target);
        Assert.True(expected.AsSpan().SequenceEqual(target.WrittenSpan), $"{why}: {target.WrittenSpan}");
    }

    [Theory]
    [InlineData("résumé Ångström", "resume Angstrom", "resume Angstrom")]
    [InlineData("ﬁne Ⅷ ½ ｘ", "fine VIII 1⁄2 x", "fine VIII 12 x")]
    [InlineData("e\u0301 ñ Й", "e n И", "e n ")]
    [InlineData("한국", "\u1112\u1161\u11AB\u1100\u116E\u11A8", "")]
    public void Accents_go_with_the_compatibility_decomposition(string text, string unicode, string ascii)
    {
        Assert.Equal(unicode, Strip(text, false));
        Assert.Equal(ascii, Strip(text, true));
    }

    [Fact]
    public void Terms_sort_by_code_point()
    {
        var terms = TermTable.Of(["\uFF21bc", "😀", "b", "abcdef", "abcde", "abcdeg", "\uE000", "a"]);
        Assert.Equal(["a", "abcde", "abcdef", "abcdeg", "b", "\uE000", "\uFF21bc", "😀"], CodePointOrder.Sort(terms).Select(term => terms[term].ToString()));
    }

    [Fact]
    public void There_are_318_stop_words() => Assert.Equal(318, EnglishStopWords.All.Count);

    private static string Strip(string text, bool asciiOnly)
    {
        var target = new ArrayBufferWriter<char>();
        AccentRemoval.Strip(text, asciiOnly, target);
        return target.WrittenSpan.ToString();
    }
}
