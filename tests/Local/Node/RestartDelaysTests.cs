using TextOps.Local.Node;

namespace TextOps.Local.Tests.Node;

public sealed class RestartDelaysTests
{
    private static readonly ProcessNodeOptions Options = new() { RunnerProgram = "", PodsFolder = "" };

    [Fact]
    public void The_first_restart_is_at_once_and_the_next_wait_twice_as_long_each()
    {
        var delays = new RestartDelays(Options);

        Assert.Equal([0, 1, 2, 4, 8, 10, 10], Enumerable.Range(0, 7).Select(_ => delays.Next(TimeSpan.FromSeconds(3)).TotalSeconds));
    }

    [Fact]
    public void A_container_that_ran_for_ten_minutes_is_forgiven()
    {
        var delays = new RestartDelays(Options);
        for (var i = 0; i < 4; i++)
        {
            delays.Next(TimeSpan.Zero);
        }

        Assert.Equal(
            [0, 1, 2],
            ((TimeSpan[])[TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(9.9), TimeSpan.Zero]).Select(ran => delays.Next(ran).TotalSeconds));
    }
}
