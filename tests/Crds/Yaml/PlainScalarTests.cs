using TextOps.Crds.Yaml;

namespace TextOps.Crds.Tests.Yaml;

public sealed class PlainScalarTests
{
    [Theory]
    [InlineData("", "null")]
    [InlineData("~", "null")]
    [InlineData("NULL", "null")]
    [InlineData("true", "true")]
    [InlineData("FALSE", "false")]
    [InlineData("tRue", "\"tRue\"")]
    [InlineData("0", "0")]
    [InlineData("-12", "-12")]
    [InlineData("+3", "3")]
    [InlineData("2.0", "2")]
    [InlineData("0.50", "0.5")]
    [InlineData(".5", "0.5")]
    [InlineData("1e3", "1000")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("1:30", "\"1:30\"")]
    [InlineData("2026-01-31", "\"2026-01-31\"")]
    [InlineData("500m", "\"500m\"")]
    [InlineData("-", "\"-\"")]
    [InlineData("file://./x", "\"file://./x\"")]
    public void A_scalar_means_what_the_core_schema_says(string text, string json)
    {
        Assert.True(PlainScalar.TryRead(text, out var value, out _));
        Assert.Equal(json, value?.ToJsonString() ?? "null");
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("Off")]
    [InlineData("N")]
    [InlineData("0777")]
    [InlineData("0x1F")]
    [InlineData("0o17")]
    [InlineData("0b1")]
    [InlineData("1_000")]
    [InlineData("-.inf")]
    [InlineData(".NaN")]
    public void What_readers_disagree_about_is_refused_with_the_spelling_that_all_share(string text)
    {
        Assert.False(PlainScalar.TryRead(text, out _, out var problem));
        Assert.StartsWith(text, problem, StringComparison.Ordinal);
        Assert.Contains($"\"{text}\" for the string", problem, StringComparison.Ordinal);
    }
}
