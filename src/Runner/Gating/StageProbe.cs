using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Runner.Logging;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Gating;

/// <summary>Asks a version where it serves and watches it: waits for it, sends the smoke requests, measures latency, soaks. Each answer of another version is a failure.</summary>
internal sealed class StageProbe(GateTask task, ServingProbe probe, ModelRequests requests, StageClient client, ProbeLimits limits, TaskContext context)
{
    private const int Unauthorized = 401;
    private const int Forbidden = 403;

    private readonly string version = VersionNumber.Name(task.Version);
    private readonly ProbeTally tally = new(VersionNumber.Name(task.Version));
    private readonly Dictionary<string, double> metrics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> notes = new(StringComparer.Ordinal);
    private readonly long start = context.Time.GetTimestamp();

    private IReadOnlyList<SmokeRequest> Requests => probe.Smoke.Count > 0 ? probe.Smoke : ModelRequests.Neutral;

    /// <summary>Does all of it.</summary>
    /// <exception cref="IOException">The URL did not answer with the version in time: whether that is the version's fault cannot be said from here.</exception>
    /// <exception cref="TaskRefusedException">The stage does not take the token.</exception>
    public async Task<ServingMeasurement> RunAsync(CancellationToken cancellationToken)
    {
        await AwaitVersionAsync(cancellationToken);
        context.Log.VersionServes(probe.Url, version);
        var smokeFault = await SmokeAsync(cancellationToken);
        if (Names(metric => metric is ServingMetrics.LatencyP50 or ServingMetrics.LatencyP95 or ServingMetrics.LatencyP99) || (probe.SoakSeconds == 0 && Names(metric => metric == ServingMetrics.ErrorRate)))
        {
            await MeasureLatencyAsync(cancellationToken);
        }

        await SoakAsync(cancellationToken);
        var (sent, failed) = tally.Total();
        context.Log.Watched(failed, sent, tally.Pods);
        if (sent > 0)
        {
            metrics[ServingMetrics.ErrorRate] = (double)failed / sent;
        }

        if (failed > 0)
        {
            notes[ServingMetrics.ErrorRate] = $"{failed} of {sent} requests failed{(tally.FirstFailure is { } first ? $", the first of ours with {first}" : "")}";
        }

        return new ServingMeasurement { Metrics = metrics, Notes = notes, SmokeFault = smokeFault };
    }

    private bool Names(Func<string, bool> metric) => task.Gates.Any(gate => metric(gate.Metric));

    private async Task AwaitVersionAsync(CancellationToken cancellationToken)
    {
        context.Progress.Begin("WaitingForVersion");
        for (var inARow = 0; inARow < limits.AnswersInARow;)
        {
            var answer = await client.SendAsync("/health", body: null, newConnection: true, cancellationToken);
            if (answer.Status is Unauthorized or Forbidden)
            {
                throw new TaskRefusedException(
                    TaskErrorReasons.InvalidSpec, $"{probe.Url} answers with status {answer.Status}: it does not take the token of {ServeEnvironment.BearerToken}; give the gate task the secret of spec.serving.access");
            }

            if (answer.IsGood(version))
            {
                Observe(answer, startedBefore: true);
                inARow++;
                continue;
            }

            if (context.Time.GetElapsedTime(start) >= limits.Patience)
            {
                throw new IOException($"{probe.Url} did not answer as {version} within {limits.Patience.TotalSeconds:0} s; the last answer: {answer.FaultAs(version)}");
            }

            inARow = 0;
            await Task.Delay(limits.LookInterval, context.Time, cancellationToken);
        }
    }

    private async Task<string?> SmokeAsync(CancellationToken cancellationToken)
    {
        if (probe.Smoke.Count == 0)
        {
            notes[ServingMetrics.SmokePassRate] = "the stage has no smoke requests";
            return null;
        }

        context.Progress.Begin("SendingSmoke", probe.Smoke.Count);
        string? first = null;
        var passed = 0;
        foreach (var request in probe.Smoke)
        {
            var answer = await SendAsync(request, newConnection: true, cancellationToken);
            if ((answer.FaultAs(version) ?? requests.Fault(request, answer)) is { } fault)
            {
                context.Log.SmokeFailed(request.Name, fault);
                first ??= $"smoke request {request.Name}: {fault}";
            }
            else
            {
                passed++;
            }

            context.Progress.Advance(1);
        }

        metrics[ServingMetrics.SmokePassRate] = (double)passed / probe.Smoke.Count;
        if (first is not null)
        {
            notes[ServingMetrics.SmokePassRate] = first;
        }

        return first;
    }

