using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TextOps.Crds.ModelDeployments;

namespace TextOps.Runner.Tests.Serve.Http;

/// <summary>Whatever is sent is answered with what is wrong and how to mend it, and the server serves on.</summary>
public sealed class BadRequestTests : IAsyncLifetime
{
    private const string Good = """{"reviewText": "Great book"}""";

    private static readonly Serving Limits = new() { MaxInputs = 3, MaxTextLength = 50, MaxRequestBytes = 2048, RequestTimeoutSeconds = 1 };

    private StartedServer server = null!;

    public static TheoryData<string, string, string, int, string, string?, long?> Bodies { get; } = new()
    {
        { "empty body", "/predict", "", 400, "the body is empty", null, null },
        { "not JSON", "/predict", "reviewText=Great", 400, "the body is not JSON", null, null },
        { "broken off", "/predict", """{"reviewText": "Great""", 400, "the body is not JSON", null, null },
        { "more after it", "/predict", Good + "{}", 400, "the body is not JSON", null, null },
        { "NaN", "/predict", """{"reviewText": "Great", "price": NaN}""", 400, "the body is not JSON", null, null },
        { "no object", "/predict", """["Great"]""", 400, "the body is an array; send a JSON object", null, null },
        { "nested where an object should be", "/predict/batch", $$"""{"instances": {{new string('[', 40)}}{{new string(']', 40)}}}""", 400, "instances[0] is an array", "instances[0]", null },
        { "duplicate key", "/predict", """{"reviewText": "a", "reviewText": "b"}""", 400, "reviewText is there twice", "reviewText", null },
        { "two names of the text", "/predict", """{"reviewText": "a", "text": "b"}""", 422, "mean the same field", "text", null },
        { "wrong type of text", "/predict", """{"reviewText": 7}""", 400, "reviewText is a number (7); send a string", "reviewText", null },
        { "null as text", "/predict", """{"reviewText": null}""", 400, "reviewText is null; send a string", "reviewText", null },
        { "wrong type of number", "/predict", """{"reviewText": "a", "price": "12"}""", 400, "price is a string; send a number", "price", null },
        { "wrong type of a number that is not used", "/predict", """{"reviewText": "a", "helpfulVotes": "many"}""", 400, "helpfulVotes is a string; send a number", "helpfulVotes", null },
        { "infinite number", "/predict", """{"reviewText": "a", "price": 1e999}""", 422, "price is larger than numbers get", "price", null },
        { "number below its range", "/predict", """{"reviewText": "a", "price": -1}""", 422, "price (-1) must be at least 0", "price", null },
        { "number above its range", "/predict", """{"reviewText": "a", "price": 1001}""", 422, "price (1001) must be at most 1000", "price", null },
        { "part of a whole number", "/predict", """{"reviewText": "a", "pages": 1.5}""", 422, "pages (1.5) must be a whole number", "pages", null },
        { "text missing", "/predict", """{"price": 3}""", 422, "reviewText is missing", "reviewText", null },
        { "text empty", "/predict", """{"reviewText": " \n "}""", 422, "reviewText is empty", "reviewText", null },
        { "text too long", "/predict", $$"""{"reviewText": "{{new string('x', 51)}}"}""", 422, "reviewText has 51 characters, more than 50 (maxTextLength)", "reviewText", 50 },
        { "text far too long", "/predict", $$"""{"reviewText": "{{new string('x', 1500)}}"}""", 422, "far more than 50 characters (maxTextLength)", "reviewText", 50 },
        { "unknown field", "/predict", """{"reviewtext": "a"}""", 422, "reviewtext is no field of such a request; did you mean reviewText?", "reviewtext", null },
        { "field unlike any", "/predict", """{"reviewText": "a", "colour": 1}""", 422, "there are reviewText, text, price, pages", "colour", null },
        { "half a surrogate pair", "/predict", """{"reviewText": "\ud83d"}""", 400, "half of a surrogate pair", "reviewText", null },
        { "too many inputs", "/predict/batch", """{"instances": [{"text": "a"}, {"text": "a"}, {"text": "a"}, {"text": "a"}]}""", 422, "instances has more than 3 items (maxInputs)", "instances", 3 },
        { "no inputs", "/predict/batch", """{"instances": []}""", 422, "instances[0] is missing", "instances[0]", null },
        { "one bad instance", "/predict/batch", """{"instances": [{"text": "a"}, {"text": ""}]}""", 422, "instances[1].text is empty", "instances[1].text", null },
        { "text instead of an object", "/predict/batch", """{"instances": ["a"]}""", 400, "instances[0] is a string; send an object", "instances[0]", null },
        { "object instead of a list", "/predict/batch", """{"instances": {"text": "a"}}""", 400, "instances is an object; send an array of objects", "instances", null },
        { "body over the limit", "/predict", $$"""{"reviewText": "{{new string('x', 3000)}}"}""", 413, "the body is larger than 2048 bytes (maxRequestBytes)", null, 2048 },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await StartedServer.StartAsync(new StubModel(), Limits, ServedCards.Reviews);

    public async ValueTask DisposeAsync()
    {
        // After every single one of them.
        Assert.Equal("positive", (string?)(await server.AskAsync("/predict", Good))["label"]);
        await server.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_body_is_refused_with_status_field_and_limit(string narrative, string path, string body, int status, string detail, string? field, long? limit)
    {
        using var response = await server.PostAsync(path, body);
        var problem = await ProblemAsync(response, status, detail, narrative);
        Assert.True(field == (string?)problem["field"], $"{narrative}: {problem.ToJsonString()}");
        Assert.True(limit == (long?)problem["limit"], $"{narrative}: {problem.ToJsonString()}");
    }

    [Fact]
    public async Task Invalid_UTF8_is_refused()
    {
        using var response = await server.PostAsync("/predict", [.. "{\"reviewText\": \""u8, 0xC3, 0x28, .. "\"}"u8]);
        await ProblemAsync(response, 400, "the body is not valid UTF-8");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Another_type_than_JSON_is_refused(string type)
    {
        using var response = await server.PostAsync("/predict", Encoding.UTF8.GetBytes(Good), type);
        await ProblemAsync(response, 415, "send JSON in UTF-8 with Content-Type: application/json");
    }

    [Fact]
    public async Task A_type_of_any_length_is_not_sent_back_whole()
    {
        using var response = await server.PostAsync("/predict", Encoding.UTF8.GetBytes(Good), $"{new string('x', 5000)}/y");
        var problem = await ProblemAsync(response, 415, "…'; send JSON");
        Assert.True(((string)problem["detail"]!).Length < 300, problem.ToJsonString());
    }

    [Fact]
    public async Task A_packed_body_is_refused_before_it_is_read()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new ByteArrayContent([0x1F, 0x8B, 8, 0]) };
        request.Content.Headers.ContentType = new("application/json");
        request.Content.Headers.ContentEncoding.Add("gzip");
        using var response = await server.Client.SendAsync(request, Cancel);
        var problem = await ProblemAsync(response, 415, "the body is packed ('gzip'), and is not unpacked here");
        Assert.Equal("Content-Encoding", (string?)problem["field"]);
    }

    [Fact]
    public async Task The_charset_may_be_said()
    {
        using var response = await server.PostAsync("/predict", Encoding.UTF8.GetBytes(Good), "application/json; charset=\"UTF-8\"");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/predict", "POST")]
    [InlineData("DELETE", "/predict", "POST")]
    [InlineData("POST", "/health", "GET, HEAD")]
    [InlineData("PUT", "/", "GET, HEAD")]
    public async Task Another_method_is_refused_and_the_right_one_named(string method, string path, string allow)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await server.Client.SendAsync(request, Cancel);
        await ProblemAsync(response, 405, "takes " + allow);
        Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow));
    }

    [Fact]
    public async Task An_unknown_path_is_told_which_there_are()
    {
        using var response = await server.Client.GetAsync(new Uri("/v2/predict", UriKind.Relative), Cancel);
        await ProblemAsync(response, 404, "there is no /v2/predict; there are /batch_predict, /embed");
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_without_a_length_too()
    {
        var answer = await server.SendRawAsync($"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n{new string(' ', 4096)}\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("x-textops-version: v000003", answer, StringComparison.Ordinal);
        Assert.Contains("larger than 2048 bytes (maxRequestBytes)", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_not_waited_for()
    {
        var answer = await server.SendRawAsync("POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"review");
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("did not arrive within 1 seconds (requestTimeoutSeconds)", answer, StringComparison.Ordinal);
        Assert.Contains("x-textops-version: v000003", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a header that is far too large", "GET /health HTTP/1.1\r\nHost: x\r\nx-much: {much}\r\n\r\n", 431)]
    [InlineData("no request line", "hello\r\n\r\n", 400)]
    [InlineData("no host", "GET /health HTTP/1.1\r\n\r\n", 400)]
    public async Task What_is_no_request_is_refused_before_our_code_sees_it(string narrative, string request, int status)
    {
        var answer = await server.SendRawAsync(request.Replace("{much}", new string('x', 40_000), StringComparison.Ordinal));
        Assert.True(answer.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal), $"{narrative}: {answer}");
    }

    [Fact]
    public async Task An_input_that_breaks_the_model_is_an_error_of_the_server()
    {
        using var response = await server.PostAsync("/predict", $$"""{"reviewText": "{{StubModel.Poison}}"}""");
        await ProblemAsync(response, 500, "the model failed with this input");
        Assert.Equal(1, (int)(await server.GetAsync("/health"))["errors"]!);
    }

    [Fact]
    public async Task What_was_refused_is_counted()
    {
        using var response = await server.PostAsync("/predict", "{}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var health = await server.GetAsync("/health");
        Assert.Equal((1, 1, 0), ((int)health["requests"]!, (int)health["rejected"]!, (int)health["errors"]!));
        Assert.Equal(1, server.State.Stats(withPaths: true).Paths!["/predict"]["422"]);
    }

    private static async Task<JsonNode> ProblemAsync(HttpResponseMessage response, int status, string detail, string narrative = "")
    {
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(status == (int)response.StatusCode, $"{narrative}: {(int)response.StatusCode} {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(StartedServer.Version, Assert.Single(response.Headers.GetValues("x-textops-version")));
        var problem = JsonNode.Parse(text)!;
        Assert.Equal(status, (int)problem["status"]!);
        Assert.True(((string)problem["detail"]!).Contains(detail, StringComparison.Ordinal), $"{narrative}: {text}");
        return problem;
    }
}
