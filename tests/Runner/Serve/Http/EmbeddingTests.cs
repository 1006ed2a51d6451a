using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using TextOps.Crds.ModelDeployments;
using TextOps.Learning.Models;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Serve.Http;

/// <summary>With the model that lies in the repository.</summary>
public sealed class EmbeddingTests : IAsyncLifetime
{
    private const int Dimensions = 256;

    private StartedServer server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await StartedServer.StartAsync(
        TextModels.Load(Repository.File("models", "minilm-static-256"), new TextModelOptions()), new Serving { MaxInputs = 64, MaxTextLength = 1000 });

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_text_has_one_vector_wherever_it_is_asked_for()
    {
        var embed = Vector((await server.AskAsync("/embed", """{"inputs": "the printer is broken"}"""))[0]!);
        var listed = Vector((await server.AskAsync("/embed", """{"inputs": ["something else", "the printer is broken"], "truncate": true}"""))[1]!);
        var answer = await server.AskAsync("/v1/embeddings", """{"input": "the printer is broken", "model": "reviews", "user": "me"}""");
        Assert.Equal(Dimensions, embed.Length);
        Assert.Equal(1, Math.Sqrt(embed.Sum(number => (double)number * number)), 1e-5);
        Assert.Equal(embed, listed);
        Assert.Equal(embed, Vector(answer["data"]![0]!["embedding"]!));
        Assert.Equal("list", (string?)answer["object"]);
        Assert.Equal("reviews", (string?)answer["model"]);
        Assert.Equal("embedding", (string?)answer["data"]![0]!["object"]);
        Assert.Equal((4, 4), ((int)answer["usage"]!["prompt_tokens"]!, (int)answer["usage"]!["total_tokens"]!));
    }

