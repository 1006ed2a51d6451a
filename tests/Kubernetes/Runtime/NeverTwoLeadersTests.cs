using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.Tests.Runtime;

/// <summary>The promise of a lease, under faults of all sorts drawn at random from a seed.</summary>
public sealed class NeverTwoLeadersTests
{
    private const double Seconds = 3000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Two_never_lead_at_once(int seed)
    {
        var random = new Random(seed);
        using var election = new Election();
        Contender[] all =
        [
            election.Join("a"),
            election.Join("b", TimeSpan.FromHours(7)),
            election.Join("c", TimeSpan.FromDays(-400)),
        ];
        foreach (var contender in all)
        {
            contender.Client.Line = Line(election, random, contender);
        }

        var cutUntil = new double[all.Length];
        var led = 0;
        var restarts = 0;
        while (election.Now < Seconds)
        {
            election.Pass(0.1);
            Assert.True(all.Count(contender => contender.IsWorking) <= 1, $"seed {seed}, second {election.Now}: {string.Join("; ", all.AsEnumerable())}");
            led += all.Count(contender => contender.IsWorking);
            for (var i = 0; i < all.Length; i++)
            {
                all[i].EndingTakes = TimeSpan.FromSeconds(random.NextDouble() * 4.5);
                if (random.NextDouble() < 0.001)
                {
                    all[i].Stop();
                }
                else if (all[i].Running.IsCompleted && random.NextDouble() < 0.05)
                {
                    restarts++;
                    all[i].Start();
                }
            }
        }

        // Otherwise nothing was tested.
        Assert.InRange(led / 10.0, Seconds / 4, Seconds);
        Assert.True(all.All(contender => contender.Terms >= 3), string.Join("; ", all.AsEnumerable()));
        Assert.True(restarts > 3, $"{restarts} restarts");
        Assert.True(all.Sum(contender => contender.Loggers.Count(Microsoft.Extensions.Logging.LogLevel.Warning, "is lost")) >= 3);
        Assert.Equal(0, all.Sum(contender => contender.Loggers.Count(Microsoft.Extensions.Logging.LogLevel.Critical)));
    }

    private static Func<string, Func<Task>, CancellationToken, Task> Line(Election election, Random random, Contender contender)
    {
        var goodUntil = 0.0;
        var badUntil = 0.0;
        return async (_, call, token) =>
        {
            // Good times and bad times take turns.
            if (election.Now > badUntil)
            {
                goodUntil = election.Now + (random.NextDouble() * 120);
                badUntil = goodUntil + (random.NextDouble() * 60);
            }

            if (election.Now < goodUntil)
            {
                await call();
                return;
            }

            switch (random.Next(7))
            {
                case 0:
                    throw new IOException("connection refused");
                case 1:
                    throw new KubernetesException(500, "InternalError", "etcd is down");
                case 2:
                    // Done, but nobody hears of it.
                    await call();
                    throw new IOException("connection reset");
                case 3:
                    // Slow on the way there; the caller may have given up by the time it is done.
                    await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 30), election.Time, CancellationToken.None);
                    await call();
                    break;
                case 4:
                    // Slow on the way back.
                    await call();
                    await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 30), election.Time, CancellationToken.None).WaitAsync(token);
                    break;
                case 5:
                    // Hangs, and does not heed its caller.
                    await Task.Delay(TimeSpan.FromSeconds(100), election.Time, CancellationToken.None);
                    throw new IOException("timed out");
                default:
                    await call();
                    break;
            }
        };
    }
}
