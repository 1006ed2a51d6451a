using TextOps.Onnx.Embeddings;

namespace TextOps.Onnx.Tests.Embeddings;

public sealed class TokenBudgetBatcherTests
{
    [Theory]
    [InlineData("no texts", "", 8, "")]
    [InlineData("one text", "5", 8, "0")]
    [InlineData("short ones share, sorted by length", "4 2 3", 8, "1 2|0")]
    [InlineData("equal lengths keep their order", "2 2 2 2 2", 4, "0 1|2 3|4")]
    [InlineData("a text above the budget is alone", "9 1 1", 8, "1 2|0")]
    [InlineData("padding counts: 1 + 7 pads to 14", "1 7", 13, "0|1")]
    [InlineData("padding counts: 1 + 7 pads to 14", "1 7", 14, "0 1")]
    [InlineData("texts without tokens still take a place", "0 0 0", 2, "0 1|2")]
    public void Batches_are_as_the_rules_say(string story, string counts, int budget, string batches)
    {
        var tokenCounts = counts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray();

        Assert.True(batches == string.Join('|', TokenBudgetBatcher.Batch(tokenCounts, budget).Select(batch => string.Join(' ', batch))), story);
    }

    [Theory]
    [InlineData(1, 512)]
    [InlineData(2, 64)]
    [InlineData(3, 100_000)]
    public void Every_text_is_in_one_batch_and_every_batch_keeps_its_limits(int seed, int budget)
    {
        var random = new Random(seed);
        var counts = Enumerable.Range(0, 3_000).Select(_ => random.Next(4) == 0 ? random.Next(600) : random.Next(40)).ToArray();

        var batches = TokenBudgetBatcher.Batch(counts, budget);

        Assert.Equal(Enumerable.Range(0, counts.Length), batches.SelectMany(batch => batch).Order());
        Assert.All(batches, batch =>
        {
            Assert.InRange(batch.Length, 1, TokenBudgetBatcher.MaxTexts);
            Assert.True(batch.Length == 1 || batch.Max(index => counts[index]) * batch.Length <= budget);
        });
        Assert.Equal(batches, TokenBudgetBatcher.Batch(counts, budget));
        // No batch could have taken the first text of the next one.
        Assert.All(batches.Zip(batches.Skip(1)), pair => Assert.True(
            pair.First.Length == TokenBudgetBatcher.MaxTexts || (pair.First.Length + 1) * Math.Max(1, counts[pair.Second[0]]) > budget));
    }

    [Fact]
    public void A_budget_below_one_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => TokenBudgetBatcher.Batch([1], 0));
}
