namespace TextOps.Local.Display;

/// <summary>Estimates the time left from how the done fraction moved over the last half minute.</summary>
internal sealed class Eta(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
    private readonly Queue<(DateTimeOffset At, double Fraction)> seen = new();

    /// <summary>Notes <paramref name="fraction"/> and estimates; null while nothing has moved.</summary>
    public TimeSpan? Estimate(double fraction)
    {
        var now = time.GetUtcNow();
        seen.Enqueue((now, fraction));
        while (now - seen.Peek().At > Window)
        {
            seen.Dequeue();
        }

        var (at, before) = seen.Peek();
        return fraction > before ? (now - at) * ((1 - fraction) / (fraction - before)) : null;
    }
}
