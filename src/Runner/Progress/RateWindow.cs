namespace TextOps.Runner.Progress;

/// <summary>How much per second, over the last <see cref="Seconds"/> seconds; the past is kept in buckets of half a second, so memory and time are constant.</summary>
internal sealed class RateWindow(TimeProvider time)
{
    /// <summary>Length of the window, in seconds.</summary>
    public const int Seconds = 5;

    private const int BucketsPerSecond = 2;
    private readonly Lock _gate = new();
    private readonly double[] _buckets = new double[Seconds * BucketsPerSecond];
    private readonly long _start = time.GetTimestamp();
    private long _newest;

    /// <summary>Counts <paramref name="amount"/> at this moment.</summary>
    public void Add(double amount)
    {
        lock (_gate)
        {
            _buckets[Advance() % _buckets.Length] += amount;
        }
    }

    /// <summary>The rate now, per second; 0 where nothing happened.</summary>
    public double PerSecond()
    {
        lock (_gate)
        {
            var now = Advance();
            var elapsed = time.GetElapsedTime(_start).TotalSeconds;

            // The bucket under way counts for the part of it that has passed.
            var window = Math.Min(elapsed, elapsed - ((now - _buckets.Length + 1) / (double)BucketsPerSecond));
            return window > 0 ? _buckets.Sum() / window : 0;
        }
    }

    private long Advance()
    {
        var now = (long)(time.GetElapsedTime(_start).TotalSeconds * BucketsPerSecond);
        for (var bucket = Math.Max(_newest + 1, now - _buckets.Length + 1); bucket <= now; bucket++)
        {
            _buckets[bucket % _buckets.Length] = 0;
        }

        _newest = Math.Max(_newest, now);
        return _newest;
    }
}
