using TextOps.Artifacts.Embeddings;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Runner.Text;
using static TextOps.Runner.Tests.Text.MemoryInputs;

namespace TextOps.Runner.Tests.Text;

public sealed class TextSourceReaderTests
{
    [Theory]
    [InlineData("nothing", "", new string[0])]
    [InlineData("one line without an end", "one", new[] { "one" })]
    [InlineData("nothing after the last newline is no row", "one\n", new[] { "one" })]
    [InlineData("a blank line is a row", "one\n\ntwo\n\n", new[] { "one", "", "two", "" })]
    [InlineData("line ends of Windows", "one\r\ntwo\r\n\r\n", new[] { "one", "two", "" })]
    [InlineData("a lone carriage return is text", "one\rtwo\nthree\r", new[] { "one\rtwo", "three\r" })]
    [InlineData("only one carriage return belongs to the line's end", "one\r\r\n", new[] { "one\r" })]
    [InlineData("a byte order mark is not text", "\uFEFFone\ntwo", new[] { "one", "two" })]
    [InlineData("a byte order mark alone is no row", "\uFEFF", new string[0])]
    [InlineData("a byte order mark before an empty line", "\uFEFF\r\none", new[] { "", "one" })]
    [InlineData("a second byte order mark is text", "\uFEFF\uFEFFone\n\uFEFFtwo", new[] { "\uFEFFone", "\uFEFFtwo" })]
    [InlineData("NUL bytes are text", "a\0b\n\0", new[] { "a\0b", "\0" })]
    [InlineData("other line separators of Unicode are text", "a\u2028b\u0085c\vd\n", new[] { "a\u2028b\u0085c\vd" })]
    public async Task Lines_are_rows(string why, string content, string[] texts)
    {
        foreach (var readSize in (int[])[1, 2, 3, int.MaxValue])
        {
            var rows = await new MemoryInputs { ReadSize = readSize }.With("a.txt", Utf8(content)).RowsAsync();

            Assert.True(texts.SequenceEqual(rows.Select(row => row.Text)), $"{why}, {readSize} bytes a read: {string.Join('|', rows.Select(row => row.Text))}");
            Assert.All(rows, row => Assert.Null(row.Defect));
        }
    }

    [Fact]
    public async Task Rows_say_where_they_come_from()
    {
        var inputs = new MemoryInputs().With("a.txt", Utf8("one\r\ntwo\n")).With("b/c.txt", Utf8("\nthree"));

        var rows = await inputs.RowsAsync();

        Assert.Equal(
            [
                new() { Index = 0, Input = "file:///in/a.txt", Line = 1, Id = "a.txt@0", Text = "one", BytesConsumed = 5 },
                new() { Index = 1, Input = "file:///in/a.txt", Line = 2, Id = "a.txt@5", Text = "two", BytesConsumed = 9 },
                new() { Index = 2, Input = "file:///in/b/c.txt", Line = 1, Id = "b/c.txt@0", Text = "", BytesConsumed = 10 },
                new() { Index = 3, Input = "file:///in/b/c.txt", Line = 2, Id = "b/c.txt@1", Text = "three", BytesConsumed = 15 },
            ],
            rows);
    }

    [Theory]
    [InlineData("one a line", "alpha\nbe\n\ngamma delta\nε\nzeta\n")]
    [InlineData("without a newline at the end", "alpha\nbe\n\ngamma delta\nε\nzeta")]
    [InlineData("line ends of Windows", "alpha\r\nbe\r\n\r\ngamma delta\r\nε\r\nzeta\r\n")]
    [InlineData("mixed line ends after a byte order mark", "\uFEFFalpha\nbe\r\n\n\r\ngamma delta\r\nε\nzeta\r")]
    [InlineData("newlines only", "\n\n\n\n\n\n\n")]
    [InlineData("one line only", "a single line that is much longer than any shard will be")]
    public async Task Each_row_is_read_once_and_in_order_wherever_a_file_is_cut(string why, string content)
    {
        var inputs = new MemoryInputs().With("a.txt", Utf8(content)).With("b.txt", Utf8("in between")).With("c.txt", Utf8(content));
        var whole = (await inputs.RowsAsync()).ConvertAll(row => (row.Id, row.Text, row.Defect));
        Assert.NotEmpty(whole);
        for (var shards = 1; shards <= 150; shards++)
        {
            var plan = ShardPlanner.Cut(inputs.Pinned, shards);
            var rows = new List<(string, string?, string?)>();
            foreach (var shard in plan)
            {
                var read = await inputs.RowsAsync([.. shard.Ranges]);
                Assert.Equal(Enumerable.Range(0, read.Count).Select(index => (long)index), read.Select(row => row.Index));
                rows.AddRange(read.Select(row => (row.Id, row.Text, row.Defect)));
            }

            Assert.True(whole.SequenceEqual(rows), $"{why}, {shards} shards");
        }
    }

