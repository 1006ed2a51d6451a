using System.Globalization;
using System.Text;
using System.Text.Json;
using TextOps.Runner.Serve.Endpoints;

namespace TextOps.Runner.Tests.Serve.Http;

public sealed class FloatTextTests
{
    [Theory]
    [InlineData(0.1f, "0.1")]
    [InlineData(-0.62386286f, "-0.62386286")]
    [InlineData(1f, "1")]
    [InlineData(-120f, "-120")]
    [InlineData(12.5f, "12.5")]
    [InlineData(0.0625f, "0.0625")]
    [InlineData(2e-5f, "0.00002")]
    [InlineData(0f, "0")]
    [InlineData(9999999f, "9999999")]
    public void Numbers_are_written_plainly(float number, string expected) => Assert.Equal(expected, Text(number));

    [Fact]
    public void Numbers_read_back_as_they_were()
    {
        var random = new Random(11);
        for (var i = 0; i < 500_000; i++)
        {
            // Half of them of any size there is, half as they stand in vectors.
            var number = i % 2 == 0 ? BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)) : (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-7, 9)));
            if (float.IsFinite(number))
            {
                var text = Text(number);
                Assert.True(float.Parse(text, CultureInfo.InvariantCulture).Equals(number), $"{number:R} is written as {text}");
            }
        }
    }

    [Fact]
    public void Powers_of_two_and_their_neighbours_read_back()
    {
        for (var bits = 0x3000_0000; bits < 0x4C00_0000; bits += 1 << 23)
        {
            foreach (var number in new[] { bits - 1, bits, bits + 1 }.Select(BitConverter.Int32BitsToSingle))
            {
                Assert.Equal(number, float.Parse(Text(number), CultureInfo.InvariantCulture));
            }
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void What_JSON_cannot_say_is_refused(float number) => Assert.Throws<InvalidDataException>(() => Text(number));

    private static string Text(float number)
    {
        Span<byte> bytes = stackalloc byte[FloatText.MaxBytes];
        var text = Encoding.ASCII.GetString(bytes[..FloatText.Write(bytes, number)]);
        Assert.Equal(JsonValueKind.Number, JsonDocument.Parse(text).RootElement.ValueKind);
        return text;
    }
}
