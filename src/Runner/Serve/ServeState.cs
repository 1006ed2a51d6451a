using TextOps.Runner.Serve.Batching;
using TextOps.Runner.Serve.Http;
using TextOps.Runner.Serve.Metrics;
using TextOps.Runner.Serve.Predictions;

namespace TextOps.Runner.Serve;

/// <summary>What goes on in a server that has loaded its model, and whether it is to end.</summary>
internal sealed class ServeState(ServedModel served, DynamicBatcher batcher, RunWatch watch, ServeMetrics metrics, IPredictionLog predictions, TimeProvider time)
{
    private readonly DateTimeOffset started = time.GetUtcNow();
    private readonly string? pod = Environment.GetEnvironmentVariable(Crds.Tasks.ServeEnvironment.PodName);
    private volatile bool draining;

    /// <summary>Whether it goes on serving but takes no new connections for granted.</summary>
    public bool IsDraining => draining;

    /// <summary>How long the model may fail, or take for one run, before it is taken for dead.</summary>
    public TimeSpan Patience { get; } = TimeSpan.FromSeconds(Math.Max(60, 2 * served.Limits.RequestTimeoutSeconds));

    /// <summary>Why the model must be taken for dead; null where it is not.</summary>
    public string? Death => watch.Death(Patience);

    /// <summary>Begins to end.</summary>
    public void Drain() => draining = true;

    /// <summary>The counts now.</summary>
    /// <param name="withPaths">Whether they say which paths were asked.</param>
    public ServeStats Stats(bool withPaths) => new()
    {
        Status = draining ? "draining" : Death is null ? "ok" : "failing",
        Model = served.Name,
        Version = served.Version,
        Stage = served.Stage,
        Pod = pod,
        UptimeSeconds = Math.Round((time.GetUtcNow() - started).TotalSeconds, 3),
        Requests = metrics.Count(0, int.MaxValue),
        Errors = metrics.Count(500, int.MaxValue),
        Rejected = metrics.Count(400, RequestOutcome.ClientGone - 1),
        Predictions = metrics.Predictions,
        Tokens = metrics.TokenCount,
        Queue = batcher.Waiting,
        Labels = metrics.Labels,
        Confidence = metrics.Confidence,
        Recomputed = metrics.Recomputed,
        LogDropped = predictions.Dropped,
        Paths = withPaths ? metrics.Requests : null,
    };
}
