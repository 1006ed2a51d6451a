using System.Security.Cryptography;
using TextOps.Artifacts.Embeddings;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Datasets;
using TextOps.Runner.Tests.Text;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Datasets;

public sealed class DatasetFileReaderTests
{
    [Theory]
    [InlineData("plain", "text,label\ngood,1\nbad,0\n", "good|1 bad|0")]
    [InlineData("CR LF and no last ending", "text,label\r\ngood,1\r\nbad,0", "good|1 bad|0")]
    [InlineData("a byte order mark", "\uFEFFtext,label\ngood,1\n", "good|1")]
    [InlineData("columns in another order, and one more", "label,x,text\n1,9,good\n", "good|1")]
    [InlineData("quotes around all", "\"text\",\"label\"\n\"good\",\"1\"\n", "good|1")]
    [InlineData("a comma in quotes", "text,label\n\"a,b\",1\n", "a,b|1")]
    [InlineData("a doubled quote", "text,label\n\"he said \"\"no\"\"\",1\n", "he_said_\"no\"|1")]
    [InlineData("a line end in quotes", "text,label\n\"a\nb\",1\nc,2\n", "a\nb|1 c|2")]
    [InlineData("CR LF in quotes stays", "text,label\r\n\"a\r\nb\",1\r\n", "a\r\nb|1")]
    [InlineData("a blank line in quotes", "text,label\n\"a\n\nb\",1\n", "a\n\nb|1")]
    [InlineData("blank lines between rows", "text,label\n\ngood,1\n\n\n", "good|1")]
    [InlineData("a quote inside a cell without quotes", "text,label\n5\" disk,1\n", "5\"_disk|1")]
    [InlineData("empty cells are missing", "text,label\n,\n", "-|-")]
    [InlineData("too few cells", "text,label\ngood\n", "InvalidCsv")]
    [InlineData("too many cells", "text,label\ngood,1,2\nbad,0\n", "InvalidCsv bad|0")]
    [InlineData("something after the closing quote", "text,label\n\"good\"x,1\nbad,0\n", "InvalidCsv bad|0")]
    [InlineData("only the header", "text,label\n", "")]
    public async Task Csv_is_read_as_RFC_4180_says(string narrative, string content, string rows)
    {
        Assert.NotEmpty(narrative);
        Assert.Equal(rows, string.Join(' ', (await new MemoryDataset().With("a.csv", content).CellsAsync()).Select(row => row.Replace(' ', '_'))));
    }

    [Theory]
    [InlineData("plain", "good\t1\nbad\t0\n", "good|1 bad|0")]
    [InlineData("the last tab counts", "a\tb\t1\r\n", "a\tb|1")]
    [InlineData("no tab", "good\n", "good|-")]
    [InlineData("no text", "\t1\n", "|1")]
    [InlineData("blank lines", "\n \n\ngood\t1\n", "good|1")]
    public async Task Tsv_is_a_text_a_tab_and_a_label(string narrative, string content, string rows)
    {
        Assert.NotEmpty(narrative);
        Assert.Equal(rows, string.Join(' ', await new MemoryDataset().With("a.txt", content).CellsAsync()));
    }

    [Theory]
    [InlineData("plain", """{"text": "good", "label": 1}""", "good|1")]
    [InlineData("null is missing", """{"text": null, "label": "1"}""", "-|1")]
    [InlineData("other values stay as they are", """{"text": ["a"], "label": true}""", """["a"]|true""")]
    [InlineData("of equal fields the last counts", """{"text": "a", "text": "b", "label": 1}""", "b|1")]
    [InlineData("a bare NaN", """{"text": "good", "label": NaN}""", "InvalidJson")]
    [InlineData("no object", "[1]", "InvalidJson")]
    [InlineData("cut off", """{"text": "good", """, "InvalidJson")]
    [InlineData("half a surrogate pair", """{"text": "\ud800", "label": 1}""", "InvalidUtf8")]
    public async Task Json_is_an_object_a_line(string narrative, string line, string row)
    {
        Assert.NotEmpty(narrative);
        var cells = await new MemoryDataset().With("a.jsonl", $$"""{"text": "first", "label": 0}""" + $"\n\n{line}\n").CellsAsync();
        Assert.Equal(["first|0", row], cells);
    }

    [Fact]
    public async Task Rows_say_where_they_begin()
    {
        var data = new MemoryDataset().With("a.csv", "text,label\n\"a\nb\",1\nc,2\n").With("b.jsonl", "\n{\"text\": \"d\", \"label\": 3}\n");
        Assert.Equal([("a.csv@11", 2L), ("a.csv@19", 4L), ("b.jsonl@1", 2L)], (await data.RowsAsync()).Select(row => (row.Id, row.Line)));
        data.Dataset = data.Dataset with { IdField = "label" };
        Assert.Equal(["1", "2", "3"], (await data.RowsAsync()).Select(row => row.Id));
    }

