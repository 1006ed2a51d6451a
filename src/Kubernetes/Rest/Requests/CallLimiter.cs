namespace TextOps.Kubernetes.Rest.Requests;

/// <summary>A token bucket: calls wait for their turn in the order they come.</summary>
internal sealed class CallLimiter(double perSecond, int burst, TimeProvider time)
{
    private readonly Lock gate = new();
    private double tokens = burst;
    private long last = time.GetTimestamp();

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (gate)
        {
            var now = time.GetTimestamp();
            tokens = Math.Min(burst, tokens + (time.GetElapsedTime(last, now).TotalSeconds * perSecond));
            last = now;
            tokens -= 1;
            wait = tokens < 0 ? TimeSpan.FromSeconds(-tokens / perSecond) : TimeSpan.Zero;
        }

        if (wait == TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await Task.Delay(wait, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (gate)
            {
                tokens += 1;
            }

            throw;
        }
    }
}
