using System.Security.Cryptography;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Text;

public sealed class ChunkIdTests
{
    [Fact]
    public void Is_the_hash_of_the_values_after_their_lengths()
    {
        byte[] bytes = [0, 0, 0, 3, .. "doc"u8, 0, 0, 0, 7, .. "tä😀"u8, 0, 0, 0, 1, .. "s"u8];

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes))[..32], ChunkId.Of("doc", "tä😀", "s"));
    }

    [Fact]
    public void Long_texts_are_hashed_in_pieces_that_cut_no_character()
    {
        for (var shift = 0; shift < 4; shift++)
        {
            var text = new string('x', shift) + string.Concat(Enumerable.Repeat("ä😀漢", 1000));
            var utf8 = System.Text.Encoding.UTF8.GetBytes(text);
            byte[] bytes = [0, 0, 0, 1, .. "d"u8, 0, 0, (byte)(utf8.Length >> 8), (byte)utf8.Length, .. utf8, 0, 0, 0, 1, .. "s"u8];

            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes))[..32], ChunkId.Of("d", text, "s"));
        }
    }

    [Theory]
    [InlineData("ab", "c", "s")]
    [InlineData("a", "bcs", "")]
    [InlineData("a", "bc", "t")]
    [InlineData("", "abc", "s")]
    public void Differs_where_any_value_differs(string document, string text, string settings) =>
        Assert.NotEqual(ChunkId.Of("a", "bc", "s"), ChunkId.Of(document, text, settings));
}