    [Fact]
    public async Task Random_files_read_the_same_with_any_buffer_and_any_cut()
    {
        var random = new Random(7);
        for (var round = 0; round < 40; round++)
        {
            var content = new byte[random.Next(1, 3000)];
            for (var index = 0; index < content.Length; index++)
            {
                content[index] = "\n\r\nabcdefgh\u00e4"u8[random.Next(13)];
            }

            var whole = await new MemoryInputs().With("a.txt", content).RowsAsync();
            var inputs = new MemoryInputs { ReadSize = random.Next(1, 70), Limits = new TextLimits { BufferBytes = 16 } }.With("a.txt", content);
            var rows = new List<SourceRow>();
            foreach (var shard in ShardPlanner.Cut(inputs.Pinned, random.Next(1, 50)))
            {
                rows.AddRange(await inputs.RowsAsync([.. shard.Ranges]));
            }

            Assert.Equal(whole.Select(row => (row.Id, row.Text, row.Defect)), rows.Select(row => (row.Id, row.Text, row.Defect)));
        }
    }

    [Theory]
    [InlineData("a byte that begins nothing", new byte[] { 0xFF })]
    [InlineData("a continuation alone", new byte[] { 0x80 })]
    [InlineData("a sequence cut off", new byte[] { 0xE2, 0x82 })]
    [InlineData("a longer form of a slash", new byte[] { 0xC0, 0xAF })]
    [InlineData("half of a surrogate pair", new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData("beyond Unicode's end", new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    public async Task A_line_that_is_not_utf8_is_rejected_alone(string why, byte[] bad)
    {
        foreach (var name in (string[])["a.txt", "a.jsonl"])
        {
            for (var position = 0; position <= 20; position++)
            {
                var line = Utf8("{\"text\":\"0123456789\"}");
                byte[] content = [.. Utf8("{\"text\":\"before\"}\n"), .. line[..position], .. bad, .. line[position..], .. Utf8("\n{\"text\":\"after\"}")];

                var rows = await new MemoryInputs().With(name, content).RowsAsync();

                Assert.True(rows.Count == 3 && rows[1] is { Defect: RejectReasons.InvalidUtf8, Text: null }, $"{why} at {position} of {name}");
                Assert.All([rows[0], rows[2]], row => Assert.Null(row.Defect));
                Assert.Equal(name + "@18", rows[1].Id);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task A_line_over_the_limit_is_rejected_and_the_next_ones_are_read(int readSize)
    {
        foreach (var (length, tooLong) in ((int, bool)[])[(99, false), (100, false), (101, true), (102, true), (5000, true)])
        {
            foreach (var ending in (string[])["\n", "\r\n"])
            {
                var inputs = new MemoryInputs { ReadSize = readSize, Limits = new TextLimits { LineBytes = 100, BufferBytes = 16 } }
                    .With("a.txt", Utf8("one" + ending + new string('x', length) + ending + "two" + ending + new string('y', length)));

                var rows = await inputs.RowsAsync();

                var defect = tooLong ? RejectReasons.LineTooLong : null;
                Assert.Equal([null, defect, null, defect], rows.Select(row => row.Defect));
                Assert.Equal(["one", tooLong ? null : new string('x', length), "two", tooLong ? null : new string('y', length)], rows.Select(row => row.Text));
            }
        }
    }

    [Fact]
    public async Task A_line_of_a_hundred_megabytes_is_passed_over_in_bounded_memory()
    {
        const long Bytes = 100_000_000;
        var inputs = new MemoryInputs().With("a.jsonl", Bytes + 18, () => new RepeatedByte((byte)'x', Bytes, Utf8("\n{\"text\":\"after\"}\n")));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var rows = await inputs.RowsAsync();

        // The buffer doubles up to 32 MiB, which makes 64 MiB of arrays where none are pooled yet. Nothing waits, so all is on this thread.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 72L << 20);
        Assert.Equal([RejectReasons.LineTooLong, null], rows.Select(row => row.Defect));
        Assert.Equal("after", rows[1].Text);
    }

    [Fact]
    public async Task What_was_appended_since_planning_is_not_read()
    {
        var rows = await new MemoryInputs().With("a.txt", Utf8("one\ntwo and more\nthree\n"), pinnedBytes: 7).RowsAsync();

        Assert.Equal(["one", "two"], rows.Select(row => row.Text));
    }

    [Fact]
    public async Task An_input_that_became_shorter_is_refused()
    {
        var inputs = new MemoryInputs().With("a.txt", Utf8("one\ntwo\n"), pinnedBytes: 100);

        var refused = await Assert.ThrowsAsync<InputException>(() => inputs.RowsAsync());

        Assert.StartsWith("file:///in/a.txt ends after 8 bytes, but had 100", refused.Message);
    }

    [Fact]
    public async Task An_input_that_is_gone_is_refused()
    {
        var inputs = new MemoryInputs().With("a.txt", 3, () => throw new FileNotFoundException());

        var refused = await Assert.ThrowsAsync<InputException>(() => inputs.RowsAsync());

        Assert.StartsWith("file:///in/a.txt does not exist any more", refused.Message);
    }

    [Fact]
    public async Task Reading_stops_when_it_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        var inputs = new MemoryInputs { ReadSize = 4 }.With("a.txt", Utf8("one\ntwo\nthree\n"));
        await using var rows = inputs.ReadAsync([new InputRange { Input = 0, Offset = 0, Bytes = 14 }], cancelled.Token).GetAsyncEnumerator(cancelled.Token);
        Assert.True(await rows.MoveNextAsync());

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (await rows.MoveNextAsync())
            {
            }
        });
    }

    [Theory]
    [InlineData("a.jsonl", TextFormat.Auto, TextFormat.Jsonl, false)]
    [InlineData("a.NDJSON.GZ", TextFormat.Auto, TextFormat.Jsonl, true)]
    [InlineData("a.b.txt", TextFormat.Auto, TextFormat.Text, false)]
    [InlineData("a.text.gz", TextFormat.Auto, TextFormat.Text, true)]
    [InlineData("a.json", TextFormat.Jsonl, TextFormat.Jsonl, false)]
    [InlineData("part-00000", TextFormat.Text, TextFormat.Text, false)]
    [InlineData("part-00000.gz", TextFormat.Jsonl, TextFormat.Jsonl, true)]
    [InlineData("a.txt", TextFormat.Jsonl, TextFormat.Jsonl, false)]
    public void The_format_goes_by_the_spec_and_else_by_the_name(string name, TextFormat asked, TextFormat rows, bool packed) =>
        Assert.Equal(new RowFormat(rows, packed), RowFormat.Of("file:///in/" + name, asked));

    [Theory]
    [InlineData("a.json", "set spec.source.format to jsonl")]
    [InlineData("a.json.gz", "set spec.source.format to jsonl")]
    [InlineData("a.csv", "set spec.source.format to jsonl or text")]
    [InlineData("a", "set spec.source.format to jsonl or text")]
    [InlineData("a.gz", "set spec.source.format to jsonl or text")]
    public void A_name_that_does_not_say_the_format_is_refused(string name, string fix)
    {
        var refused = Assert.Throws<InputException>(() => RowFormat.Of("file:///in/" + name, TextFormat.Auto));

        Assert.Contains("file:///in/" + name, refused.Message);
        Assert.Contains(fix, refused.Message);
    }

    [Theory]
    [InlineData("file:///in/", "file:///in/a/b.txt", "a/b.txt")]
    [InlineData("file:///in", "file:///in/a/b.txt", "a/b.txt")]
    [InlineData("file:///in/a.txt", "file:///in/a.txt", "a.txt")]
    [InlineData("file:///in/**/*.txt", "file:///in/a/b.txt", "a/b.txt")]
    [InlineData("file:///in/2024-*/x.txt", "file:///in/2024-01/x.txt", "2024-01/x.txt")]
    [InlineData("file://./in/*.txt", "file://./in/b.txt", "b.txt")]
    [InlineData("file:///elsewhere/", "file:///in/a/b.txt", "b.txt")]
    public void Ids_hold_the_path_below_the_source(string source, string input, string path) => Assert.Equal(path, new RowNames(source).PathOf(input));

    [Fact]
    public void An_id_never_gets_too_long()
    {
        Assert.Equal(256, RowNames.Of(new string('p', 300), 12).Length);
        Assert.EndsWith("p@12", RowNames.Of(new string('p', 300), 12));
        Assert.Equal(new string('i', 256), RowNames.Cut(new string('i', 300)));
        Assert.Equal(new string('i', 255), RowNames.Cut(new string('i', 255) + "😀"));
        Assert.Equal(new string('i', 254) + "😀", RowNames.Cut(new string('i', 254) + "😀x"));
    }

    /// <summary>A byte over and over, and an end.</summary>
    private sealed class RepeatedByte(byte value, long count, byte[] end) : ForwardStream(Null)
    {
        private long position;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = (int)Math.Min(buffer.Length, (position < count ? count : count + end.Length) - position);
            if (position < count)
            {
                buffer.Span[..read].Fill(value);
            }
            else
            {
                end.AsSpan((int)(position - count), read).CopyTo(buffer.Span);
            }

            position += read;
            return ValueTask.FromResult(read);
        }
    }
}