    [Fact]
    public async Task Base64_holds_the_same_numbers()
    {
        var floats = await server.AskAsync("/v1/embeddings", """{"input": ["one", "two"], "encoding_format": "float"}""");
        var base64 = await server.AskAsync("/v1/embeddings", """{"input": ["one", "two"], "encoding_format": "base64"}""");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(i, (int)base64["data"]![i]!["index"]!);
            Assert.Equal(Vector(floats["data"]![i]!["embedding"]!), MemoryMarshal.Cast<byte, float>(Convert.FromBase64String((string)base64["data"]![i]!["embedding"]!)).ToArray());
        }
    }

    [Fact]
    public async Task Fewer_dimensions_are_the_first_ones_at_length_1()
    {
        var whole = Vector((await server.AskAsync("/v1/embeddings", """{"input": "one"}"""))["data"]![0]!["embedding"]!);
        var part = Vector((await server.AskAsync("/v1/embeddings", """{"input": "one", "dimensions": 32}"""))["data"]![0]!["embedding"]!);
        Assert.Equal(32, part.Length);
        Assert.Equal(1, Math.Sqrt(part.Sum(number => (double)number * number)), 1e-6);
        Assert.Equal(whole[5] / whole[0], part[5] / part[0], 1e-5);
        Assert.Equal(whole, Vector((await server.AskAsync("/v1/embeddings", """{"input": "one", "dimensions": 256}"""))["data"]![0]!["embedding"]!));
    }

    [Fact]
    public async Task Tokens_may_be_sent_instead_of_texts()
    {
        using var model = (TextEmbedder)TextModels.Load(Repository.File("models", "minilm-static-256"), new TextModelOptions());
        var expected = new float[Dimensions];
        model.Predict([model.Prepare([7592, 2088])], expected);
        var one = await server.AskAsync("/v1/embeddings", """{"input": [7592, 2088]}""");
        var many = await server.AskAsync("/v1/embeddings", """{"input": [[7592, 2088], "a text", [1]]}""");
        Assert.Equal(expected, Vector(Assert.Single(one["data"]!.AsArray())!["embedding"]!));
        Assert.Equal(expected, Vector(many["data"]![0]!["embedding"]!));
        Assert.Equal(3, many["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_large_answer_is_sent_in_portions_and_is_whole()
    {
        var texts = Enumerable.Range(0, 64).Select(number => $"ticket {number} about an invoice").ToList();
        var answer = await server.AskAsync("/embed", new JsonObject { ["inputs"] = new JsonArray([.. texts.Select(text => JsonValue.Create(text))]) }.ToJsonString());
        Assert.Equal(64, answer.AsArray().Count);
        for (var i = 0; i < texts.Count; i += 21)
        {
            Assert.Equal(Vector((await server.AskAsync("/embed", new JsonObject { ["inputs"] = texts[i] }.ToJsonString()))[0]!), Vector(answer[i]!));
        }
    }

    [Theory]
    [InlineData("another model", """{"input": "a", "model": "text-embedding-3-small"}""", 404, "model", "model_not_found", "is not served here; ask for 'reviews'")]
    [InlineData("too many dimensions", """{"input": "a", "dimensions": 257}""", 400, "dimensions", null, "dimensions (257) must be from 1 to 256")]
    [InlineData("no dimensions", """{"input": "a", "dimensions": 0}""", 400, "dimensions", null, "must be from 1 to 256")]
    [InlineData("part of a dimension", """{"input": "a", "dimensions": 1.5}""", 400, "dimensions", null, "dimensions is a number (1.5); send a whole number")]
    [InlineData("another format", """{"input": "a", "encoding_format": "hex"}""", 400, "encoding_format", null, "must be \"float\" or \"base64\"")]
    [InlineData("no input", """{"model": "reviews"}""", 400, "input", null, "input is missing")]
    [InlineData("empty list", """{"input": []}""", 400, "input[0]", null, "input[0] is missing")]
    [InlineData("empty text", """{"input": ["a", ""]}""", 400, "input[1]", null, "input[1] is empty")]
    [InlineData("empty tokens", """{"input": [[1], []]}""", 400, "input[1]", null, "input[1] is empty")]
    [InlineData("no token of the model", """{"input": [1, 99999999]}""", 400, "input[0]", null, "this model's ids go from 0 to")]
    [InlineData("texts among tokens", """{"input": [1, "a"]}""", 400, "input", null, "input is a string; send a whole number")]
    [InlineData("tokens among texts", """{"input": ["a", 1]}""", 400, "input[1]", null, "send a string, or an array of token ids")]
    [InlineData("an object", """{"input": {"text": "a"}}""", 400, "input", null, "input is an object")]
    [InlineData("unknown field", """{"inputs": "a"}""", 400, "inputs", null, "did you mean input?")]
    [InlineData("nested too deep", """{"input": "a", "user": [[[[[[[[[[1]]]]]]]]]]}""", 400, null, null, "maximum configured depth of 8")]
    [InlineData("not JSON", "input=a", 400, null, null, "the body is not JSON")]
    public async Task Errors_have_OpenAIs_form(string narrative, string body, int status, string? param, string? code, string message)
    {
        using var response = await server.PostAsync("/v1/embeddings", body);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(status == (int)response.StatusCode, $"{narrative}: {(int)response.StatusCode} {text}");
        var error = JsonNode.Parse(text)!["error"]!;
        Assert.True(param == (string?)error["param"] && code == (string?)error["code"], $"{narrative}: {text}");
        Assert.Contains(message, (string)error["message"]!, StringComparison.Ordinal);
        Assert.Equal("invalid_request_error", (string?)error["type"]);
        Assert.Equal(StartedServer.Version, Assert.Single(response.Headers.GetValues("x-textops-version")));
    }

    [Theory]
    [InlineData("""{"inputs": "a", "truncate": "yes"}""", 400, "truncate is a string; send true or false")]
    [InlineData("""{"inputs": 1}""", 400, "inputs is a number (1); send a string or an array of strings")]
    [InlineData("""{"input": "a"}""", 422, "did you mean inputs?")]
    public async Task Bad_requests_to_embed_are_refused(string body, int status, string detail)
    {
        using var response = await server.PostAsync("/embed", body);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(detail, await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_tokens_are_refused_unless_they_may_be_cut_off()
    {
        await using var small = await StartedServer.StartAsync(new StubModel { Kind = TextModelKind.SentenceSimilarity, MaxTokens = 3 });
        using var refused = await small.PostAsync("/embed", """{"inputs": ["one", "one two three four"]}""");
        var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal(("inputs[1]", 3), ((string)problem["field"]!, (int)problem["limit"]!));
        Assert.Contains("inputs[1] has more than 3 tokens", (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Single((await small.AskAsync("/embed", """{"inputs": "one two three four", "truncate": true}""")).AsArray());
        using var openAi = await small.PostAsync("/v1/embeddings", """{"input": "one two three four"}""");
        Assert.Equal(HttpStatusCode.BadRequest, openAi.StatusCode);
        Assert.Contains("more than 3 tokens", await openAi.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_of_classifiers_are_not_there()
    {
        using var response = await server.PostAsync("/predict", """{"text": "a"}""");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("is an embedding model, which has no /predict; use /embed or /v1/embeddings", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private static float[] Vector(JsonNode node) => [.. node.AsArray().Select(number => (float)number!)];
}
