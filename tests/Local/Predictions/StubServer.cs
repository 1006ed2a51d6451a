using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace TextOps.Local.Tests.Predictions;

/// <summary>A server that answers as a served model does, by what the test says; it remembers what it was asked.</summary>
internal sealed class StubServer : IDisposable
{
    public const string Classifier = """
        {"name":"book-reviews","version":"v000003","kind":"TextClassification","needsToken":false,"examples":[],
         "contract":{"textField":"reviewText","fields":[{"name":"helpfulVotes","type":"Integer"}],"labels":["negative","positive"]},
         "limits":{"maxInputs":3,"maxTextLength":100,"maxRequestBytes":2000,"maxQueue":10,"maxBatchTokens":100,"maxBatchDelayMilliseconds":0,"requestTimeoutSeconds":30},
         "card":{"lineage":{"dataset":{"labels":{"map":{"1":"negative","5":"positive"}}}}}}
        """;

    private readonly HttpListener listener = new();
    private readonly List<(string Path, string Body, string? Authorization)> asked = [];
    private readonly Task serving;
    private readonly Func<string, JsonNode?, (int Status, string Body)> answer;

    public StubServer(Func<string, JsonNode?, (int Status, string Body)> answer)
    {
        this.answer = answer;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        }

        listener.Prefixes.Add($"{Url}/");
        listener.Start();
        serving = Task.Run(ServeAsync);
    }

    public string Url { get; }

    public IReadOnlyList<(string Path, string Body, string? Authorization)> Asked
    {
        get
        {
            lock (asked)
            {
                return [.. asked];
            }
        }
    }

    /// <summary>Answers <c>/info</c> with <paramref name="info"/>, and texts with "good" in them positively.</summary>
    public static StubServer Of(string info) => new((path, body) => path switch
    {
        "/info" => (200, info),
        "/predict" => (200, Prediction(body!).ToJsonString()),
        "/predict/batch" => (200, new JsonObject { ["predictions"] = new JsonArray([.. body!["instances"]!.AsArray().Select(one => Prediction(one!))]) }.ToJsonString()),
        "/embed" => (200, new JsonArray([.. body!["inputs"]!.AsArray().Select(text => (JsonNode)new JsonArray([.. Enumerable.Range(0, 8).Select(index => (JsonNode)(index == 0 ? text!.GetValue<string>().Length : index / 8.0))]))]).ToJsonString()),
        "/rerank" => (200, """[{"index":1,"score":0.9},{"index":0,"score":0.25}]"""),
        _ => (404, ""),
    });

    public void Dispose()
    {
        listener.Close();
        serving.Wait();
    }

    private static JsonObject Prediction(JsonNode instance) => new()
    {
        ["id"] = "1",
        ["label"] = instance["reviewText"]!.GetValue<string>().Contains("good", StringComparison.Ordinal) ? "positive" : "negative",
        ["score"] = 0.75,
        ["version"] = "v000003",
    };

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var body = await reader.ReadToEndAsync();
            lock (asked)
            {
                asked.Add((context.Request.Url!.AbsolutePath, body, context.Request.Headers["Authorization"]));
            }

            var (status, text) = answer(context.Request.Url!.AbsolutePath, body.Length > 0 ? JsonNode.Parse(body) : null);
            context.Response.StatusCode = status;
            if (status is 429 or 503)
            {
                context.Response.Headers["Retry-After"] = "0";
            }

            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
            context.Response.Close();
        }
    }
}
