using TextOps.Crds.EmbeddingJobs;
using TextOps.Runner.Text;
using static TextOps.Runner.Tests.Text.MemoryInputs;

namespace TextOps.Runner.Tests.Text;

public sealed class JsonRowTests
{
    private static TextSource Source { get; } = new() { Uri = "file:///in/", TextField = "text", IdField = "id", MetadataFields = ["label", "täg", "id"] };

    [Theory]
    [InlineData("an object", """{"id":"7","text":"hello"}""", "7", "hello")]
    [InlineData("white space anywhere", "\t { \"id\" : \"7\" ,\r\"text\" : \"hello\" } ", "7", "hello")]
    [InlineData("escapes", """{"id":"7","text":"a\u00e4\n\"\\\/\ud83d\ude00\u0000"}""", "7", "aä\n\"\\/😀\0")]
    [InlineData("escapes in names", """{"\u0069d":"7","te\u0078t":"hello"}""", "7", "hello")]
    [InlineData("a number as id, as it is spelled", """{"id":12.50,"text":"hello"}""", "12.50", "hello")]
    [InlineData("a very long number as id", """{"id":123456789012345678901234567890,"text":"hello"}""", "123456789012345678901234567890", "hello")]
    [InlineData("the last of equal names counts", """{"id":1,"text":"a","id":2,"text":"b"}""", "2", "b")]
    [InlineData("an empty id is none", """{"id":"","text":"hello"}""", "a.jsonl@0", "hello")]
    [InlineData("a null id is none", """{"id":null,"text":"hello"}""", "a.jsonl@0", "hello")]
    [InlineData("an object is no id", """{"id":{"text":"inner"},"text":"hello"}""", "a.jsonl@0", "hello")]
    [InlineData("no id", """{"text":"hello"}""", "a.jsonl@0", "hello")]
    [InlineData("fields of inner objects do not count", """{"meta":{"text":"inner","id":"no"},"text":"hello","list":[{"text":"x"}]}""", "a.jsonl@0", "hello")]
    [InlineData("an empty text is for the rules to judge", """{"id":"7","text":""}""", "7", "")]
    public async Task Fields_are_read(string why, string line, string id, string text)
    {
        var row = Assert.Single(await RowsAsync(line));

        Assert.True(row.Defect is null, why);
        Assert.Equal((id, text), (row.Id, row.Text));
    }

    [Theory]
    [InlineData("no JSON", "hello", RejectReasons.InvalidJson)]
    [InlineData("cut off", """{"text":"hello""", RejectReasons.InvalidJson)]
    [InlineData("without its last brace", """{"text":"hello" """, RejectReasons.InvalidJson)]
    [InlineData("a string", "\"hello\"", RejectReasons.InvalidJson)]
    [InlineData("a list", """[{"text":"hello"}]""", RejectReasons.InvalidJson)]
    [InlineData("null", "null", RejectReasons.InvalidJson)]
    [InlineData("two objects", """{"text":"hello"}{"text":"hello"}""", RejectReasons.InvalidJson)]
    [InlineData("a comma at the end", """{"text":"hello",}""", RejectReasons.InvalidJson)]
    [InlineData("a comment", """{"text":"hello"} // hello""", RejectReasons.InvalidJson)]
    [InlineData("Python's NaN", """{"text":"hello","score":NaN}""", RejectReasons.InvalidJson)]
    [InlineData("single quotes", "{'text':'hello'}", RejectReasons.InvalidJson)]
    [InlineData("a raw control character", "{\"text\":\"a\tb\"}", RejectReasons.InvalidJson)]
    [InlineData("an unknown escape", """{"text":"\x41"}""", RejectReasons.InvalidJson)]
    [InlineData("no text", """{"id":"7"}""", RejectReasons.MissingText)]
    [InlineData("an empty object", "{}", RejectReasons.MissingText)]
    [InlineData("a number as text", """{"text":7}""", RejectReasons.MissingText)]
    [InlineData("null as text", """{"text":null}""", RejectReasons.MissingText)]
    [InlineData("a list as text", """{"text":["hello"]}""", RejectReasons.MissingText)]
    [InlineData("the last text is none", """{"text":"hello","text":null}""", RejectReasons.MissingText)]
    [InlineData("names are told apart by case", """{"Text":"hello"}""", RejectReasons.MissingText)]
    [InlineData("half a surrogate pair in the text", """{"text":"a\ud83d"}""", RejectReasons.InvalidUtf8)]
    [InlineData("the other half", """{"text":"\ude00b"}""", RejectReasons.InvalidUtf8)]
    [InlineData("half a pair in the id", """{"id":"\ud83d","text":"hello"}""", RejectReasons.InvalidUtf8)]
    [InlineData("half a pair in metadata", """{"label":"\ud83d","text":"hello"}""", RejectReasons.InvalidUtf8)]
    [InlineData("half a pair deep in metadata", """{"label":[{"a":"\ud83d"}],"text":"hello"}""", RejectReasons.InvalidUtf8)]
    [InlineData("spaces only", " \t ", RejectReasons.Empty)]
    public async Task What_is_no_row_is_rejected_by_name(string why, string line, string reason)
    {
        var rows = await RowsAsync(line + "\n" + """{"text":"next"}""");

        Assert.Equal(2, rows.Count);
        Assert.True(rows[0].Defect == reason, $"{why}: {rows[0].Defect}");
        Assert.Null(rows[0].Metadata is null ? null : rows[0].Text);
        Assert.Equal(("next", null), (rows[1].Text, rows[1].Defect));
    }

