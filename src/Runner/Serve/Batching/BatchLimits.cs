namespace TextOps.Runner.Serve.Batching;

/// <summary>How inputs are put together.</summary>
internal sealed record BatchLimits
{
    /// <summary>Padded tokens of one run; a single longer input runs alone.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>How long an input waits at most for others, while the model is free; zero runs at once.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Inputs that may wait.</summary>
    public required int MaxQueue { get; init; }

    /// <summary>How long a request may take, waiting and running.</summary>
    public required TimeSpan Timeout { get; init; }
}
