using TextOps.Artifacts.Embeddings;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Text;

public sealed class ShardPlannerTests
{
    [Theory]
    [InlineData("a file in equal parts", "a.txt:100", 4, "a@0+25|a@25+25|a@50+25|a@75+25")]
    [InlineData("bytes that do not divide", "a.txt:10", 3, "a@0+3|a@3+3|a@6+4")]
    [InlineData("files together", "a.txt:10 b.txt:10 c.txt:10", 2, "a@0+10 b@0+5|b@5+5 c@0+10")]
    [InlineData("more shards than bytes", "a.txt:3", 10, "a@0+1|a@1+1|a@2+1")]
    [InlineData("a packed file stays whole", "a.txt.gz:100", 4, "a@0+100")]
    [InlineData("a cut in a packed file goes to its nearer end", "a.txt:10 b.txt.gz:10 c.txt:10", 3, "a@0+10|b@0+10|c@0+10")]
    [InlineData("two cuts at the same place are one", "a.txt:10 b.txt.gz:100 c.txt:10", 4, "a@0+10|b@0+100|c@0+10")]
    [InlineData("packed files by size", "a.gz:50 b.gz:10 c.gz:10 d.gz:10 e.gz:20", 2, "a@0+50|b@0+10 c@0+10 d@0+10 e@0+20")]
    [InlineData("files without bytes are in no shard", "a.txt:0 b.txt:4 c.txt:0", 2, "b@0+2|b@2+2")]
    [InlineData("nothing to read is one shard that reads nothing", "a.txt:0", 3, "")]
    [InlineData("sizes whose product with the shards is no 64-bit number", "a.txt:9000000000000000000", 1000, null)]
    public void Cuts_by_size(string why, string inputs, int shards, string? expected)
    {
        var pinned = inputs.Split(' ').Select(input => Input(input.Split(':')[0], long.Parse(input.Split(':')[1]))).ToList();

        var plan = ShardPlanner.Cut(pinned, shards);

        Assert.Equal(Enumerable.Range(0, plan.Count), plan.Select(shard => shard.Shard));
        if (expected is null)
        {
            Assert.Equal(shards, plan.Count);
            return;
        }

        var shown = string.Join('|', plan.Select(shard => string.Join(' ', shard.Ranges.Select(range => $"{pinned[range.Input].Uri[0]}@{range.Offset}+{range.Bytes}"))));
        Assert.True(expected == shown, $"{why}: {shown}");
    }

    [Fact]
    public void Shards_cover_every_byte_once_and_in_order()
    {
        var random = new Random(11);
        for (var round = 0; round < 500; round++)
        {
            var inputs = Enumerable.Range(0, random.Next(1, 20)).Select(input => Input(random.Next(3) == 0 ? $"{input}.gz" : $"{input}.txt", random.Next(4) == 0 ? 0 : random.Next(1, 1000))).ToList();
            var asked = random.Next(1, 40);

            var plan = ShardPlanner.Cut(inputs, asked);

            Assert.InRange(plan.Count, 1, asked);
            var ranges = plan.SelectMany(shard => shard.Ranges).ToList();
            var (input, offset) = (0, 0L);
            foreach (var range in ranges)
            {
                while (offset == inputs[input].Bytes)
                {
                    (input, offset) = (input + 1, 0);
                }

                Assert.Equal((input, offset), (range.Input, range.Offset));
                Assert.InRange(range.Bytes, 1, inputs[input].Bytes - offset);
                Assert.True(!inputs[input].Uri.EndsWith(".gz", StringComparison.Ordinal) || range.Bytes == inputs[input].Bytes);
                offset += range.Bytes;
            }

            Assert.Equal(inputs.Sum(pinned => pinned.Bytes), ranges.Sum(range => range.Bytes));
            Assert.True(plan.All(shard => shard.Ranges.Count > 0) || ranges.Count == 0);
        }
    }

    private static PinnedInput Input(string name, long bytes) => new() { Uri = name, Bytes = bytes, ETag = name };
}
