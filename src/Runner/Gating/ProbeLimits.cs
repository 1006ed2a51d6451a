namespace TextOps.Runner.Gating;

/// <summary>How a version is asked where it serves.</summary>
internal sealed record ProbeLimits
{
    /// <summary>What the runner uses.</summary>
    public static ProbeLimits Default { get; } = new();

    /// <summary>How long the URL may take to answer with the version.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long between two looks while it does not.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many answers in a row, each over a new connection, must be of the version: addresses of pods that are gone leave a Service a moment later.</summary>
    public int AnswersInARow { get; init; } = 5;

    /// <summary>How long one request may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests that are sent before latency is measured.</summary>
    public int WarmUpRequests { get; init; } = 20;

    /// <summary>Requests whose latency is measured.</summary>
    public int LatencyRequests { get; init; } = 200;

    /// <summary>How long measuring latency may take; what was measured until then counts.</summary>
    public TimeSpan LatencyTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Connections that latency is measured on.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Time from one request to the next while the version is watched.</summary>
    public TimeSpan SoakInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>After so many requests of the soak time the pods are asked for their own counts.</summary>
    public int RequestsPerHealth { get; init; } = 5;
}
