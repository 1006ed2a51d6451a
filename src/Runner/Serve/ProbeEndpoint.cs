using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TextOps.Crds;
using TextOps.Hosting.Http;
using TextOps.Hosting.Metrics;

namespace TextOps.Runner.Serve;

/// <summary>The second listener: <c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c> and <c>/stats</c>, from the start on, before there is a model.</summary>
internal sealed class ProbeEndpoint : IAsyncDisposable
{
    private const string Text = "text/plain";
    private const string Json = "application/json";

    private readonly MetricRegistry metrics;
    private HttpEndpoint? endpoint;
    private volatile Readiness? readiness;

    private ProbeEndpoint(MetricRegistry metrics) => this.metrics = metrics;

    /// <summary>Where it listens.</summary>
    public Uri Address => endpoint!.Address;

    /// <summary>Starts to listen; ready only after <see cref="Serve"/>.</summary>
    /// <exception cref="IOException">The address is in use, or is not the machine's.</exception>
    public static async Task<ProbeEndpoint> StartAsync(IPEndPoint listen, MetricRegistry metrics, CancellationToken cancellationToken)
    {
        var probes = new ProbeEndpoint(metrics);
        var answers = new Dictionary<string, Func<string?, ValueTask<HttpAnswer>>>(StringComparer.Ordinal)
        {
            ["/healthz"] = _ => ValueTask.FromResult(Verdict(probes.readiness?.State.Death)),
            ["/readyz"] = async _ => Verdict(probes.readiness is { } ready ? await ready.FaultAsync() : "the model is being loaded"),
            ["/metrics"] = accept => ValueTask.FromResult(probes.Metrics(accept)),
            ["/stats"] = _ => ValueTask.FromResult(probes.Stats()),
        };
        probes.endpoint = await HttpEndpoint.StartAsync(new ListenAddress(listen.Address, listen.Port), answers, cancellationToken);
        return probes;
    }

    /// <summary>There is a model now.</summary>
    public void Serve(Readiness served) => readiness = served;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => endpoint!.DisposeAsync();

    private static HttpAnswer Verdict(string? fault) =>
        fault is null ? new HttpAnswer(StatusCodes.Status200OK, Text, "ok\n") : new HttpAnswer(StatusCodes.Status503ServiceUnavailable, Text, fault + "\n");

    private HttpAnswer Metrics(string? accept)
    {
        var format = MetricFormat.For(accept);
        return new HttpAnswer(StatusCodes.Status200OK, format.ContentType, MetricText.Write(metrics.Collect(), format));
    }

    private HttpAnswer Stats() => readiness is { } served
        ? new HttpAnswer(StatusCodes.Status200OK, Json, JsonSerializer.Serialize(served.State.Stats(withPaths: true), Crds.Json.Strict))
        : new HttpAnswer(StatusCodes.Status503ServiceUnavailable, Text, "the model is being loaded\n");
}
