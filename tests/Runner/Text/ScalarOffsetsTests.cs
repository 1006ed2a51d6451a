using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Text;

public sealed class ScalarOffsetsTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 3)]
    [InlineData("ä漢", 2)]
    [InlineData("😀", 1)]
    [InlineData("a😀b😀😀", 5)]
    [InlineData("e\u0301", 2)]
    public void Counts_as_python_does(string text, int characters) => Assert.Equal(characters, ScalarOffsets.Count(text));

    [Fact]
    public void Offsets_are_right_in_any_order()
    {
        var random = new Random(5);
        var text = RandomTexts.Next(random, 2000);
        var expected = new int[text.Length + 1];
        for (var index = 0; index < text.Length; index++)
        {
            expected[index + 1] = expected[index] + (char.IsLowSurrogate(text[index]) ? 0 : 1);
        }

        var offsets = new ScalarOffsets(text);
        for (var round = 0; round < 2000; round++)
        {
            var index = random.Next(text.Length + 1);
            if (index == text.Length || !char.IsLowSurrogate(text[index]))
            {
                Assert.Equal(expected[index], offsets.At(index));
            }
        }
    }
}