    [Fact]
    public async Task Blank_lines_are_rejected_rows_so_that_counts_add_up()
    {
        var rows = await RowsAsync("\n" + """{"text":"one"}""" + "\n\r\n\n");

        Assert.Equal([RejectReasons.Empty, null, RejectReasons.Empty, RejectReasons.Empty], rows.Select(row => row.Defect));
        Assert.Equal([1L, 2, 3, 4], rows.Select(row => row.Line));
    }

    [Fact]
    public async Task Deep_json_is_rejected_without_recursion()
    {
        var deep = $$"""{"text":"hello","label":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""";
        var allowed = $$"""{"text":"hello","label":{{new string('[', 63)}}{{new string(']', 63)}}}""";

        var rows = await RowsAsync(deep + "\n" + allowed);

        Assert.Equal([RejectReasons.InvalidJson, null], rows.Select(row => row.Defect));
    }

    [Fact]
    public async Task A_row_with_a_defect_keeps_its_id()
    {
        var row = Assert.Single(await RowsAsync("""{"id":"ticket-7","text":7}"""));

        Assert.Equal("ticket-7", row.Id);
    }

    [Theory]
    [InlineData("none of the fields", """{"text":"x","other":1}""", null)]
    [InlineData("in the order of the spec", """{"id":"7","täg":[1, 2.50,\r{"a": null}],"label":"spam","text":"x"}""", """{"label":"spam","täg":[1,2.50,{"a":null}],"id":"7"}""")]
    [InlineData("values keep their type", """{"label":true,"text":"x","id":1e3}""", """{"label":true,"id":1e3}""")]
    [InlineData("null is a value", """{"label":null,"text":"x"}""", """{"label":null}""")]
    [InlineData("the last counts", """{"label":1,"text":"x","label":{"b":2}}""", """{"label":{"b":2}}""")]
    [InlineData("text stays readable", """{"label":"\u00e4<\u0022>\n","text":"x"}""", """{"label":"ä<\">\n"}""")]
    public async Task Chosen_fields_become_metadata(string why, string line, string? metadata)
    {
        var row = Assert.Single(await RowsAsync(line.Replace("\\r", "\r", StringComparison.Ordinal)));

        Assert.True(metadata == row.Metadata, $"{why}: {row.Metadata}");
    }

    [Fact]
    public async Task The_text_may_be_id_and_metadata_at_once()
    {
        var source = new TextSource { Uri = "file:///in/", TextField = "a b.c", IdField = "a b.c", MetadataFields = ["a b.c"] };

        var row = Assert.Single(await new MemoryInputs { Source = source }.With("a.jsonl", Utf8("""{"a b.c":"x"}""")).RowsAsync());

        Assert.Equal(("x", "x", """{"a b.c":"x"}"""), (row.Id, row.Text, row.Metadata));
    }

    private static Task<List<SourceRow>> RowsAsync(string content) => new MemoryInputs { Source = Source }.With("a.jsonl", Utf8(content)).RowsAsync();
}
