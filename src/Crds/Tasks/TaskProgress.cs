namespace TextOps.Crds.Tasks;

/// <summary>What a running task answers at <c>:9090/progress</c>. Best effort: never an input to a decision.</summary>
public sealed record TaskProgress
{
    /// <summary>What the task is doing, for example <c>Embedding</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>Units done; the unit is the one of <see cref="Total"/> (bytes of input for an embed task).</summary>
    public required long Done { get; init; }

    /// <summary>Units in all; 0 where unknown.</summary>
    public required long Total { get; init; }

    /// <summary>Rows read so far.</summary>
    public long Rows { get; init; }

    /// <summary>Rows rejected so far.</summary>
    public long Rejected { get; init; }

    /// <summary>Chunks embedded so far.</summary>
    public long Chunks { get; init; }

    /// <summary>Tokens embedded so far.</summary>
    public long Tokens { get; init; }

    /// <summary>Chunks per second, over the last seconds.</summary>
    public double ChunksPerSecond { get; init; }

    /// <summary>Tokens per second, over the last seconds.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>Seconds to the end at this rate; absent while unknown.</summary>
    public double? EtaSeconds { get; init; }
}
