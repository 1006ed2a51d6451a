using System.Security.Cryptography;
using TextOps.Artifacts.Embeddings;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Datasets;

/// <summary>Rows of a gigabyte. What a process allocates is counted for all of its threads, so nothing else runs beside these tests.</summary>
[Collection(nameof(HugeRowTests))]
[CollectionDefinition(nameof(HugeRowTests), DisableParallelization = true)]
public sealed class HugeRowTests
{
    private const int MegaByte = 1024 * 1024;

    [Theory]
    [InlineData("a.jsonl", "{\"text\": \"good\", \"label\": 1}\n")]
    [InlineData("a.csv", "text,label\n")]
    [InlineData("a.tsv", "good\t1\n")]
    public async Task A_line_of_a_gigabyte_is_left_out_in_little_memory(string name, string before)
    {
        var (data, bytes) = (new MemoryDataset(), 1024L * MegaByte);
        data.With(Endless(name, before, bytes), () => new EndlessLine(System.Text.Encoding.UTF8.GetBytes(before), bytes));
        var allocated = GC.GetTotalAllocatedBytes();
        var rows = await data.RowsAsync();
        Assert.Equal(RejectReasons.LineTooLong, rows[^1].Defect);
        Assert.Equal(2, rows[^1].Line);
        Assert.InRange(GC.GetTotalAllocatedBytes() - allocated, 0, 128 * MegaByte);
    }

    [Fact]
    public async Task A_quote_that_is_open_for_a_gigabyte_is_refused()
    {
        var (data, bytes) = (new MemoryDataset(), 1024L * MegaByte);
        const string Before = "text,label\n\"";
        data.With(Endless("a.csv", Before, bytes), () => new EndlessLine(System.Text.Encoding.UTF8.GetBytes(Before), bytes, lineEvery: 1000));
        var allocated = GC.GetTotalAllocatedBytes();
        var refused = await Assert.ThrowsAsync<InputException>(() => data.RowsAsync());
        Assert.Equal("file:///in/a.csv, line 2: a quote that opens in this row is not closed within 16777216 bytes; close it, and write \"\" for a quote inside quotes", refused.Message);
        Assert.InRange(GC.GetTotalAllocatedBytes() - allocated, 0, 256 * MegaByte);
    }

    private static PinnedInput Endless(string name, string before, long bytes)
    {
        // Its digest is that of the stream, read once: nothing of this size is held.
        using var stream = new EndlessLine(System.Text.Encoding.UTF8.GetBytes(before), bytes);
        return new PinnedInput { Uri = "file:///in/" + name, Bytes = stream.Length, ETag = Convert.ToHexStringLower(SHA256.HashData(stream)) };
    }
}
