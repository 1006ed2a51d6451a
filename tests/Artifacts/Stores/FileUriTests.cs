using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Tests.Stores;

public sealed class FileUriTests
{
    [Theory]
    [InlineData("file:///data/corpus", "/data/corpus", "absolute")]
    [InlineData("FILE:///data", "/data", "schemes have no case")]
    [InlineData("file:///data/", "/data", "a '/' at the end means nothing")]
    [InlineData("file:///", "/", "the root")]
    [InlineData("file:///a/./b/../c", "/a/c", "dots are resolved")]
    [InlineData("file:///my%20data/100%25", "/my data/100%", "escapes")]
    [InlineData("file:///%E9%8D%B5/鍵", "/鍵/鍵", "escaped and plain UTF-8")]
    [InlineData("file:///data/**/*.jsonl?#x", "/data/**/*.jsonl?#x", "neither query nor fragment")]
    public void Absolute_paths(string uri, string path, string why) => Assert.True(FileUri.ToPath(uri) == path, $"{why}: {FileUri.ToPath(uri)}");

    [Theory]
    [InlineData("file://./data", "data")]
    [InlineData("file://.", "")]
    [InlineData("file://../data", "../data")]
    public void Relative_paths_start_at_the_current_folder(string uri, string path) =>
        Assert.Equal(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(Environment.CurrentDirectory, path))), FileUri.ToPath(uri));

    [Theory]
    [InlineData("file://host/x", "file:///host/x")]
    [InlineData("file://data", "file://./data")]
    [InlineData("file://.hidden/x", "file://./.hidden/x")]
    [InlineData("file:/x", "file:///absolute/path")]
    [InlineData("file://", "file:///absolute/path")]
    [InlineData("/x", "file:///absolute/path")]
    [InlineData("file:///100%", "%25")]
    [InlineData("file:///100%zz", "%25")]
    [InlineData("file:///a%00b", "%25")]
    [InlineData("file:///a%+1b", "%25")]
    [InlineData("file:///%ff", "UTF-8")]
    public void Others_are_refused_with_the_right_form(string uri, string fix)
    {
        var refused = Assert.Throws<StoreRefusedException>(() => FileUri.ToPath(uri));
        Assert.Contains($"'{uri}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(fix, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/data/corpus")]
    [InlineData("/my data/100%/鍵?#")]
    [InlineData("/tab\tnewline\n")]
    [InlineData("/")]
    public void Paths_and_uris_stand_for_each_other(string path) => Assert.Equal(path, FileUri.ToPath(FileUri.FromPath(path)));

    [Fact]
    public void An_objects_uri_opens_the_object()
    {
        var store = new FileObjectStore("/my store");
        Assert.Equal("/my store/100%25/x", FileUri.ToPath(store.UriOf("100%25/x")));
    }

    [Theory]
    [InlineData("s3://bucket/prefix", "s3:// is not supported")]
    [InlineData("https://host/x", "https:// is not supported")]
    [InlineData("/data", "is not the URI of a store")]
    [InlineData("file://host/x", "file:///host/x")]
    public void Stores_of_other_schemes_are_refused(string uri, string message)
    {
        var refused = Assert.Throws<StoreRefusedException>(() => ObjectStores.Open(uri));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Contains("file:///", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_uri_opens_a_folder() => Assert.Equal("/data/store", Assert.IsType<FileObjectStore>(ObjectStores.Open("file:///data/store/")).Root);
}
