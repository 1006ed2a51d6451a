using TextOps.Kubernetes.Core;

namespace TextOps.Local.Node.Probes;

/// <summary>The three probes of one container that runs: the startup probe first, then readiness and liveness beside each other.</summary>
/// <exception cref="PodConfigurationException">A probe cannot be asked.</exception>
internal sealed class ContainerProbes(V1Container container, string address, HttpClient http, TimeProvider time)
{
    private readonly HttpProbe? startup = Probe(container.StartupProbe, container, address, http, time);
    private readonly HttpProbe? readiness = Probe(container.ReadinessProbe, container, address, http, time);
    private readonly HttpProbe? liveness = Probe(container.LivenessProbe, container, address, http, time);
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the container counts as started as soon as it runs.</summary>
    public bool StartsAtOnce => startup is null;

    /// <summary>Whether the container is ready as soon as it has started.</summary>
    public bool ReadyAtOnce => readiness is null;

    /// <summary>Waits until the container has to be ended, and says why. Null when <paramref name="cancellationToken"/> ends it: nobody asks for health any more.</summary>
    /// <param name="onStarted">Called once the startup probe has passed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<string?> WatchHealthAsync(Action onStarted, CancellationToken cancellationToken)
    {
        try
        {
            if (startup is not null)
            {
                await foreach (var problem in startup.ResultsAsync(cancellationToken))
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
            if (liveness is not null)
            {
                await foreach (var problem in liveness.ResultsAsync(cancellationToken))
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
        if (readiness is null)
        {
            return;
        }

        try
        {
            await started.Task.WaitAsync(cancellationToken);
            await foreach (var problem in readiness.ResultsAsync(cancellationToken))
            {
                onReady(problem is null);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The container has ended.
        }
    }

    private static HttpProbe? Probe(V1Probe? probe, V1Container container, string address, HttpClient http, TimeProvider time) =>
        probe is null ? null : new HttpProbe(probe, HttpProbe.Question(probe, container, address), http, time);
}
