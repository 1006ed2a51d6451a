using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Text;

public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("a.txt", "a.txt", true)]
    [InlineData("a.txt", "aXtxt", false)]
    [InlineData("*.txt", "a.txt", true)]
    [InlineData("*.txt", "b/a.txt", false)]
    [InlineData("*.txt", "a.txt.gz", false)]
    [InlineData("*.txt*", "a.txt", true)]
    [InlineData("*a*b*c", "xxaxxbxxaxbxc", true)]
    [InlineData("*a*b*c", "xxaxxbxxaxbx", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a😀c", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("[abc]x", "bx", true)]
    [InlineData("[abc]x", "dx", false)]
    [InlineData("[a-c1-3]x", "2x", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData("[]]x", "]x", true)]
    [InlineData("[!]]x", "]x", false)]
    [InlineData("[!]]x", "yx", true)]
    [InlineData("[a-]x", "-x", true)]
    [InlineData("[*]x", "*x", true)]
    [InlineData("[*]x", "ax", false)]
    [InlineData("[😀-😂]", "😁", true)]
    [InlineData("[abc", "[abc", true)]
    [InlineData("*[", "x[", true)]
    [InlineData("**/*.txt", "a.txt", true)]
    [InlineData("**/*.txt", "b/c/d/a.txt", true)]
    [InlineData("**", "b/c/a.txt", true)]
    [InlineData("b/**/a.txt", "b/a.txt", true)]
    [InlineData("b/**/a.txt", "b/x/y/a.txt", true)]
    [InlineData("b/**/a.txt", "c/x/a.txt", false)]
    [InlineData("**/x/**/a", "p/x/q/x/a", true)]
    [InlineData("**/x/**/a", "p/q/a", false)]
    [InlineData("*", ".hidden", false)]
    [InlineData("?hidden", ".hidden", false)]
    [InlineData("[.]hidden", ".hidden", false)]
    [InlineData(".*", ".hidden", true)]
    [InlineData("**/a.txt", ".hidden/a.txt", false)]
    [InlineData("**", "b/.tmp-1", false)]
    public void Matches_as_a_shell_does(string pattern, string path, bool matches) => Assert.Equal(matches, new GlobPattern(pattern).Matches(path));

    [Fact]
    public void A_pattern_made_to_be_slow_is_not()
    {
        var stars = string.Concat(Enumerable.Repeat("*a", 200)) + "b";
        var folders = string.Join('/', Enumerable.Repeat("**/a", 200)) + "/b";

        Assert.False(new GlobPattern(stars).Matches(new string('a', 2000)));
        Assert.False(new GlobPattern(folders).Matches(string.Join('/', Enumerable.Repeat('a', 1000))));
    }
}
