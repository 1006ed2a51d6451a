using TextOps.Artifacts.Embeddings;
using TextOps.Runner.Text;
using static TextOps.Runner.Tests.Text.MemoryInputs;

namespace TextOps.Runner.Tests.Text;

public sealed class PackedInputTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task A_packed_file_reads_like_the_file(int readSize)
    {
        var content = string.Concat(Enumerable.Range(0, 5000).Select(line => $"line {line} ä\r\n"));
        var plain = await new MemoryInputs().With("a.txt", Utf8(content)).RowsAsync();
        var packed = Gzip(Utf8(content));

        var rows = await new MemoryInputs { ReadSize = readSize }.With("a.txt.gz", packed).RowsAsync();

        Assert.Equal(plain.Select(row => (row.Line, row.Text, Id: row.Id.Replace(".txt", ".txt.gz"))), rows.Select(row => (row.Line, row.Text, row.Id)));
        Assert.Equal(packed.Length, rows[^1].BytesConsumed);
        Assert.All(rows, row => Assert.InRange(row.BytesConsumed, 0, packed.Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(int.MaxValue)]
    public async Task Members_follow_each_other_without_a_border(int readSize)
    {
        var packed = Gzip(Utf8("one\ntw"), [], Utf8("o\nthree\n"), Utf8("four"));

        var rows = await new MemoryInputs { ReadSize = readSize }.With("a.txt.gz", packed).RowsAsync();

        Assert.Equal(["one", "two", "three", "four"], rows.Select(row => row.Text));
    }

    [Fact]
    public async Task A_packed_file_that_is_cut_off_anywhere_is_refused()
    {
        var packed = Gzip(Utf8("one\ntwo\n"), Utf8("three\nfour\nfive\n"));
        var first = Gzip(Utf8("one\ntwo\n")).Length;
        for (var length = 1; length < packed.Length; length++)
        {
            var inputs = new MemoryInputs().With("a.txt.gz", packed[..length]);
            if (length == first)
            {
                // What is left is whole.
                Assert.Equal(2, (await inputs.RowsAsync()).Count);
                continue;
            }

            var refused = await Assert.ThrowsAsync<InputException>(() => inputs.RowsAsync());
            Assert.StartsWith("file:///in/a.txt.gz is not whole gzip data", refused.Message);
        }
    }

    [Fact]
    public async Task A_packed_file_with_a_changed_bit_is_refused_or_reads_the_same()
    {
        const string Content = "one two three four five six seven\n";
        var packed = Gzip(Utf8(Content));
        var refused = 0;

        // From the compressed data on; the header before it holds no text.
        for (var bit = 10 * 8; bit < packed.Length * 8; bit++)
        {
            var damaged = packed.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                // A bit that only fills up the last byte of the compressed data changes nothing.
                Assert.Equal(Content.TrimEnd(), Assert.Single(await new MemoryInputs().With("a.txt.gz", damaged).RowsAsync()).Text);
            }
            catch (InputException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, ((packed.Length - 10) * 8) - 7, (packed.Length - 10) * 8);
    }

    [Theory]
    [InlineData("not packed at all", "one\ntwo\n")]
    [InlineData("a magic number and no more", "\u001f")]
    public async Task A_file_that_is_not_packed_is_refused(string why, string content)
    {
        var refused = await Assert.ThrowsAsync<InputException>(() => new MemoryInputs().With("a.txt.gz", Utf8(content)).RowsAsync());

        Assert.True(refused.Message.StartsWith("file:///in/a.txt.gz is not whole gzip data", StringComparison.Ordinal), why + refused.Message);
    }

    [Fact]
    public async Task Something_else_after_the_packed_data_is_refused()
    {
        byte[] packed = [.. Gzip(Utf8("one\n")), .. Utf8("and more")];

        var refused = await Assert.ThrowsAsync<InputException>(() => new MemoryInputs().With("a.txt.gz", packed).RowsAsync());

        Assert.Contains("something else follows", refused.Message);
    }

    [Fact]
    public async Task A_bomb_is_refused_before_it_is_unpacked()
    {
        var packed = Gzip(new byte[3_000_000]);
        var limits = new TextLimits { UnpackedBytes = 1_000_000, UnpackedRatio = 1 };

        var refused = await Assert.ThrowsAsync<InputException>(() => new MemoryInputs { Limits = limits }.With("a.txt.gz", packed).RowsAsync());

        Assert.StartsWith("file:///in/a.txt.gz unpacks to more than 1000000 bytes, too many for its size", refused.Message);
        Assert.Single(await new MemoryInputs { Limits = limits with { UnpackedRatio = 1032 } }.With("a.txt.gz", packed).RowsAsync());
        Assert.Single(await new MemoryInputs().With("a.txt.gz", packed).RowsAsync());
    }

    [Fact]
    public async Task A_packed_file_is_never_read_in_part()
    {
        var inputs = new MemoryInputs().With("a.txt.gz", Gzip(Utf8("one\ntwo\n")));

        await Assert.ThrowsAsync<ArgumentException>(() => inputs.RowsAsync(new InputRange { Input = 0, Offset = 0, Bytes = 5 }));
    }
}
