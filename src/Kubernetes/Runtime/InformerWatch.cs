namespace TextOps.Kubernetes.Runtime;

/// <summary>An informer's watch of one namespace, or of all where <paramref name="namespace"/> is null: how it is doing.</summary>
internal sealed class InformerWatch(string? @namespace, TimeProvider time)
{
    private readonly TaskCompletionSource synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long lastActivityTicks = time.GetUtcNow().UtcTicks;

    public string? Namespace => @namespace;

    public ReconnectLimiter Limiter { get; } = new(time);

    /// <summary>Completes when the watch has told all objects for the first time.</summary>
    public Task Synced => synced.Task;

    public DateTimeOffset LastActivity => new(Interlocked.Read(ref lastActivityTicks), TimeSpan.Zero);

    public void IsSynced() => synced.TrySetResult();

    public void Touch() => Interlocked.Exchange(ref lastActivityTicks, time.GetUtcNow().UtcTicks);
}
