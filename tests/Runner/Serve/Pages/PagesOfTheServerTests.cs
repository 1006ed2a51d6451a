using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Learning.Models;
using TextOps.Runner.Serve;
using TextOps.Runner.Serve.Pages;
using TextOps.Runner.Serve.Predictions;

namespace TextOps.Runner.Tests.Serve.Pages;

/// <summary>The pages and the document, held against the server itself.</summary>
public sealed class PagesOfTheServerTests
{
    [Theory]
    [InlineData(TextModelKind.TextClassification)]
    [InlineData(TextModelKind.SentenceSimilarity)]
    [InlineData(TextModelKind.TextRanking)]
    public async Task Every_example_of_the_document_is_answered_as_the_document_says(TextModelKind kind)
    {
        var served = Served(kind);
        using var meter = new Meter("test");
        await using var server = await Start(served, meter, new FeedbackList());
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        var document = (JsonObject)(await client.GetFromJsonAsync<JsonNode>(new Uri("/openapi.json", UriKind.Relative), TestContext.Current.CancellationToken))!;

        foreach (var (path, _, value) in OpenApiExamples.Of(document))
        {
            using var answer = await client.PostAsJsonAsync(new Uri(path, UriKind.Relative), value, TestContext.Current.CancellationToken);
            var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

            Assert.True(answer.IsSuccessStatusCode, $"{path} {value.ToJsonString()}: {body}");
            AssertSaid(document, document["paths"]![path]!["post"]!, answer, JsonNode.Parse(body));
        }

        foreach (var path in new[] { "/health", "/info" })
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            AssertSaid(document, document["paths"]![path]!["get"]!, answer, JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        }
    }

    [Theory]
    [InlineData("/predict", """{"reviewText": 1}""", "400")]
    [InlineData("/predict", """{"stars": 1}""", "422")]
    [InlineData("/feedback", """{"id": "1"}""", "422")]
    public async Task Refusals_are_what_the_document_says(string path, string request, string status)
    {
        using var meter = new Meter("test");
        await using var server = await Start(ServedModels.Classifier(), meter, new FeedbackList());
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        using var content = new StringContent(request, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(status, $"{(int)answer.StatusCode}");
        var document = OpenApiDocument.Of(ServedModels.Classifier());
        AssertSaid(document, document["paths"]![path]!["post"]!, answer, JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Pages_need_no_token_and_all_else_does()
    {
        using var meter = new Meter("test");
        await using var server = await Start(ServedModels.Classifier() with { NeedsToken = true }, meter, new NoPredictionLog());
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };

        foreach (var path in new[] { "/", "/docs", "/docs/start.js", "/openapi.json" })
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        using var info = await client.GetAsync(new Uri("/info", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, info.StatusCode);
    }

    [Fact]
    public async Task The_server_is_tried_in_a_browser()
    {
        var feedback = new FeedbackList();
        using var meter = new Meter("test");
        await using var browser = await Browser.Start();
        await using var server = await Start(ServedModels.Classifier(), meter, feedback);
        await browser.Open(new Uri(server.Address));
        await browser.Until("document.body.dataset.ready && document.querySelector('#state').textContent");
        Assert.Equal("ok", await browser.Value("document.querySelector('#state').textContent"));

        await browser.Type("#text", "Great book, highly recommend!");
        await browser.Click("#send");
        await browser.Until("document.querySelector('#label')");
        Assert.Equal("positive", await browser.Value("document.querySelector('#label').textContent"));

        await browser.Click("#right");
        await browser.Until("document.querySelector('.feedback [role=status]')");
        Assert.Equal("positive", Assert.Single(feedback.Records).Label);
        Assert.Empty(browser.Log);
    }

    private static ServedModel Served(TextModelKind kind) => kind switch
    {
        TextModelKind.TextClassification => ServedModels.Classifier(),
        TextModelKind.SentenceSimilarity => ServedModels.Embedder(),
        _ => ServedModels.Ranker(),
    };

    private static Task<ModelServer> Start(ServedModel served, Meter meter, IPredictionLog log) => ModelServer.StartAsync(
        served,
        new ModelServerSettings
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Token = served.NeedsToken ? PagesHost.Token : null,
            Predictions = log,
            Meter = meter,
            Time = TimeProvider.System,
            Log = NullLogger.Instance,
        },
        TestContext.Current.CancellationToken);

    /// <summary>An answer's status, headers, media type and body are those of the document.</summary>
    private static void AssertSaid(JsonObject document, JsonNode operation, HttpResponseMessage answer, JsonNode? body)
    {
        var status = $"{(int)answer.StatusCode}";
        Assert.True(operation["responses"]![status] is not null, $"{operation["operationId"]} does not name status {status}");
        var said = OpenApiExamples.Resolve(document, operation["responses"]![status]!);
        foreach (var header in said["headers"]!.AsObject())
        {
            Assert.True(answer.Headers.Contains(header.Key), $"{operation["operationId"]}: status {status} lacks {header.Key}");
        }

        var content = said["content"]![answer.Content.Headers.ContentType!.MediaType!];
        Assert.NotNull(content);
        Assert.Null(OpenApiExamples.Fault(document, content["schema"]!, body, $"{operation["operationId"]}"));
    }

    private sealed class FeedbackList : IPredictionLog
    {
        public ConcurrentQueue<FeedbackRecord> Records { get; } = new();

        public long Dropped => 0;

        public void Record(PredictionRecord record)
        {
        }

        public void Feedback(FeedbackRecord record) => Records.Enqueue(record);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
