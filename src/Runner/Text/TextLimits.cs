namespace TextOps.Runner.Text;

/// <summary>What reading may cost at most, whatever the input is.</summary>
internal sealed record TextLimits
{
    /// <summary>The limits that hold unless a test asks for others.</summary>
    public static TextLimits Default { get; } = new();

    /// <summary>Longest line, in bytes without its ending; a longer one is skipped without being held.</summary>
    public int LineBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Size of the read buffer before a long line makes it grow, in bytes.</summary>
    public int BufferBytes { get; init; } = 64 * 1024;

    /// <summary>How many bytes a packed input may unpack to, whatever its own size.</summary>
    public long UnpackedBytes { get; init; } = 1L << 30;

    /// <summary>
    /// How many bytes a packed byte may unpack to in an input that unpacks to more than <see cref="UnpackedBytes"/>. Text packs about 3 to 20 times, logs
    /// up to 100; the format ends at 1032.
    /// </summary>
    public int UnpackedRatio { get; init; } = 256;
}