    [Fact]
    public async Task Packed_files_are_unpacked()
    {
        var data = new MemoryDataset().With("a.csv.gz", MemoryInputs.Gzip("text,label\ngo"u8.ToArray(), "od,1\n"u8.ToArray()));
        Assert.Equal(["good|1"], await data.CellsAsync());
    }

    [Theory]
    [InlineData("a.csv", "text,rating\ngood,1\n", "file:///in/a.csv has no column 'label' (spec.dataset.labelField); its columns are 'text', 'rating'; correct spec.dataset.labelField, or the file")]
    [InlineData("a.jsonl", """{"text": "good", "rating": 1}""", "file:///in/a.jsonl has no field 'label' (spec.dataset.labelField); the fields of its rows are 'rating', 'text'; correct spec.dataset.labelField, or the file")]
    [InlineData("a.csv", "text,label,text\n", "file:///in/a.csv has more than one column 'text' (spec.dataset.textField); give each column a name of its own")]
    [InlineData("a.csv", "text,label\ngood,1\n\"bad,0\ngood,1\n", "file:///in/a.csv, line 3: a quote that opens in this row is not closed before the file ends; close it, and write \"\" for a quote inside quotes")]
    [InlineData("a.md", "x", "file:///in/a.md: the name does not end with .jsonl, .ndjson, .csv, .tsv or .txt, each with or without .gz; set spec.dataset.source.format to jsonl, csv or tsv, or rename the file")]
    public async Task Files_that_cannot_be_read_are_refused(string name, string content, string message)
    {
        var refused = await Assert.ThrowsAsync<InputException>(() => new MemoryDataset().With(name, content).RowsAsync());
        Assert.Equal(message, refused.Message);
    }

    [Fact]
    public async Task Columns_have_a_limit()
    {
        var refused = await Assert.ThrowsAsync<InputException>(() => new MemoryDataset().With("a.csv", "text,label" + new string(',', 5000) + "\n").RowsAsync());
        Assert.Equal("file:///in/a.csv, line 1: the row that names the columns is no CSV row of at most 4096 columns; mend the file", refused.Message);
        var rows = await new MemoryDataset().With("a.csv", "text,label\n" + new string(',', 10_000_000) + "\ngood,1\n").CellsAsync();
        Assert.Equal(["InvalidCsv", "good|1"], rows);
    }

    [Fact]
    public async Task Tsv_has_no_other_fields()
    {
        var data = new MemoryDataset().With("a.tsv", "good\t1\n");
        data.Dataset = data.Dataset with { Fields = [new NumericField { Name = "price" }] };
        var refused = await Assert.ThrowsAsync<InputException>(() => data.RowsAsync());
        Assert.Equal(
            "file:///in/a.tsv has no field 'price' (spec.dataset.fields): a line of a TSV file is a text, a tab and a label; leave spec.dataset.fields out, or store the rows as .jsonl or .csv",
            refused.Message);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1000)]
    public async Task A_packed_file_that_is_cut_off_is_refused(int missing)
    {
        var packed = MemoryInputs.Gzip(System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(row => $"text {row * 7919}\t{row % 2}\n"))));
        var refused = await Assert.ThrowsAsync<InputException>(() => new MemoryDataset().With("a.tsv.gz", packed[..^missing]).RowsAsync());
        Assert.Equal("file:///in/a.tsv.gz is not whole gzip data: it is damaged, cut off, or not packed at all; pack it again, or remove .gz from its name", refused.Message);
    }

    [Theory]
    [InlineData("other bytes", "good\t1\n", "another digest")]
    [InlineData("more bytes", "good\t1\nbad\t0\n", null)]
    public async Task A_file_that_changes_while_it_is_read_is_refused(string narrative, string content, string? etag)
    {
        Assert.NotEmpty(narrative);
        var bytes = System.Text.Encoding.UTF8.GetBytes(content);
        var pinned = new PinnedInput { Uri = "file:///in/a.tsv", Bytes = etag is null ? bytes.Length - 6 : bytes.Length, ETag = etag ?? Convert.ToHexStringLower(SHA256.HashData(bytes)) };
        var refused = await Assert.ThrowsAsync<InputException>(() => new MemoryDataset().With(pinned, () => new MemoryStream(bytes)).RowsAsync());
        Assert.Equal("file:///in/a.tsv has changed while it was read; let nobody change inputs during a run, and rerun the job", refused.Message);
    }
}
