using TextOps.Learning.Models;
using TextOps.Runner.Serve.Batching;

namespace TextOps.Runner.Tests.Serve.Batching;

public sealed class BatchSelectionTests
{
    [Theory]
    [InlineData("everything fits", 100, new[] { 5, 1, 9 }, new[] { 5, 1, 9 })]
    [InlineData("neighbours by length share a run, the first among them", 12, new[] { 3, 10, 4, 2, 9 }, new[] { 3, 4, 2 })]
    [InlineData("the first is longer than half of the budget", 12, new[] { 7, 7, 1 }, new[] { 7 })]
    [InlineData("the first is longer than the budget", 12, new[] { 20, 1, 1 }, new[] { 20 })]
    [InlineData("the first is the longest", 12, new[] { 4, 1, 1, 1, 9 }, new[] { 4, 1, 1 })]
    public void A_run_holds_the_first_and_those_of_similar_length(string narrative, int budget, int[] waiting, int[] expected)
    {
        var (left, batch) = (Waiting(waiting), new List<WaitingInput>());
        BatchSelection.Take(left, budget, batch);
        Assert.True(expected.Order().SequenceEqual(batch.Select(input => input.Tokens).Order()), $"{narrative}: {string.Join(", ", batch.Select(input => input.Tokens))}");
        Assert.Equal(waiting.Length, left.Count + batch.Count);
    }

    [Fact]
    public void Nothing_is_lost_or_overtaken_for_ever_and_no_run_passes_the_budget()
    {
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            var budget = random.Next(1, 60);
            var waiting = Waiting([.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(1, 30))]);
            var all = waiting.ToList();
            var taken = new List<WaitingInput>();
            while (waiting.Count > 0)
            {
                var (first, batch) = (waiting[0], new List<WaitingInput>());
                BatchSelection.Take(waiting, budget, batch);
                Assert.Contains(first, batch);
                Assert.True(batch.Count == 1 || batch.Count * batch.Max(input => input.Tokens) <= budget);
                taken.AddRange(batch);
            }

            Assert.Equal(all.Count, taken.Count);
            Assert.Empty(all.Except(taken));
        }
    }

    private static List<WaitingInput> Waiting(int[] tokens)
    {
        var request = new BatchRequest([.. tokens.Select(count => new Input { Tokens = count })], outputLength: 1, arrived: 0);
        return [.. tokens.Select((count, index) => new WaitingInput(request, index, count))];
    }

    private sealed record Input : PreparedInput;
}
