namespace TextOps.Local.Node;

/// <summary>What a process node is told.</summary>
internal sealed record ProcessNodeOptions
{
    /// <summary>The node's name.</summary>
    public string NodeName { get; init; } = "local";

    /// <summary>The runner program that stands for every image.</summary>
    public required string RunnerProgram { get; init; }

    /// <summary>Where pods' files lie.</summary>
    public required string PodsFolder { get; init; }

    /// <summary>How long processes are given when the node stops.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wait before a container is started again that ended for the second time in a row; it doubles from there. The first time it is started at once.</summary>
    public TimeSpan RestartDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such wait. (A kubelet waits 10 s to 5 min: it has more to lose by a crash loop than one user's machine.)</summary>
    public TimeSpan LongestRestartDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A container that ran for so long is started again as if it had never ended before.</summary>
    public TimeSpan RestartDelayReset { get; init; } = TimeSpan.FromMinutes(10);
}
