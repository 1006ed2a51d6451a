using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Learning.Models;
using TextOps.Runner.Serve;
using TextOps.Runner.Serve.Batching;
using TextOps.Runner.Serve.Metrics;

namespace TextOps.Runner.Tests.Serve.Batching;

public sealed class DynamicBatcherTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly StubModel model = new() { Kind = TextModelKind.SentenceSimilarity };
    private readonly Meter meter = new("batches");
    private readonly List<IDisposable> made = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        model.Gate.Set();
        made.ForEach(one => one.Dispose());
        meter.Dispose();
        model.Dispose();
    }

    [Fact]
    public async Task A_text_alone_is_run_by_its_own_thread_and_at_once()
    {
        var batcher = Batcher();
        Assert.True(batcher.TryRun([Prepared("three words here")], always: false, out var outputs, Cancel));
        Assert.True(outputs.IsCompletedSuccessfully);
        Assert.Equal(StubModel.Letters("three words here"), (await outputs)[0]);
        Assert.Equal(Environment.CurrentManagedThreadId, Assert.Single(model.Runs).Thread);
    }

    [Fact]
    public async Task What_waits_while_the_model_is_busy_shares_the_next_run()
    {
        var batcher = Batcher();
        var first = await OccupyAsync(batcher);
        var others = new[] { "one", "two words", "and three words" }.Select(text => Run(batcher, text)).ToList();
        Assert.Equal(3, batcher.Waiting);
        model.Gate.Set();
        await Task.WhenAll(others.Append(first)).WaitAsync(Deadline, Cancel);
        Assert.Equal(["one", "two words", "and three words"], model.Runs[1].Texts);
        Assert.Equal(2, model.Runs.Count);
        Assert.NotEqual(model.Runs[0].Thread, model.Runs[1].Thread);
        Assert.Equal(StubModel.Letters("two words"), (await others[1])[0]);
    }

    [Fact]
    public async Task Runs_keep_to_the_budget_of_padded_tokens_and_a_longer_text_runs_alone()
    {
        var batcher = Batcher(maxTokens: 6);
        var first = await OccupyAsync(batcher);
        string[] texts = ["a", "b b b b b b b b", "c c c", "d", "e e e", "f f"];
        var requests = texts.Select(text => Run(batcher, text)).ToList();
        model.Gate.Set();
        await Task.WhenAll(requests.Append(first)).WaitAsync(Deadline, Cancel);
        Assert.All(model.Runs.Skip(1), run => Assert.True(run.Tokens <= 6 || run.Texts.Count == 1, string.Join(" | ", run.Texts)));
        Assert.Contains(model.Runs, run => run.Texts is ["b b b b b b b b"]);
        Assert.Equal(texts.Order(), model.Runs.Skip(1).SelectMany(run => run.Texts).Order());
        Assert.True(model.Runs.Count < 1 + texts.Length, "nothing was put together");
    }

    [Fact]
    public async Task A_budget_of_one_token_runs_every_text_alone()
    {
        var batcher = Batcher(maxTokens: 1);
        var first = await OccupyAsync(batcher);
        var request = Run(batcher, "one", "two words", "and three words");
        model.Gate.Set();
        Assert.Equal([3, 8, 13], (await request.WaitAsync(Deadline, Cancel)).Chunk(4).Select(output => (int)output[0]));
        await first;
        Assert.All(model.Runs, run => Assert.Single(run.Texts));
    }

    [Fact]
    public async Task A_request_that_is_cancelled_leaves_the_queue()
    {
        var batcher = Batcher(maxQueue: 2);
        var first = await OccupyAsync(batcher);
        using var gone = new CancellationTokenSource();
        Assert.True(batcher.TryRun([Prepared("gone"), Prepared("away")], always: false, out var cancelled, gone.Token));
        Assert.False(batcher.TryRun([Prepared("no room")], always: false, out _, Cancel));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Deadline, Cancel));
        Assert.Equal(0, batcher.Waiting);
        var next = Run(batcher, "room again");
        model.Gate.Set();
        await Task.WhenAll(first, next).WaitAsync(Deadline, Cancel);
        Assert.DoesNotContain("gone", model.Runs.SelectMany(run => run.Texts));
    }

    [Fact]
    public async Task A_request_that_waits_too_long_fails_while_the_model_is_stuck()
    {
        var batcher = Batcher(timeout: TimeSpan.FromMilliseconds(20));
        var first = await OccupyAsync(batcher);
        await Assert.ThrowsAsync<RequestTimedOutException>(() => Run(batcher, "late").WaitAsync(Deadline, Cancel));
        Assert.Equal(0, batcher.Waiting);
        model.Gate.Set();
        await first.WaitAsync(Deadline, Cancel);
    }

    [Fact]
    public async Task A_text_that_the_model_cannot_stand_does_not_take_its_neighbours_with_it()
    {
        var batcher = Batcher();
        var first = await OccupyAsync(batcher);
        var (good, bad, also) = (Run(batcher, "good"), Run(batcher, "some", StubModel.Poison), Run(batcher, "also good"));
        model.Gate.Set();
        Assert.Equal(4, (await good.WaitAsync(Deadline, Cancel))[0]);
        Assert.Equal(8, (await also.WaitAsync(Deadline, Cancel))[0]);
        Assert.Equal("poisoned", (await Assert.ThrowsAsync<ModelRunException>(() => bad.WaitAsync(Deadline, Cancel))).Message);
        await first;
        await Assert.ThrowsAsync<ModelRunException>(() => Run(batcher, StubModel.Poison));
        Assert.Equal(4, (await Run(batcher, "good"))[0]);
    }

    [Fact]
    public async Task A_delay_waits_for_others_until_the_budget_is_full()
    {
        var batcher = Batcher(maxTokens: 4, delay: TimeSpan.FromMinutes(10));
        var (one, other) = (Run(batcher, "a b"), Run(batcher, "c d"));
        await Task.WhenAll(one, other).WaitAsync(Deadline, Cancel);
        Assert.Equal(["a b", "c d"], Assert.Single(model.Runs).Texts);
    }

    [Fact]
    public async Task A_delay_ends_by_itself()
    {
        var batcher = Batcher(delay: TimeSpan.FromMilliseconds(20));
        Assert.Equal(5, (await Run(batcher, "alone").WaitAsync(Deadline, Cancel))[0]);
    }

    [Fact]
    public async Task What_waits_when_the_server_ends_is_told()
    {
        var batcher = Batcher();
        var first = await OccupyAsync(batcher);
        var waiting = Run(batcher, "too late");
        var end = Task.Run(batcher.Dispose, Cancel);
        await Assert.ThrowsAsync<ServerStoppedException>(() => waiting.WaitAsync(Deadline, Cancel));
        model.Gate.Set();
        await first.WaitAsync(Deadline, Cancel);
        await end.WaitAsync(Deadline, Cancel);
        await Assert.ThrowsAsync<ServerStoppedException>(() => Run(batcher, "later still"));
    }

    [Fact]
    public async Task Every_request_gets_its_own_answer_whatever_it_shares_a_run_with()
    {
        var batcher = Batcher(maxTokens: 16, maxQueue: 100_000);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(
            async () =>
            {
                var random = new Random(seed);
                for (var request = 0; request < 300; request++)
                {
                    var texts = Enumerable.Range(0, random.Next(1, 6)).Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(1, 9)).Select(_ => new string('x', random.Next(1, 9))))).ToArray();
                    var outputs = await Run(batcher, texts).WaitAsync(Deadline, Cancel);
                    Assert.Equal(texts.Select(StubModel.Letters), outputs.Chunk(4).Select(output => output[0]));
                }
            },
            Cancel)));
        Assert.All(model.Runs, run => Assert.True(run.Tokens <= 16 || run.Texts.Count == 1));
    }

    private DynamicBatcher Batcher(int maxTokens = 1000, int maxQueue = 100, TimeSpan delay = default, TimeSpan? timeout = null)
    {
        var limits = new BatchLimits { MaxTokens = maxTokens, MaxQueue = maxQueue, Delay = delay, Timeout = timeout ?? Deadline };
        var watch = new RunWatch(new ServeMetrics(meter, [], []), TimeProvider.System, NullLogger.Instance);
        var batcher = new DynamicBatcher(model, limits, TimeProvider.System, watch);
        made.Add(batcher);
        return batcher;
    }

    /// <summary>Lets a run begin that does not end before the gate is set.</summary>
    private async Task<Task<float[]>> OccupyAsync(DynamicBatcher batcher)
    {
        model.Gate.Reset();
        var first = Task.Run(() => Run(batcher, "first"), Cancel);
        Assert.True(await model.Entered.WaitAsync(Deadline, Cancel));
        return first;
    }

    private Task<float[]> Run(DynamicBatcher batcher, params string[] texts)
    {
        Assert.True(batcher.TryRun([.. texts.Select(Prepared)], always: false, out var outputs, Cancel));
        return outputs;
    }

    private PreparedInput Prepared(string text) => model.Prepare(new ModelInput { Text = text });
}
