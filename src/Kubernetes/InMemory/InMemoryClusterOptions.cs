namespace TextOps.Kubernetes.InMemory;

/// <summary>Settings of an <see cref="InMemoryCluster"/>.</summary>
public sealed record InMemoryClusterOptions
{
    /// <summary>Clock of creation and deletion timestamps.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where objects are kept; in memory only where null. Whoever opened it closes it, after the cluster.</summary>
    public ObjectDirectory? Directory { get; init; }

    /// <summary>How many changes of a kind a watch can go back at least.</summary>
    public int WatchHistory { get; init; } = 4096;
}