    private async Task MeasureLatencyAsync(CancellationToken cancellationToken)
    {
        context.Progress.Begin("MeasuringLatency", limits.WarmUpRequests + limits.LatencyRequests);
        await SendManyAsync(limits.WarmUpRequests, _ => { }, cancellationToken);
        var times = new List<double>();
        string? fault = null;
        await SendManyAsync(
            limits.LatencyRequests,
            answer =>
            {
                lock (times)
                {
                    if (answer.IsGood(version))
                    {
                        times.Add(answer.Took.TotalMilliseconds);
                    }
                    else
                    {
                        fault ??= answer.FaultAs(version);
                    }
                }
            },
            cancellationToken);
        if (fault is not null)
        {
            foreach (var metric in new[] { ServingMetrics.LatencyP50, ServingMetrics.LatencyP95, ServingMetrics.LatencyP99 })
            {
                notes[metric] = $"{times.Count} requests were answered well, others not: {fault}";
            }
        }

        if (times.Count > 0)
        {
            times.Sort();
            (metrics[ServingMetrics.LatencyP50], metrics[ServingMetrics.LatencyP95], metrics[ServingMetrics.LatencyP99]) = (Of(times, 0.5), Of(times, 0.95), Of(times, 0.99));
            context.Log.LatencyMeasured(times.Count, metrics[ServingMetrics.LatencyP50], metrics[ServingMetrics.LatencyP95], metrics[ServingMetrics.LatencyP99]);
        }
    }

    /// <summary>Sends requests in turn on a few connections, until there were enough or time is over.</summary>
    private async Task SendManyAsync(int count, Action<StageAnswer> answered, CancellationToken cancellationToken)
    {
        var begin = context.Time.GetTimestamp();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, limits.Connections).Select(async _ =>
        {
            for (int number; (number = Interlocked.Increment(ref next)) < count && context.Time.GetElapsedTime(begin) < limits.LatencyTime;)
            {
                answered(await SendAsync(Requests[number % Requests.Count], newConnection: false, cancellationToken));
                context.Progress.Advance(1);
            }
        }));
    }

    /// <summary>Asks gently until the soak time is over; the pods' own counts tell of other clients.</summary>
    private async Task SoakAsync(CancellationToken cancellationToken)
    {
        context.Progress.Begin("Soaking", probe.SoakSeconds);
        var begin = context.Time.GetTimestamp();
        var length = TimeSpan.FromSeconds(probe.SoakSeconds);
        long told = 0;
        for (long number = 0; context.Time.GetElapsedTime(begin) is var passed && passed < length; number++)
        {
            await SendAsync(Requests[(int)(number % Requests.Count)], newConnection: true, cancellationToken);
            if (number % limits.RequestsPerHealth == 0)
            {
                await AskHealthAsync(cancellationToken);
            }

            var seconds = Math.Min(probe.SoakSeconds, (long)context.Time.GetElapsedTime(begin).TotalSeconds);
            context.Progress.Advance(seconds - told);
            told = seconds;

            // In step with the clock, so that slow answers do not make it slower; what is behind is not caught up.
            var due = limits.SoakInterval * (Math.Floor(context.Time.GetElapsedTime(begin) / limits.SoakInterval) + 1);
            if (Min(due, length) - context.Time.GetElapsedTime(begin) is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, context.Time, cancellationToken);
            }
        }

        // Enough looks to meet each of some pods once more.
        for (var look = 0; look < Math.Max(limits.AnswersInARow, tally.Pods * 2); look++)
        {
            await AskHealthAsync(cancellationToken);
        }

        context.Progress.Finish();
    }

    private async Task AskHealthAsync(CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync("/health", body: null, newConnection: true, cancellationToken);
        tally.Count(answer);
        if (answer.IsGood(version))
        {
            Observe(answer, startedBefore: !(answer.Field("uptimeSeconds")?.TryGetDouble(out var uptime) == true && uptime < context.Time.GetElapsedTime(start).TotalSeconds));
        }
    }

    private void Observe(StageAnswer health, bool startedBefore)
    {
        if (health.Field("pod") is { ValueKind: JsonValueKind.String } pod && Count(health, "requests") is { } sent && Count(health, "errors") is { } failed)
        {
            tally.Observe(pod.GetString()!, sent, failed, startedBefore);
        }
    }

    private static long? Count(StageAnswer health, string field) =>
        health.Field(field) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var count) && count >= 0 ? count : null;

    private async Task<StageAnswer> SendAsync(SmokeRequest request, bool newConnection, CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(requests.Path, requests.Body(request), newConnection, cancellationToken);
        tally.Count(answer);
        return answer;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>The time that the given part of all stays at or below (nearest rank).</summary>
    private static double Of(List<double> sorted, double part) => Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Count) - 1)], 4);
}
