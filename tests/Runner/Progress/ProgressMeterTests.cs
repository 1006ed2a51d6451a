using TextOps.Runner.Progress;

namespace TextOps.Runner.Tests.Progress;

public sealed class ProgressMeterTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void Tells_when_the_end_comes_at_the_present_rate()
    {
        var meter = new ProgressMeter(time);
        meter.Begin("Embedding", total: 1000);
        time.Move(2);
        meter.Advance(200);
        meter.Embedded(chunks: 10, tokens: 400);
        var progress = meter.Snapshot();
        Assert.Equal(("Embedding", 200L, 1000L), (progress.Phase, progress.Done, progress.Total));
        Assert.Equal(8, progress.EtaSeconds);
        Assert.Equal((5, 200), (progress.ChunksPerSecond, progress.TokensPerSecond));
    }

    [Fact]
    public void Work_of_an_earlier_attempt_is_done_but_not_fast()
    {
        var meter = new ProgressMeter(time);
        meter.Begin("Embedding", total: 1000);
        meter.Skip(900);
        time.Move(1);
        meter.Advance(10);
        Assert.Equal(910, meter.Snapshot().Done);
        Assert.Equal(9, meter.Snapshot().EtaSeconds);
    }

    [Fact]
    public void Promises_no_end_while_nothing_moves()
    {
        var meter = new ProgressMeter(time);
        meter.Begin("Embedding", total: 1000);
        Assert.Null(meter.Snapshot().EtaSeconds);
    }
}
