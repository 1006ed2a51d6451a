using TextOps.Crds.Yaml;

namespace TextOps.Crds.Tests.Yaml;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("overlapp", "overlap")]
    [InlineData("ovrelap", "overlap")]
    [InlineData("OVERLAP", "overlap")]
    [InlineData("siz", "size")]
    [InlineData("boundry", "boundary")]
    [InlineData("window", null)]
    [InlineData("", null)]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", null)]
    public void The_name_that_was_meant_is_found(string written, string? meant) =>
        Assert.Equal(meant, NearestName.Of(written, ["unit", "size", "overlap", "boundary"]));

    [Fact]
    public void Nothing_is_near_where_nothing_is_known() => Assert.Null(NearestName.Of("a", []));
}
