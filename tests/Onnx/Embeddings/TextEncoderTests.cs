using TextOps.Onnx.Embeddings;

namespace TextOps.Onnx.Tests.Embeddings;

public sealed class TextEncoderTests
{
    [Theory]
    [InlineData("fits", "ab", "90 2 3 91 92", false)]
    [InlineData("fits exactly", "abc", "90 2 3 4 91 92", false)]
    [InlineData("the end goes, the special tokens stay", "abcd", "90 2 3 4 91 92", true)]
    [InlineData("nothing but special tokens", "", "90 91 92", false)]
    public void Truncates_as_hugging_face_does(string story, string text, string ids, bool truncated)
    {
        using var encoder = new TextEncoder(new CharacterTokenizer([90], [91, 92], 100), "", 6);

        var encoded = encoder.Encode(text);

        Assert.True(ids == string.Join(' ', encoded.Ids), story);
        Assert.Equal(truncated, encoded.Truncated);
    }

    [Fact]
    public void The_prompt_is_encoded_with_the_text_and_counts_towards_the_limit()
    {
        using var encoder = new TextEncoder(new CharacterTokenizer([90], [91], 100), "xy", 6);

        Assert.Equal([90, 25, 26, 2, 3, 91], encoder.Encode("abc").Ids);
        Assert.True(encoder.Encode("abc").Truncated);
        Assert.False(encoder.Encode("ab").Truncated);
    }

    [Theory]
    [InlineData("a letter is known", "?a", true)]
    [InlineData("unknown tokens only", "??", false)]
    [InlineData("no token of its own", "", false)]
    [InlineData("known only behind the cut", "????a", false)]
    [InlineData("known just before the cut", "???a?", true)]
    public void Knows_a_text_by_the_tokens_that_the_model_sees(string story, string text, bool known)
    {
        // The prompt's own tokens are known and must not count.
        using var encoder = new TextEncoder(new CharacterTokenizer([90], [91], 100), "p", 7);

        Assert.True(known == encoder.Encode(text).Known, story);
    }

    [Fact]
    public void A_limit_without_room_for_text_is_refused()
    {
        var failure = Assert.Throws<ModelFormatException>(() => new TextEncoder(new CharacterTokenizer([90], [91], 100), "", 2));

        Assert.Contains("maxTokens (2) leaves no room", failure.Message, StringComparison.Ordinal);
    }
}
