using System.Net;
using System.Text.Json.Nodes;
using TextOps.Learning.Models;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Serve.Http;

public sealed class RerankTests
{
    private const string Request = """{"query": "letters", "texts": ["aaa", "aaaaa", "a", "bbb"]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_best_text_comes_first_and_equal_ones_in_their_order()
    {
        await using var server = await StartedServer.StartAsync(new StubModel { Kind = TextModelKind.TextRanking });
        var raw = (await server.AskAsync("/rerank", Request.Replace("]}", "], \"raw_scores\": true, \"return_text\": true}", StringComparison.Ordinal))).AsArray();
        Assert.Equal([(1, 5f, "aaaaa"), (0, 3f, "aaa"), (3, 3f, "bbb"), (2, 1f, "a")], raw.Select(one => ((int)one!["index"]!, (float)one["score"]!, (string)one["text"]!)));
        var scores = (await server.AskAsync("/rerank", Request)).AsArray();
        Assert.Equal([1, 0, 3, 2], scores.Select(one => (int)one!["index"]!));
        Assert.Equal(1 / (1 + Math.Exp(-5)), (double)scores[0]!["score"]!, 1e-6);
        Assert.Null(scores[0]!["text"]);
    }

    [Fact]
    public async Task A_real_cross_encoder_ranks_as_it_scores()
    {
        var folder = Repository.SharedData("models", "shapes", "cross-encoder");
        using var model = TextModels.Load(folder, new TextModelOptions());
        string[] texts = ["Paris is the capital of France.", "Bread is baked in an oven.", "The Eiffel Tower stands in Paris."];
        var expected = new float[texts.Length];
        model.Predict([.. texts.Select(text => model.Prepare(new ModelInput { Text = "Where is the Eiffel Tower?", Pair = text }))], expected);
        await using var server = await StartedServer.StartAsync(TextModels.Load(folder, new TextModelOptions()));
        var answer = (await server.AskAsync("/rerank", new JsonObject
        {
            ["query"] = "Where is the Eiffel Tower?", ["texts"] = new JsonArray([.. texts.Select(text => JsonValue.Create(text))]), ["raw_scores"] = true,
        }.ToJsonString())).AsArray();
        Assert.Equal(Enumerable.Range(0, texts.Length).OrderByDescending(index => expected[index]), answer.Select(one => (int)one!["index"]!));
        Assert.All(answer, one => Assert.Equal(expected[(int)one!["index"]!], (float)one["score"]!, 1e-4));
    }

    [Theory]
    [InlineData("""{"texts": ["a"]}""", 422, "query is missing")]
    [InlineData("""{"query": "a"}""", 422, "texts is missing")]
    [InlineData("""{"query": "a", "texts": "b"}""", 400, "texts is a string; send an array of strings")]
    [InlineData("""{"query": "a", "texts": ["b", ""]}""", 422, "texts[1] is empty")]
    [InlineData("""{"query": "a", "texts": ["b"], "raw_score": true}""", 422, "did you mean raw_scores?")]
    public async Task Bad_requests_are_refused(string body, int status, string detail)
    {
        await using var server = await StartedServer.StartAsync(new StubModel { Kind = TextModelKind.TextRanking });
        using var response = await server.PostAsync("/rerank", body);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(detail, await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_paths_are_named_where_another_is_asked()
    {
        await using var server = await StartedServer.StartAsync(new StubModel { Kind = TextModelKind.TextRanking });
        using var response = await server.PostAsync("/predict", """{"text": "a"}""");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("is a cross-encoder, which has no /predict; use /rerank", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }
}
