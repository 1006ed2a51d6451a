using TextOps.Runner.Text;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Text;

public sealed class DuplicateSetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("in memory", 1 << 20, 10_000)]
    [InlineData("through memory into a file", 1 << 10, 10_000)]
    [InlineData("through several files", 16, 30_000)]
    public void Says_of_each_text_whether_it_was_there(string where, int memorySlots, int texts)
    {
        using var set = new DuplicateSet(folder.Path, memorySlots);
        var seen = new HashSet<int>();
        var random = new Random(3);
        for (var added = 0; added < texts; added++)
        {
            var text = random.Next(texts);
            Assert.True(seen.Add(text) == set.Add($"text {text}"), $"{where}: {text}");
        }

        Assert.Equal(seen.Count, set.Count);
        Assert.All(Enumerable.Range(0, texts), text => Assert.Equal(!seen.Contains(text), set.Add($"text {text}")));
    }

    [Fact]
    public void Leaves_no_file_behind_even_while_it_is_in_use()
    {
        using var set = new DuplicateSet(folder.Path, 16);
        for (var text = 0; text < 1000; text++)
        {
            set.Add($"text {text}");
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Many_more_texts_than_fit_take_a_bounded_amount_of_memory()
    {
        const int MemorySlots = 1 << 14;
        const int Texts = 12 * MemorySlots;
        using var set = new DuplicateSet(folder.Path, MemorySlots);
        Span<char> text = stackalloc char[8];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var pass = 0; pass < 2; pass++)
        {
            for (var number = 0; number < Texts; number += pass == 0 ? 1 : 997)
            {
                number.TryFormat(text, out var length);
                if (set.Add(text[..length]) != (pass == 0))
                {
                    Assert.Fail($"{number} in pass {pass}");
                }
            }
        }

        // Slots of 16 bytes, and growing makes as much again; the rest is the file's buffers.
        Assert.Equal(Texts, set.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * 16L * MemorySlots);
    }
}
