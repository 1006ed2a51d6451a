using System.Runtime.CompilerServices;
using TextOps.Kubernetes.Core;

namespace TextOps.Local.Node.Probes;

/// <summary>Asks one container one question again and again, as the kubelet does (core/v1 Probe).</summary>
internal sealed class HttpProbe(V1Probe probe, Uri uri, HttpClient http, TimeProvider time)
{
    /// <summary>What a probe of a container asks.</summary>
    /// <exception cref="PodConfigurationException">It is not asked by HTTP, or a port that the container does not have.</exception>
    public static Uri Question(V1Probe probe, V1Container container, string address)
    {
        if (probe.HttpGet is not { } get)
        {
            throw new PodConfigurationException($"container {container.Name} has a probe that is not httpGet; a process node asks by HTTP only");
        }

        var port = ContainerPorts.Find(container, get.Port) ?? throw new PodConfigurationException($"container {container.Name} has no port named {get.Port.Text}, which a probe asks");
        return new Uri($"http://{address}:{port}/{get.Path.TrimStart('/')}");
    }

    /// <summary>A client for probes: connections are not kept, redirects are not followed.</summary>
    public static HttpClient CreateClient() => new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>What counts: null for each time that it passed, and what was wrong once it has failed <c>failureThreshold</c> times in a row, and each time after that.</summary>
    public async IAsyncEnumerable<string?> ResultsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(probe.InitialDelaySeconds ?? 0), time, cancellationToken);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(probe.PeriodSeconds ?? 10), time);
        var failures = 0;
        do
        {
            var problem = await AskAsync(cancellationToken);
            failures = problem is null ? 0 : failures + 1;
            if (problem is null || failures >= (probe.FailureThreshold ?? 3))
            {
                yield return problem;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        var timeout = TimeSpan.FromSeconds(probe.TimeoutSeconds ?? 1);
        using var expired = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expired.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            request.Headers.ConnectionClose = true;
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var code = (int)response.StatusCode;
            return code is >= 200 and < 400 ? null : $"GET {uri} answered {code}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"GET {uri} did not answer in {timeout.TotalSeconds} s";
        }
        catch (HttpRequestException problem)
        {
            return $"GET {uri}: {problem.Message}";
        }
    }
}
