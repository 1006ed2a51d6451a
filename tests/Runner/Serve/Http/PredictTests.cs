using System.Net;
using System.Text.Json.Nodes;

namespace TextOps.Runner.Tests.Serve.Http;

public sealed class PredictTests : IAsyncLifetime
{
    private const string Classic = """{"reviewText": "Great book, highly recommend!", "text_len": 30.0, "word_count": 5.0}""";

    private StartedServer server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await StartedServer.StartAsync(new StubModel(), card: ServedCards.Reviews);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("/predict")]
    [InlineData("/invoke")]
    public async Task The_classic_request_is_answered(string path)
    {
        var answer = await server.AskAsync(path, Classic);
        Assert.Equal("negative", (string?)answer["label"]);
        Assert.Equal(0.75f, (float)answer["score"]!);
        Assert.Equal(["negative", "positive"], answer["probabilities"]!.AsObject().Select(one => one.Key));
        Assert.Equal(0.25f, (float)answer["probabilities"]!["positive"]!);
        Assert.Equal(StartedServer.Version, (string?)answer["version"]);
        Assert.Equal("staging", (string?)answer["stage"]);
        Assert.Equal(7, Guid.Parse((string)answer["id"]!).Version);

        // The text has 29 characters and 4 words.
        Assert.Equal(["text_len", "word_count"], answer["recomputed"]!.AsArray().Select(name => (string)name!));
        var health = await server.GetAsync("/health");
        Assert.Equal(1, (int)health["recomputed"]!["text_len"]!);
        Assert.Equal(1, (int)health["labels"]!["negative"]!);
        Assert.Equal(1, (int)health["confidence"]!["0.8"]!);
    }

    [Theory]
    [InlineData("""{"text": "Great book"}""")]
    [InlineData("""{"reviewText": "Great book", "price": 12.5, "pages": 320}""")]
    [InlineData("""{"reviewText": "Great book", "price": null, "text_len": null}""")]
    [InlineData("""{"reviewText": "Great book", "helpfulVotes": 3, "price": 1}""")]
    [InlineData("""{"reviewText": "Great book", "helpfulVotes": null}""")]
    [InlineData("""{"reviewText": "Great book", "text_len": 10, "word_count": 2, "avg_word_len": 4.5, "exclamation_count": 0, "question_count": 0, "upper_ratio": 0.11, "digit_ratio": 0}""")]
    [InlineData("""{"reviewText": "Great book"}""")]
    [InlineData("""  {"\u0072eviewText": "\u0047reat book"}  """)]
    public async Task Fields_of_the_contract_may_be_sent_or_left_out(string request)
    {
        var answer = await server.AskAsync("/predict", request);
        Assert.Equal("positive", (string?)answer["label"]);
        Assert.Null(answer["recomputed"]);
        Assert.Equal("Great book", server.Log.Predictions.Single().Text);
    }

    [Theory]
    [InlineData("/predict/batch")]
    [InlineData("/batch_predict")]
    public async Task A_batch_is_answered_in_its_order(string path)
    {
        var texts = Enumerable.Range(0, 50).Select(i => string.Join(' ', Enumerable.Repeat("word", 1 + (i * 7 % 11))) + new string('x', i % 3)).ToList();
        var request = new JsonObject { ["instances"] = new JsonArray([.. texts.Select(text => new JsonObject { ["reviewText"] = text })]) };
        var predictions = (await server.AskAsync(path, request.ToJsonString()))["predictions"]!.AsArray();
        Assert.Equal(texts.Select(text => StubModel.Letters(text) % 2 == 0 ? "negative" : "positive"), predictions.Select(one => (string)one!["label"]!));
        Assert.Equal(50, predictions.Select(one => (string)one!["id"]!).Distinct().Count());
        Assert.Equal(50, (int)(await server.GetAsync("/health"))["predictions"]!);
    }

    [Fact]
    public async Task Predictions_are_handed_to_the_log_with_what_was_sent_and_answered()
    {
        var answer = await server.AskAsync("/predict", """{"reviewText": "Great book", "price": 12.5, "word_count": 9}""");
        var record = Assert.Single(server.Log.Predictions);
        Assert.Equal((string?)answer["id"], record.Id);
        Assert.Equal(12.5, Assert.Single(record.Fields).Value);
        Assert.Equal(["word_count"], record.Recomputed);
        Assert.Equal("positive", record.Label);
        Assert.Equal([0.25f, 0.75f], record.Probabilities);
        Assert.True(record.Latency > TimeSpan.Zero);

        using var accepted = await server.PostAsync("/feedback", new JsonObject { ["id"] = record.Id, ["label"] = "negative", ["comment"] = "no" }.ToJsonString());
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var said = Assert.Single(server.Log.Said);
        Assert.Equal((record.Id, "negative", "no"), (said.Id, said.Label, said.Comment));
    }

    [Theory]
    [InlineData("""{"id": "0190163d-8694-739b-aea5-966c26f8ad91", "label": "neutral"}""", 422, "there are negative, positive")]
    [InlineData("""{"id": "0190163d-8694-739b-aea5-966c26f8ad91"}""", 422, "neither label nor score nor comment")]
    [InlineData("""{"id": "42", "score": 1}""", 422, "id is not the id of a prediction")]
    [InlineData("""{"score": 1}""", 422, "id is missing")]
    public async Task Feedback_must_say_something_of_a_prediction(string request, int status, string expected)
    {
        using var response = await server.PostAsync("/feedback", request);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Empty(server.Log.Said);
    }

    [Theory]
    [InlineData("/embed", "use /predict or /predict/batch")]
    [InlineData("/rerank", "use /predict or /predict/batch")]
    public async Task Paths_of_other_kinds_of_models_name_the_one_to_use(string path, string expected)
    {
        using var response = await server.PostAsync(path, "{}");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_keeps_its_own_id()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health") { Headers = { { "x-request-id", "mine-7" } } };
        using var response = await server.Client.SendAsync(request, Cancel);
        Assert.Equal("mine-7", Assert.Single(response.Headers.GetValues("x-request-id")));
        using var other = await server.Client.GetAsync(new Uri("/health", UriKind.Relative), Cancel);
        Assert.NotEmpty(Assert.Single(other.Headers.GetValues("x-request-id")));
    }

    [Fact]
    public async Task Info_says_what_requests_may_be()
    {
        var info = await server.GetAsync("/info");
        Assert.Equal("reviewText", (string?)info["contract"]!["textField"]);
        Assert.Equal(["negative", "positive"], info["contract"]!["labels"]!.AsArray().Select(label => (string)label!));
        Assert.Equal(256, (int)info["limits"]!["maxInputs"]!);
        Assert.Equal("linear", (string?)info["card"]!["candidate"]!["name"]);
    }
}
