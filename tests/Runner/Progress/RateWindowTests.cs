using TextOps.Runner.Progress;

namespace TextOps.Runner.Tests.Progress;

public sealed class RateWindowTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void Is_zero_before_anything_happened() => Assert.Equal(0, new RateWindow(time).PerSecond());

    [Fact]
    public void Counts_from_the_start_while_the_window_is_not_full()
    {
        var rate = new RateWindow(time);
        time.Move(1);
        rate.Add(100);
        time.Move(1);
        Assert.Equal(50, rate.PerSecond(), tolerance: 0.001);
    }

    [Fact]
    public void Forgets_what_is_older_than_the_window()
    {
        var rate = new RateWindow(time);
        rate.Add(1_000_000);
        for (var second = 0; second < 20; second++)
        {
            time.Move(1);
            rate.Add(10);
        }

        Assert.InRange(rate.PerSecond(), 9, 12);
    }

    [Fact]
    public void Falls_to_zero_when_nothing_happens_for_longer_than_the_window()
    {
        var rate = new RateWindow(time);
        time.Move(1);
        rate.Add(500);
        time.Move(3600);
        Assert.Equal(0, rate.PerSecond());
    }
}
