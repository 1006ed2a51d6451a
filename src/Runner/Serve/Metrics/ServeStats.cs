using TextOps.Runner.Serve.Http;

namespace TextOps.Runner.Serve.Metrics;

/// <summary>What <c>/health</c> and <c>/stats</c> answer: this process's counts since it started.</summary>
internal sealed record ServeStats
{
    /// <summary><c>ok</c>, <c>draining</c> or <c>failing</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The version, as <c>x-textops-version</c> says it.</summary>
    public required string Version { get; init; }

    /// <summary>The stage; absent where the model is served alone.</summary>
    public string? Stage { get; init; }

    /// <summary>Name of the pod; absent outside of one.</summary>
    public string? Pod { get; init; }

    /// <summary>Seconds since the model was ready.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>Requests that asked the model: predict, embed, rerank.</summary>
    public required long Requests { get; init; }

    /// <summary>Those that failed here: status 500 and above.</summary>
    public required long Errors { get; init; }

    /// <summary>Those that were refused: status 400 to 499, but for clients that went away.</summary>
    public required long Rejected { get; init; }

    /// <summary>Predictions of a classifier.</summary>
    public required long Predictions { get; init; }

    /// <summary>Tokens of inputs.</summary>
    public required long Tokens { get; init; }

    /// <summary>Inputs that wait now.</summary>
    public required int Queue { get; init; }

    /// <summary>Predictions by label.</summary>
    public required IReadOnlyDictionary<string, long> Labels { get; init; }

    /// <summary>Predictions by the probability of their label: the upper ends of ten equal parts, and how many fell into each.</summary>
    public required IReadOnlyDictionary<string, long> Confidence { get; init; }

    /// <summary>How often a derived field was sent with another value than the text has, by field.</summary>
    public required IReadOnlyDictionary<string, long> Recomputed { get; init; }

    /// <summary>Records that the log of predictions lost.</summary>
    public required long LogDropped { get; init; }

    /// <summary>Requests by path and status; only in <c>/stats</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>>? Paths { get; init; }
}
