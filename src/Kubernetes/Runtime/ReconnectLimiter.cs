namespace TextOps.Kubernetes.Runtime;

/// <summary>
/// Spaces out the connections of one informer, however they end: three at once, then one each five seconds. A server that ends every watch at once,
/// or refuses all of them, meets no more than that.
/// </summary>
internal sealed class ReconnectLimiter(TimeProvider time)
{
    private const int Burst = 3;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private double tokens = Burst;
    private long last = time.GetTimestamp();

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        tokens = Math.Min(Burst, tokens + (time.GetElapsedTime(last, now) / Interval));
        last = now;
        tokens -= 1;
        if (tokens < 0)
        {
            await Task.Delay(Interval * -tokens, time, cancellationToken);
        }
    }
}
