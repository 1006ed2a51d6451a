using System.Diagnostics.Metrics;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Kubernetes.Rest.Requests;

/// <summary>
/// What the calls of all clients of this process cost; names, labels and meaning are those of Kubernetes' own client (client-go, tools/metrics), one
/// count a try.
/// </summary>
internal static class CallMetrics
{
    /// <summary>The code of a try that got no answer.</summary>
    public const string NoAnswer = "<error>";

    /// <summary>The meter of all instruments.</summary>
    public static readonly Meter Meter = new(KubernetesMetrics.MeterName);

    private static readonly Counter<long> Requests =
        Meter.CreateCounter<long>("rest_client_requests_total", description: "HTTP requests by status code, method and host.");

    private static readonly Histogram<double> Duration =
        Meter.CreateHistogram<double>("rest_client_request_duration_seconds", "s", "Time until the answer; of a watch: until it started.");

    private static readonly Histogram<double> Limited =
        Meter.CreateHistogram<double>("rest_client_rate_limiter_duration_seconds", "s", "Time that requests waited for the client's own rate limit.");

    public static void Called(string method, string host, string code, TimeSpan duration)
    {
        Requests.Add(1, new("code", code), new("method", method), new("host", host));
        Duration.Record(duration.TotalSeconds, new("verb", method), new KeyValuePair<string, object?>("host", host));
    }

    public static void Waited(string method, string host, TimeSpan duration) =>
        Limited.Record(duration.TotalSeconds, new("verb", method), new KeyValuePair<string, object?>("host", host));
}
