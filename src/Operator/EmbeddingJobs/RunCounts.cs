namespace TextOps.Operator.EmbeddingJobs;

/// <summary>What is known of a run's size and progress.</summary>
public sealed record RunCounts
{
    /// <summary>Rows read; null where unknown.</summary>
    public long? Rows { get; init; }

    /// <summary>Chunks embedded; null where unknown.</summary>
    public long? Chunks { get; init; }

    /// <summary>Rows rejected; null where unknown.</summary>
    public long? Rejected { get; init; }

    /// <summary>Part of the work that is done, from 0 to 1; null where unknown.</summary>
    public double? Fraction { get; init; }

    /// <summary>Chunks per second; null where unknown.</summary>
    public double? ChunksPerSecond { get; init; }

    /// <summary>Tokens per second; null where unknown.</summary>
    public double? TokensPerSecond { get; init; }
}
