namespace TextOps.Runner.Embed;

/// <summary>
/// When a part is full: after the row at which one of these is reached. They count rows only, never time or memory, so that a resumed shard has the same parts
/// as an undisturbed one; who changes a default raises the generation in <see cref="Plan.Fingerprint"/>.
/// </summary>
internal sealed record PartLimits
{
    /// <summary>The limits of the runner.</summary>
    public static PartLimits Default { get; } = new();

    /// <summary>Chunks.</summary>
    public int Chunks { get; init; } = 4096;

    /// <summary>Tokens of the chunks: about half a minute of a small encoder on two cores, which is what a stop may cost.</summary>
    public long Tokens { get; init; } = 1 << 18;

    /// <summary>Text of the rows, in bytes of UTF-16, rejected ones included.</summary>
    public long TextBytes { get; init; } = 16 << 20;

    /// <summary>Rejected rows: they are kept until the part is written, too.</summary>
    public int Rejects { get; init; } = 65_536;
}
