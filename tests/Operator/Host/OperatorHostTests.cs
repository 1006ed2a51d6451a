using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Operator.Host;
using TextOps.Operator.Host.Health;
using TextOps.Hosting.Http;
using TextOps.Operator.Host.Logging;
using TextOps.Hosting.Tests.Metrics;

namespace TextOps.Operator.Tests.Host;

public sealed class OperatorHostTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly ScriptedPlane plane = new();
    private readonly CancellationTokenSource stop = new();
    private readonly HttpClient http = new() { Timeout = Deadline };
    private readonly OperatorHost host = new(Options, "1.2.3", NullLoggerFactory.Instance);
    private readonly Task running;

    public OperatorHostTests() => running = host.RunAsync(plane, stop.Token);

    private static HostOptions Options { get; } = new()
    {
        KubeConfig = null,
        Context = null,
        WatchNamespaces = [],
        Operator = new OperatorOptions(),
        Workers = 1,
        CallsPerSecond = 1,
        Burst = 1,
        HealthAddress = ListenAddress.Parse("127.0.0.1:0"),
        MetricsAddress = ListenAddress.Parse("127.0.0.1:0"),
        LeaderElect = false,
        LeaderElectionNamespace = null,
        Grace = TimeSpan.Zero,
        LogLevel = LogLevel.Information,
        LogFormat = LogFormat.Json,
    };

    [Fact]
    public async Task Probes_tell_what_the_plane_tells()
    {
        Assert.Equal((HttpStatusCode.OK, "[+] live: as told\nhealthz check passed\n"), await ProbeAsync("healthz"));
        Assert.Equal((HttpStatusCode.OK, "[+] operator: is not stopping\n[+] ready: as told\nreadyz check passed\n"), await ProbeAsync("readyz"));

        plane.Live[0] = new HealthCheck("live", () => HealthState.Ill("silent"));
        plane.Ready[0] = new HealthCheck("ready", () => HealthState.Ill("waits"));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "[-] live: silent\nhealthz check failed\n"), await ProbeAsync("healthz"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "[+] operator: is not stopping\n[-] ready: waits\nreadyz check failed\n"), await ProbeAsync("readyz"));
    }

    [Fact]
    public async Task On_stop_readiness_fails_first_and_liveness_is_told_until_the_work_has_ended()
    {
        await stop.CancelAsync();
        await plane.Stopping.WaitAsync(Deadline);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "[-] operator: is stopping\n[+] ready: as told\nreadyz check failed\n"), await ProbeAsync("readyz"));
        Assert.Equal(HttpStatusCode.OK, (await ProbeAsync("healthz")).Status);
        Assert.False(running.IsCompleted);

        plane.End.SetResult();
        await running.WaitAsync(Deadline);

        await Assert.ThrowsAsync<HttpRequestException>(() => ProbeAsync("healthz"));
    }

    [Fact]
    public async Task What_the_plane_throws_comes_out()
    {
        plane.End.SetException(new InvalidOperationException("a worker died"));

        Assert.Equal("a worker died", (await Assert.ThrowsAsync<InvalidOperationException>(() => running.WaitAsync(Deadline))).Message);
    }

    [Theory]
    [InlineData(null, "application/openmetrics-text; version=1.0.0; charset=utf-8", true)]
    [InlineData("text/plain", "text/plain; version=0.0.4; charset=utf-8", false)]
    public async Task Metrics_come_in_the_format_that_is_asked_for(string? accept, string contentType, bool openMetrics)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.MetricsAddress!, "metrics"));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(contentType, response.Content.Headers.ContentType!.ToString());
        var families = ExpositionParser.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), openMetrics);
        Assert.Equal(1, families["textops_operator_build_info"].Value(("version", "1.2.3")));
    }

    [Theory]
    [InlineData("GET", "nothing", HttpStatusCode.NotFound)]
    [InlineData("POST", "healthz", HttpStatusCode.MethodNotAllowed)]
    [InlineData("HEAD", "healthz", HttpStatusCode.OK)]
    [InlineData("GET", "metrics", HttpStatusCode.NotFound)]
    public async Task Other_paths_and_methods_are_refused(string method, string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(host.HealthAddress!, path));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task An_address_in_use_is_named_with_its_option()
    {
        var taken = Options with { HealthAddress = null, MetricsAddress = new ListenAddress(IPAddress.Loopback, host.HealthAddress!.Port) };
        var second = new OperatorHost(taken, "1.2.3", NullLoggerFactory.Instance);

        var problem = await Assert.ThrowsAsync<ConfigurationException>(() => second.RunAsync(plane, stop.Token));

        Assert.StartsWith($"--metrics-address 127.0.0.1:{host.HealthAddress.Port} cannot be listened on (", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_addresses_nothing_is_served()
    {
        var quiet = new OperatorHost(Options with { HealthAddress = null, MetricsAddress = null }, "1.2.3", NullLoggerFactory.Instance);
        await using var other = new ScriptedPlane();
        other.End.SetResult();

        await quiet.RunAsync(other, stop.Token).WaitAsync(Deadline);

        Assert.Equal((null, null), (quiet.HealthAddress, quiet.MetricsAddress));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        plane.End.TrySetResult();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        await plane.DisposeAsync();
        http.Dispose();
        stop.Dispose();
    }

    private async Task<(HttpStatusCode Status, string Body)> ProbeAsync(string path)
    {
        using var response = await http.GetAsync(new Uri(host.HealthAddress!, path), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
