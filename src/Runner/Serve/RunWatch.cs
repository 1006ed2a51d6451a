using Microsoft.Extensions.Logging;
using TextOps.Runner.Logging;
using TextOps.Runner.Serve.Metrics;

namespace TextOps.Runner.Serve;

/// <summary>Watches the runs of the model: whether it answers, and since when it does not.</summary>
internal sealed class RunWatch(ServeMetrics metrics, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan LogPeriod = TimeSpan.FromSeconds(1);

    // Timestamps; 0 for never.
    private long running;
    private long succeeded;
    private long failing;
    private long logged;

    /// <summary>A run begins; answers its timestamp.</summary>
    public long Started()
    {
        var now = time.GetTimestamp();
        Volatile.Write(ref running, now);
        return now;
    }

    /// <summary>The run that began at <paramref name="start"/> ended well.</summary>
    /// <param name="inputs">How many inputs it had.</param>
    /// <param name="tokens">Their padded tokens.</param>
    public void Succeeded(long start, int inputs, int tokens)
    {
        var now = time.GetTimestamp();
        Volatile.Write(ref succeeded, now);
        Volatile.Write(ref failing, 0);
        Volatile.Write(ref running, 0);
        metrics.Ran(inputs, tokens, time.GetElapsedTime(start, now));
    }

    /// <summary>A run failed.</summary>
    public void Failed(Exception error)
    {
        var now = time.GetTimestamp();
        Volatile.Write(ref running, 0);
        Interlocked.CompareExchange(ref failing, now, 0);
        metrics.RunFailed();
        var last = Volatile.Read(ref logged);
        if ((last == 0 || time.GetElapsedTime(last, now) > LogPeriod) && Interlocked.CompareExchange(ref logged, now, last) == last)
        {
            log.ModelRunFailed(error.GetType().Name, error.Message);
        }
    }

    /// <summary>Whether a run ended well in the last <paramref name="period"/>.</summary>
    public bool SucceededWithin(TimeSpan period) => Volatile.Read(ref succeeded) is > 0 and var last && time.GetElapsedTime(last) < period;

    /// <summary>Why the model must be taken for dead: a run that does not end, or runs that all fail, for longer than <paramref name="patience"/>; null where it is not.</summary>
    public string? Death(TimeSpan patience)
    {
        if (Volatile.Read(ref running) is > 0 and var start && time.GetElapsedTime(start) is var ran && ran > patience)
        {
            return $"a run of the model has not ended for {ran.TotalSeconds:0} s";
        }

        return Volatile.Read(ref failing) is > 0 and var first && time.GetElapsedTime(first) is var failed && failed > patience
            ? $"every run of the model has failed for {failed.TotalSeconds:0} s"
            : null;
    }
}
