using System.Text;

namespace TextOps.Crds.Tests;

public sealed class EllipsisTests
{
    [Theory]
    [InlineData("all of it fits", "12345678", 8, "12345678")]
    [InlineData("one byte too many", "123456789", 8, "12345…")]
    [InlineData("a character of two bytes would be cut", "1234éééé", 8, "1234…")]
    [InlineData("a surrogate pair stays whole", "12😀😀😀", 8, "12…")]
    [InlineData("a surrogate pair that fits stays", "1😀😀😀", 8, "1😀…")]
    [InlineData("room for the mark alone", "1234", 3, "…")]
    public void Long_texts_are_cut_between_two_characters(string narrative, string text, int maxBytes, string expected)
    {
        var cut = Ellipsis.Cut(text, maxBytes);
        Assert.True(cut == expected, $"{narrative}: {cut}");
        Assert.True(Encoding.UTF8.GetByteCount(cut) <= maxBytes, narrative);
    }
}
