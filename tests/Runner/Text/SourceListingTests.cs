using TextOps.Crds.EmbeddingJobs;
using TextOps.Runner.Text;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Text;

public sealed class SourceListingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_file_is_itself()
    {
        Write("one.jsonl", "12345");

        Assert.Equal([new SourceFile(Uri("one.jsonl"), 5)], await ListAsync("one.jsonl"));
    }

    [Fact]
    public async Task A_folder_is_all_files_of_known_formats_below_it_in_order()
    {
        string[] others = ["notes.md", "_SUCCESS", "x.json", ".hidden.txt", ".git/a.txt", "sub/.tmp-1.txt"];
        foreach (var name in (string[])["b.txt", "a.jsonl", "sub/z.ndjson.gz", "sub/deep/A.TXT", "sub-1/x.text", .. others])
        {
            Write(name, "text");
        }

        string[] expected = ["a.jsonl", "b.txt", "sub-1/x.text", "sub/deep/A.TXT", "sub/z.ndjson.gz"];
        Assert.Equal(expected, await NamesAsync(""));
        Assert.Equal(expected, (await ListUriAsync("file://" + folder.Path)).Select(file => file.Uri["file://".Length..][(folder.Path.Length + 1)..]));
    }

    [Theory]
    [InlineData("*.txt", new[] { "b.txt" })]
    [InlineData("**/*.txt", new[] { "2024/c.txt", "2025/06/d.txt", "b.txt" })]
    [InlineData("202[45]/**", new[] { "2024/c.txt", "2025/06/d.txt" })]
    [InlineData("202?/*.txt", new[] { "2024/c.txt" })]
    [InlineData("2025/06/d.tx?", new[] { "2025/06/d.txt" })]
    public async Task A_pattern_is_all_files_that_match(string pattern, string[] expected)
    {
        foreach (var name in (string[])["b.txt", "a.jsonl", "2024/c.txt", "2025/06/d.txt", ".hidden/e.txt"])
        {
            Write(name, "text");
        }

        Assert.Equal(expected, await NamesAsync(pattern));
    }

    [Theory]
    [InlineData("a b.txt")]
    [InlineData("a#b?c.txt")]
    [InlineData("100% [draft].txt")]
    [InlineData("%41.txt")]
    [InlineData("ünï😀.txt")]
    [InlineData("line\nfeed.txt")]
    public async Task A_name_with_odd_characters_can_be_found_and_opened(string name)
    {
        Write("in/" + name, "text");

        var file = Assert.Single(await ListAsync("in"));

        await using var stream = await new LocalSourceFiles().OpenAsync(file.Uri, 1, default);
        using var reader = new StreamReader(stream);
        Assert.Equal("ext", await reader.ReadToEndAsync());
        Assert.Equal(file, Assert.Single(await ListUriAsync(file.Uri)));
    }

    [Fact]
    public async Task A_relative_source_keeps_its_spelling()
    {
        Write("in/a.txt", "text");
        var relative = "file://./" + Path.GetRelativePath(Environment.CurrentDirectory, folder.File("in")).Replace('\\', '/');

        Assert.Equal(relative + "/a.txt", Assert.Single(await ListUriAsync(relative)).Uri);
        Assert.Equal(relative + "/a.txt", Assert.Single(await ListUriAsync(relative + "/*.txt")).Uri);
    }

    [Fact]
    public async Task Links_to_files_are_followed_and_links_to_folders_are_not()
    {
        Write("data/..2024/real.txt", "12345");
        File.CreateSymbolicLink(folder.File("data", "link.txt"), "..2024/real.txt");
        Directory.CreateSymbolicLink(folder.File("data", "circle"), ".");

        Assert.Equal([new SourceFile(Uri("data/link.txt"), 5)], await ListAsync("data"));
        Assert.Equal([new SourceFile(Uri("data/link.txt"), 5)], await ListAsync("data/link.txt"));
    }

    [Fact]
    public async Task Files_without_bytes_are_passed_over()
    {
        Write("a.txt", "");
        Write("b.txt", "text");

        Assert.Equal(["b.txt"], await NamesAsync(""));
    }

    [Fact]
    public async Task A_folder_takes_json_files_where_the_spec_says_what_is_in_them()
    {
        Write("a.json", "{}");
        Write("b.jsonl", "{}");
        Write("c.txt", "text");

        Assert.Equal(["a.json", "b.jsonl"], await NamesAsync("", TextFormat.Jsonl));
        Assert.Equal(["c.txt"], await NamesAsync("", TextFormat.Text));
    }

    [Theory]
    [InlineData("a path that is not there", "missing.txt", "does not exist; correct the path")]
    [InlineData("a folder that is not there", "missing/", "does not exist; correct the path")]
    [InlineData("a pattern in a folder that is not there", "missing/*.txt", "/missing/ does not exist")]
    [InlineData("a pattern without a match", "other/*.txt", "matches no file (seen in")]
    [InlineData("a folder without a file that is known", "other", "holds no file whose name ends with .jsonl, .ndjson, .txt or .text")]
    [InlineData("what was seen", "other", ": a.md, b.md, c.md and 2 more)")]
    [InlineData("a folder without files", "nothing", "(no file is in ")]
    [InlineData("a file without bytes", "empty.txt", "is empty (1 file, 0 bytes)")]
    [InlineData("a file of unknown format", "other/a.md", "set spec.source.format")]
    [InlineData("a match of unknown format", "other/[a]*", "set spec.source.format")]
    [InlineData("a file where a folder is said to be", "empty.txt/", "does not exist")]
    public async Task What_cannot_be_read_is_refused_with_a_way_out(string why, string path, string message)
    {
        foreach (var name in (string[])["e.md", "b.md", "a.md", "d.md", "c.md"])
        {
            Write("other/" + name, "text");
        }

        Write("empty.txt", "");
        Directory.CreateDirectory(folder.File("nothing"));

        var refused = await Assert.ThrowsAsync<InputException>(() => ListAsync(path));

        Assert.True(refused.Message.Contains(message, StringComparison.Ordinal), $"{why}: {refused.Message}");
        Assert.Contains(Uri(path.Split(['/', '['])[0]), refused.Message);
    }

    [Theory]
    [InlineData("s3://bucket/x.txt")]
    [InlineData("file://host/x.txt")]
    [InlineData("file:///x%zz.txt")]
    public async Task A_uri_that_names_no_file_is_refused(string uri)
    {
        var refused = await Assert.ThrowsAsync<InputException>(() => ListUriAsync(uri));

        Assert.StartsWith($"spec.source.uri: '{uri}'", refused.Message);
    }

    private static Task<IReadOnlyList<SourceFile>> ListUriAsync(string uri, TextFormat format = TextFormat.Auto) =>
        new SourceListing(new LocalSourceFiles()).ListAsync(SourcePattern.Of(new TextSource { Uri = uri, Format = format }), default);

    private Task<IReadOnlyList<SourceFile>> ListAsync(string path, TextFormat format = TextFormat.Auto) => ListUriAsync(Uri(path), format);

    private async Task<IEnumerable<string>> NamesAsync(string path, TextFormat format = TextFormat.Auto) =>
        (await ListAsync(path, format)).Select(file => file.Uri[Uri("").Length..]);

    private string Uri(string path) => $"file://{folder.Path}/{path}";

    private void Write(string name, string content)
    {
        var path = folder.File(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
