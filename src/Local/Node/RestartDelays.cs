namespace TextOps.Local.Node;

/// <summary>How long a container waits before it is started again: not at all, then a delay that doubles (kubelet, "CrashLoopBackOff").</summary>
internal sealed class RestartDelays(ProcessNodeOptions options)
{
    private int ends;

    /// <summary>The wait after an end.</summary>
    /// <param name="ran">How long the container had run.</param>
    public TimeSpan Next(TimeSpan ran)
    {
        if (ran >= options.RestartDelayReset)
        {
            ends = 0;
        }

        if (ends++ == 0)
        {
            return TimeSpan.Zero;
        }

        var delay = options.RestartDelay * Math.Pow(2, Math.Min(ends - 2, 30));
        return delay < options.LongestRestartDelay ? delay : options.LongestRestartDelay;
    }
}
