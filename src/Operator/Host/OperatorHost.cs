using Microsoft.Extensions.Logging;
using TextOps.Operator.Host.Health;
using TextOps.Hosting.Http;
using TextOps.Hosting.Metrics;

namespace TextOps.Operator.Host;

/// <summary>Runs a control plane, and serves its health and its metrics while it runs.</summary>
internal sealed partial class OperatorHost(HostOptions options, string version, ILoggerFactory loggers)
{
    private readonly ILogger<OperatorHost> logger = loggers.CreateLogger<OperatorHost>();

    /// <summary>Where probes are served; null before it runs, and where they are not.</summary>
    public Uri? HealthAddress { get; private set; }

    /// <summary>Where metrics are served; null before it runs, and where they are not.</summary>
    public Uri? MetricsAddress { get; private set; }

    /// <summary>Runs until <paramref name="stop"/> is cancelled and all has ended. Readiness fails from that moment on; liveness is told to the end.</summary>
    /// <exception cref="ConfigurationException">An address cannot be listened on.</exception>
    public async Task RunAsync(IControlPlane plane, CancellationToken stop)
    {
        using var process = new ProcessMetrics("operator", version);
        using var metrics = new MetricRegistry(MetricRegistry.IsOurs, loggers.CreateLogger<MetricRegistry>());
        await using var health = await ServeAsync("--health-address", options.HealthAddress, new(StringComparer.Ordinal)
        {
            ["/healthz"] = _ => HealthReport.Of("healthz", plane.Liveness),
            ["/readyz"] = _ => HealthReport.Of("readyz", [Stopping(stop), .. plane.Readiness]),
        });
        await using var scrapes = await ServeAsync("--metrics-address", options.MetricsAddress, new(StringComparer.Ordinal)
        {
            ["/metrics"] = accept => Expose(metrics, accept),
        });
        HealthAddress = health?.Address;
        MetricsAddress = scrapes?.Address;
        LogStarted(version, options.WatchNamespaces.Count == 0 ? "all namespaces" : string.Join(", ", options.WatchNamespaces), HealthAddress, MetricsAddress);
        await plane.RunAsync(stop);
        LogStopped();
    }

    private static HealthCheck Stopping(CancellationToken stop) =>
        new("operator", () => stop.IsCancellationRequested ? HealthState.Ill("is stopping") : HealthState.Well("is not stopping"));

    private static HttpAnswer Expose(MetricRegistry metrics, string? accept)
    {
        var format = MetricFormat.For(accept);
        return new HttpAnswer(200, format.ContentType, MetricText.Write(metrics.Collect(), format));
    }

    private static async Task<HttpEndpoint?> ServeAsync(string option, ListenAddress? listen, Dictionary<string, Func<string?, HttpAnswer>> answers)
    {
        try
        {
            return listen is null ? null : await HttpEndpoint.StartAsync(listen, answers, CancellationToken.None);
        }
        catch (IOException problem)
        {
            throw new ConfigurationException($"{option} {listen} cannot be listened on ({problem.Message}); free it or choose another", problem);
        }
    }

    [LoggerMessage(EventName = "OperatorStarted", Level = LogLevel.Information, Message = "textops-operator {Version} starts for {Namespaces}; probes at {Health}, metrics at {Metrics}")]
    private partial void LogStarted(string version, string namespaces, Uri? health, Uri? metrics);

    [LoggerMessage(EventName = "OperatorStopped", Level = LogLevel.Information, Message = "The operator has stopped")]
    private partial void LogStopped();
}
