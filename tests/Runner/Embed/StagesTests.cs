using TextOps.Runner.Embed;

namespace TextOps.Runner.Tests.Embed;

public sealed class StagesTests
{
    [Fact]
    public async Task The_first_error_stops_the_others_and_comes_out()
    {
        using var stages = new Stages(TestContext.Current.CancellationToken);
        stages.Start(stop => Task.Delay(Timeout.Infinite, stop));
        stages.Start(_ => throw new InvalidDataException("root cause"));
        Assert.Equal("root cause", (await Assert.ThrowsAsync<InvalidDataException>(stages.WaitAsync)).Message);
    }

    [Fact]
    public async Task A_stop_from_outside_stops_all()
    {
        using var stop = new CancellationTokenSource();
        using var stages = new Stages(stop.Token);
        stages.Start(stopped => Task.Delay(Timeout.Infinite, stopped));
        stages.Start(stopped => Task.Delay(Timeout.Infinite, stopped));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(stages.WaitAsync);
    }
}
