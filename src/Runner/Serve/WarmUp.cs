using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TextOps.Learning.Models;
using TextOps.Runner.Serve.Http;
using TextOps.Runner.Serve.Pages;

namespace TextOps.Runner.Serve;

/// <summary>
/// Sends requests through the handlers before anybody else does: what the just-in-time compiler takes for the first one (tens of milliseconds) no client waits for. How they come out does not
/// matter; that the model runs is <see cref="Readiness"/>'s to find out.
/// </summary>
internal static class WarmUp
{
    /// <summary>Sends a request to each path of the model's kind.</summary>
    /// <param name="apiOf">Makes handlers that count into this meter, so that nobody sees what is sent here.</param>
    public static async Task RunAsync(ServedModel served, Func<Meter, ServeApi> apiOf)
    {
        using var unseen = new Meter("warm-up");
        var api = apiOf(unseen);
        foreach (var (path, request) in Requests(served))
        {
            var context = new DefaultHttpContext
            {
                Request = { Method = HttpMethods.Post, Path = path, ContentType = JsonAnswer.Json, Body = new MemoryStream(request.ToUtf8()) },
                Response = { Body = Stream.Null },
            };
            await api.AnswerAsync(context, _ => Task.CompletedTask);
        }
    }

    private static byte[] ToUtf8(this JsonObject request) => System.Text.Encoding.UTF8.GetBytes(request.ToJsonString());

    private static IEnumerable<(string Path, JsonObject Request)> Requests(ServedModel served)
    {
        var text = ExampleTexts.For(served)[0];
        return served.Model.Kind switch
        {
            TextModelKind.TextClassification => [("/predict", new JsonObject { [served.TextField] = text })],
            TextModelKind.SentenceSimilarity => [("/embed", new JsonObject { ["inputs"] = text }), ("/v1/embeddings", new JsonObject { ["input"] = text })],
            _ => [("/rerank", new JsonObject { ["query"] = text, ["texts"] = new JsonArray(text) })],
        };
    }
}
