using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using TextOps.Crds.ModelDeployments;
using TextOps.Runner.Serve;

namespace TextOps.Runner.Tests.Serve.Http;

/// <summary>More than the model can do, clients that go away, tokens, and the end.</summary>
public sealed class LoadTests : IAsyncDisposable
{
    private const string One = """{"text": "one"}""";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly StubModel model = new();
    private StartedServer? server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_full_queue_refuses_with_the_limit_and_when_to_come_again()
    {
        var busy = await OccupyAsync(new Serving { MaxQueue = 2 });
        var waiting = Enumerable.Range(0, 2).Select(_ => server!.PostAsync("/predict", One)).ToList();
        await UntilAsync(() => server!.State.Stats(withPaths: false).Queue == 2, "two wait");
        using var refused = await server!.PostAsync("/predict", One);
        var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        Assert.Equal(2, (int)problem["limit"]!);
        Assert.Contains("at most 2 texts may wait (maxQueue)", (string)problem["detail"]!, StringComparison.Ordinal);
        model.Gate.Set();
        foreach (var answered in await Task.WhenAll(waiting.Append(busy)).WaitAsync(Deadline, Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
            answered.Dispose();
        }
    }

    [Fact]
    public async Task A_client_that_goes_away_frees_its_place()
    {
        var busy = await OccupyAsync(new Serving { MaxQueue = 1 });
        using (var gone = new CancellationTokenSource())
        {
            var leaving = server!.Client.PostAsync(new Uri("/predict", UriKind.Relative), new StringContent(One, new MediaTypeHeaderValue("application/json")), gone.Token);
            await UntilAsync(() => server!.State.Stats(withPaths: false).Queue == 1, "it waits");
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        }

        await UntilAsync(() => server!.State.Stats(withPaths: false).Queue == 0, "it is gone");
        await UntilAsync(() => server!.State.Stats(withPaths: true).Paths?.GetValueOrDefault("/predict")?.GetValueOrDefault("499") == 1, "it is counted as gone");
        model.Gate.Set();
        using var answered = await busy.WaitAsync(Deadline, Cancel);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        Assert.Equal(0, server.State.Stats(withPaths: false).Rejected);
    }

    [Fact]
    public async Task A_request_that_is_not_answered_in_time_is_told_so()
    {
        var busy = await OccupyAsync(new Serving { RequestTimeoutSeconds = 1 });
        using var late = await server!.PostAsync("/predict", One);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, late.StatusCode);
        Assert.NotNull(late.Headers.RetryAfter);
        Assert.Contains("not answered within 1 seconds (requestTimeoutSeconds)", await late.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        model.Gate.Set();
        (await busy.WaitAsync(Deadline, Cancel)).Dispose();
    }

    [Fact]
    public async Task Requests_that_run_when_the_server_ends_are_answered()
    {
        var busy = await OccupyAsync(new Serving());
        var waiting = server!.PostAsync("/predict", One);
        await UntilAsync(() => server.State.Stats(withPaths: false).Queue == 1, "one waits");
        server.State.Drain();
        Assert.Equal("the server is draining", await server.Readiness.FaultAsync());
        var late = server.PostAsync("/predict", One);
        await UntilAsync(() => server.State.Stats(withPaths: false).Queue == 2, "another one waits");
        var end = server.StopAsync();
        model.Gate.Set();
        foreach (var answered in await Task.WhenAll(busy, waiting).WaitAsync(Deadline, Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
            answered.Dispose();
        }

        using var last = await late.WaitAsync(Deadline, Cancel);
        Assert.Equal(HttpStatusCode.OK, last.StatusCode);
        Assert.True(last.Headers.ConnectionClose);
        await end.WaitAsync(Deadline, Cancel);
    }

    [Fact]
    public async Task Ready_means_that_the_model_runs()
    {
        server = await StartedServer.StartAsync(model);
        Assert.NotEmpty(model.Runs);
        Assert.Null(await server.Readiness.FaultAsync());
    }

    [Fact]
    public async Task What_warms_the_server_up_is_neither_counted_nor_kept()
    {
        server = await StartedServer.StartAsync(model, token: "secret");
        Assert.Contains(model.Runs, run => run.Texts is [var text] && text != Readiness.Question.Text);
        var stats = server.State.Stats(withPaths: true);
        Assert.Equal((0, 0, 0), (stats.Requests, stats.Predictions, stats.Tokens));
        Assert.Empty(stats.Paths!);
        Assert.Empty(server.Log.Predictions);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("Bearer wrong", 401)]
    [InlineData("Basic c2VjcmV0", 401)]
    [InlineData("Bearer secret", 200)]
    [InlineData("bearer  secret ", 200)]
    public async Task A_token_is_asked_for_where_there_is_one(string? authorization, int status)
    {
        server = await StartedServer.StartAsync(model, token: "secret");
        foreach (var path in new[] { "/health", "/info", "/nowhere" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var response = await server.Client.SendAsync(request, Cancel);
            Assert.Equal(status == 200 && path == "/nowhere" ? 404 : status, (int)response.StatusCode);
            Assert.Equal(status == 401, response.Headers.WwwAuthenticate.Count == 1);
            Assert.Single(response.Headers.GetValues("x-textops-version"));
        }

        foreach (var path in new[] { "/", "/docs", "/openapi.json" })
        {
            using var page = await server.Client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }
    }

    /// <summary>Starts a server with a request that does not end before the gate is set.</summary>
    private async Task<Task<HttpResponseMessage>> OccupyAsync(Serving limits)
    {
        server = await StartedServer.StartAsync(model, limits);
        Assert.True(await model.Entered.WaitAsync(Deadline, Cancel), "the model was not run once at the start");
        while (await model.Entered.WaitAsync(TimeSpan.Zero, Cancel))
        {
            // Nor are the runs of warming up the one that is waited for below.
        }

        model.Gate.Reset();
        var busy = server.PostAsync("/predict", One);
        Assert.True(await model.Entered.WaitAsync(Deadline, Cancel));
        return busy;
    }

    private static async Task UntilAsync(Func<bool> holds, string what)
    {
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); !holds(); await Task.Delay(5, Cancel))
        {
            Assert.True(watch.Elapsed < Deadline, $"waited until {what}");
        }
    }
}
