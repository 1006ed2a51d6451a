using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds.ModelDeployments;
using TextOps.Learning.Models;
using TextOps.Runner.Serve;
using TextOps.Runner.Serve.Batching;
using TextOps.Runner.Serve.Metrics;
using TextOps.Runner.Serve.Predictions;

namespace TextOps.Runner.Tests.Serve;

public sealed class ReadinessTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly ManualTime time = new();
    private readonly StubModel model = new();
    private readonly Meter meter = new("readiness");
    private readonly RunWatch watch;
    private readonly DynamicBatcher batcher;
    private readonly ServeState state;

    public ReadinessTests()
    {
        time.Move(100);
        var metrics = new ServeMetrics(meter, [], []);
        watch = new RunWatch(metrics, time, NullLogger.Instance);
        batcher = new DynamicBatcher(model, new BatchLimits { MaxTokens = 100, MaxQueue = 1, Timeout = TimeSpan.FromDays(1) }, time, watch);
        var served = new ServedModel { Name = "reviews", Version = "v000001", Model = model, Limits = new Serving() };
        state = new ServeState(served, batcher, watch, metrics, new NoPredictionLog(), time);
    }

    private Readiness Readiness => new(state, model, batcher, watch, time) { MaxWait = TimeSpan.FromMilliseconds(20) };

    public void Dispose()
    {
        model.Gate.Set();
        batcher.Dispose();
        meter.Dispose();
        model.Dispose();
    }

    [Fact]
    public async Task The_model_is_run_at_most_once_a_second()
    {
        for (var look = 0; look < 5; look++)
        {
            Assert.Null(await Readiness.FaultAsync());
            time.Move(0.3);
        }

        Assert.Equal(2, model.Runs.Count);
    }

    [Fact]
    public async Task A_model_that_does_not_answer_is_not_ready_until_it_does()
    {
        var readiness = Readiness;
        model.Gate.Reset();
        Batch("stuck", out var stuck);
        Assert.Equal("the model did not answer within 0.02 s", await readiness.FaultAsync());
        Assert.Equal("the model did not answer within 0.02 s", await readiness.FaultAsync());
        model.Gate.Set();
        await stuck.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        await readiness.AskAsync();
        Assert.Null(await readiness.FaultAsync());
    }

    [Fact]
    public async Task A_model_that_is_busy_with_slow_runs_is_ready_as_long_as_they_end()
    {
        var readiness = Readiness;
        Assert.Null(await readiness.FaultAsync());
        Assert.True(model.Entered.Wait(Deadline, TestContext.Current.CancellationToken));
        model.Gate.Reset();
        Batch("slow", out var slow);
        time.Move(9);
        Assert.Null(await readiness.FaultAsync());
        time.Move(2);
        Assert.Equal("the model did not answer within 0.02 s", await readiness.FaultAsync());
        model.Gate.Set();
        await slow.WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_run_that_does_not_end_is_death_after_a_while()
    {
        model.Gate.Reset();
        Batch("stuck", out var stuck);
        time.Move(59);
        Assert.Null(state.Death);
        time.Move(3);
        Assert.Equal("a run of the model has not ended for 62 s", state.Death);
        Assert.Equal("failing", state.Stats(withPaths: false).Status);
        model.Gate.Set();
        await stuck.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Null(state.Death);
    }

    [Fact]
    public async Task Runs_that_all_fail_are_death_after_a_while_and_one_that_does_not_is_life()
    {
        for (var seconds = 0; seconds <= 70; seconds += 10)
        {
            batcher.TryRun([Prepared(StubModel.Poison)], always: false, out var failed, CancellationToken.None);
            await Assert.ThrowsAsync<ModelRunException>(() => failed);
            time.Move(10);
        }

        Assert.Equal("every run of the model has failed for 80 s", state.Death);
        Assert.Null(await Readiness.FaultAsync());
        Assert.Null(state.Death);
    }

    /// <summary>Lets a thread run a text that does not end before the gate is set.</summary>
    private void Batch(string text, out Task<float[]> outputs)
    {
        outputs = Task.Run(() => batcher.TryRun([Prepared(text)], always: false, out var made, CancellationToken.None) ? made : throw new InvalidOperationException("no room"));
        Assert.True(model.Entered.Wait(Deadline, TestContext.Current.CancellationToken));
    }

    private PreparedInput Prepared(string text) => model.Prepare(new ModelInput { Text = text });
}
