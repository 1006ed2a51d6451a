namespace TextOps.Runner.Progress;

/// <summary>How much per second, over the last <see cref="Seconds"/> seconds; the past is kept in buckets of half a second, so memory and time are constant.</summary>
internal sealed class RateWindow(TimeProvider time)
{
    /// <summary>Length of the window, in seconds.</summary>
    public const int Seconds = 5;

    private const int BucketsPerSecond = 2;
    private readonly Lock gate = new();
    private readonly double[] buckets = new double[Seconds * BucketsPerSecond];
    private readonly long start = time.GetTimestamp();
    private long newest;

    /// <summary>Counts <paramref name="amount"/> at this moment.</summary>
    public void Add(double amount)
    {
        lock (gate)
        {
            buckets[Advance() % buckets.Length] += amount;
        }
    }

    /// <summary>The rate now, per second; 0 where nothing happened.</summary>
    public double PerSecond()
    {
        lock (gate)
        {
            var now = Advance();
            var elapsed = time.GetElapsedTime(start).TotalSeconds;

            // The bucket under way counts for the part of it that has passed.
            var window = Math.Min(elapsed, elapsed - ((now - buckets.Length + 1) / (double)BucketsPerSecond));
            return window > 0 ? buckets.Sum() / window : 0;
        }
    }

    private long Advance()
    {
        var now = (long)(time.GetElapsedTime(start).TotalSeconds * BucketsPerSecond);
        for (var bucket = Math.Max(newest + 1, now - buckets.Length + 1); bucket <= now; bucket++)
        {
            buckets[bucket % buckets.Length] = 0;
        }

        newest = Math.Max(newest, now);
        return newest;
    }
}
