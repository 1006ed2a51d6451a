using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using TextOps.Runner.Progress;

namespace TextOps.Runner.Tests.Progress;

public sealed class ProgressServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serves_progress_in_camel_case_and_health()
    {
        var meter = new ProgressMeter(new ManualTime());
        meter.Begin("Embedding", total: 7);
        await using var server = await ProgressServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), meter, Cancel);
        using var http = new HttpClient { BaseAddress = server.Address };
        using var progress = JsonDocument.Parse(await http.GetStringAsync("/progress", Cancel));
        Assert.Equal("Embedding", progress.RootElement.GetProperty("phase").GetString());
        Assert.Equal(7, progress.RootElement.GetProperty("total").GetInt64());
        Assert.Equal("ok", await http.GetStringAsync("/healthz", Cancel));
    }

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("POST", "/progress", HttpStatusCode.MethodNotAllowed)]
    public async Task Answers_nothing_else(string method, string path, HttpStatusCode expected)
    {
        await using var server = await ProgressServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), new ProgressMeter(new ManualTime()), Cancel);
        using var http = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await http.SendAsync(request, Cancel);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task An_address_in_use_is_an_IOException()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await Assert.ThrowsAnyAsync<IOException>(() =>
            ProgressServer.StartAsync((IPEndPoint)taken.LocalEndpoint, new ProgressMeter(new ManualTime()), Cancel));
    }
}
