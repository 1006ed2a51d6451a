namespace TextOps.Runner.Serve.Predictions;

/// <summary>How much of a log waits in memory, and how long it may take to be written.</summary>
internal sealed record PredictionLogLimits
{
    /// <summary>What the server uses.</summary>
    public static PredictionLogLimits Default { get; } = new();

    /// <summary>Predictions that may wait; more are lost. Feedback, which is rare and cannot be had again, may take a quarter more.</summary>
    public int Records { get; init; } = 16_384;

    /// <summary>Size of what may wait, in bytes, likewise.</summary>
    public long Bytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>A part is written when it has so many bytes.</summary>
    public int PartBytes { get; init; } = 1024 * 1024;

    /// <summary>How long the end may take: what is not written then is lost.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after a failed write the next one is tried; it doubles each time.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest time between two tries.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(60);
}
