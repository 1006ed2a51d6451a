using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Hosting.Metrics;
using TextOps.Runner.Serve;

namespace TextOps.Runner.Tests.Serve;

public sealed class ProbeEndpointTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_alive_from_the_start_and_ready_only_with_a_model_that_answers()
    {
        using var registry = new MetricRegistry(_ => false, NullLogger<MetricRegistry>.Instance);
        await using var probes = await ProbeEndpoint.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), registry, Cancel);
        using var client = new HttpClient { BaseAddress = probes.Address, Timeout = Deadline };
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await AskAsync(client, "/healthz"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "the model is being loaded\n"), await AskAsync(client, "/readyz"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AskAsync(client, "/stats")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, "/metrics")).Status);

        await using var server = await StartedServer.StartAsync(new StubModel());
        probes.Serve(server.Readiness);
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await AskAsync(client, "/readyz"));
        Assert.Contains("\"status\":\"ok\"", (await AskAsync(client, "/stats")).Body, StringComparison.Ordinal);

        server.State.Drain();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "the server is draining\n"), await AskAsync(client, "/readyz"));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, "/healthz")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(client, "/predict")).Status);
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }
}
