using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Artifacts.Registry;
using TextOps.Crds.ModelDeployments;
using TextOps.Learning.Models;
using TextOps.Runner.Serve;
using TextOps.Runner.Serve.Predictions;

namespace TextOps.Runner.Tests.Serve;

/// <summary>A server on a free port of this process, with a client.</summary>
internal sealed class StartedServer : IAsyncDisposable
{
    public const string Version = "v000003";

    private readonly Meter instruments;
    private readonly ModelServer server;

    private StartedServer(ITextModel model, ModelServer server, Meter instruments, KeptLog log)
    {
        (Model, this.server, this.instruments, Log) = (model, server, instruments, log);
        Client = new HttpClient { BaseAddress = new Uri(server.Address), Timeout = TimeSpan.FromSeconds(60) };
    }

    public ITextModel Model { get; }

    public HttpClient Client { get; }

    public KeptLog Log { get; }

    public ServeState State => server.State;

    public Readiness Readiness => server.Readiness;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Starts one; it disposes of the model.</summary>
    public static async Task<StartedServer> StartAsync(ITextModel model, Serving? limits = null, ModelCard? card = null, string? token = null, IPredictionLog? predictions = null)
    {
        var meter = new Meter("server of a test");
        var log = new KeptLog();
        var served = new ServedModel
        {
            Name = "reviews", Version = Version, Stage = "staging", Model = model, Card = card, Limits = limits ?? new Serving(), NeedsToken = token is not null,
        };
        var settings = new ModelServerSettings
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0), Token = token, Predictions = predictions ?? log, Meter = meter, Time = TimeProvider.System, Log = NullLogger.Instance,
        };
        return new StartedServer(model, await ModelServer.StartAsync(served, settings, Cancel), meter, log);
    }

    /// <summary>Posts JSON.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string json) => PostAsync(path, Encoding.UTF8.GetBytes(json));

    /// <summary>Posts bytes as JSON.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, byte[] json, string type = "application/json") =>
        Client.PostAsync(new Uri(path, UriKind.Relative), new ByteArrayContent(json) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } }, Cancel);

    /// <summary>Posts JSON and reads the answer, which must be 200.</summary>
    public async Task<JsonNode> AskAsync(string path, string json)
    {
        using var response = await PostAsync(path, json);
        var body = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode} {body}");
        Assert.Equal(Version, Assert.Single(response.Headers.GetValues("x-textops-version")));
        return JsonNode.Parse(body)!;
    }

    /// <summary>Gets a JSON document.</summary>
    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Client.GetStringAsync(new Uri(path, UriKind.Relative), Cancel))!;

    /// <summary>Sends a request as it is, and reads until the server closes.</summary>
    public async Task<string> SendRawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Client.BaseAddress!.Port, Cancel);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Cancel);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
    }

    public Task StopAsync() => server.StopAsync(Cancel);

    public async ValueTask DisposeAsync()
    {
        (Model as StubModel)?.Gate.Set();
        Client.Dispose();
        await server.DisposeAsync();
        instruments.Dispose();
        Model.Dispose();
    }

    /// <summary>A log that keeps everything here.</summary>
    public sealed class KeptLog : IPredictionLog
    {
        public ConcurrentQueue<PredictionRecord> Predictions { get; } = new();

        public ConcurrentQueue<FeedbackRecord> Said { get; } = new();

        public long Dropped => 0;

        public void Record(PredictionRecord record) => Predictions.Enqueue(record);

        public void Feedback(FeedbackRecord record) => Said.Enqueue(record);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
