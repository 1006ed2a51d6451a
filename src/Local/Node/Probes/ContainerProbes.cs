using TextOps.Kubernetes.Core;

namespace TextOps.Local.Node.Probes;

/// <summary>The three probes of one container that runs: the startup probe first, then readiness and liveness beside each other.</summary>
internal sealed class ContainerProbes(V1Container container, string address, HttpClient http, TimeProvider time)
{
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the container counts as started as soon as it runs.</summary>
    public bool StartsAtOnce => container.StartupProbe is null;

    /// <summary>Whether the container is ready as soon as it has started.</summary>
    public bool ReadyAtOnce => container.ReadinessProbe is null;

    /// <summary>Waits until the container has to be ended, and says why. Null when <paramref name="cancellationToken"/> ends it: nobody asks for health any more.</summary>
    /// <param name="onStarted">Called once the startup probe has passed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<string?> WatchHealthAsync(Action onStarted, CancellationToken cancellationToken)
    {
        try
        {
            if (container.StartupProbe is { } startup)
            {
                await foreach (var problem in Results(startup, cancellationToken))
                {
                    if (problem is not null)
                    {
                        return $"the startup probe failed: {problem}";
                    }

                    break;
                }

                onStarted();
            }

            started.SetResult();
            if (container.LivenessProbe is { } liveness)
            {
                await foreach (var problem in Results(liveness, cancellationToken))
                {
                    if (problem is not null)
                    {
                        return $"the liveness probe failed: {problem}";
                    }
                }
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The container is being ended, or has ended.
        }

        return null;
    }

    /// <summary>Says whether the container is ready, from the time it has started until <paramref name="cancellationToken"/> ends it.</summary>
    public async Task FollowReadinessAsync(Action<bool> onReady, CancellationToken cancellationToken)
    {
        if (container.ReadinessProbe is not { } readiness)
        {
            return;
        }

        try
        {
            await started.Task.WaitAsync(cancellationToken);
            await foreach (var problem in Results(readiness, cancellationToken))
            {
                onReady(problem is null);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The container has ended.
        }
    }

    private IAsyncEnumerable<string?> Results(V1Probe probe, CancellationToken cancellationToken) =>
        new HttpProbe(probe, address, http, time).ResultsAsync(cancellationToken);
}
