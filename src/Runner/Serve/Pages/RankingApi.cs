using System.Text.Json.Nodes;

namespace TextOps.Runner.Serve.Pages;

/// <summary>The paths of a cross-encoder, in OpenAPI's words.</summary>
internal static class RankingApi
{
    /// <summary>The paths.</summary>
    public static JsonObject Paths(ServedModel served) => new()
    {
        ["/rerank"] = ApiSchemas.Post(
            "rerank", "Rank", "How well each text answers the query.", "RankRequest",
            ApiErrors.WithRequestErrors(ApiSchemas.Answer("The texts' scores, the best first.", ApiSchemas.Reference("Ranking")), served),
            ("texts", Example(served, withTexts: false)),
            ("texts in the answer", Example(served, withTexts: true))),
    };

    /// <summary>The schemas that the paths refer to.</summary>
    public static JsonObject Schemas(ServedModel served) => new()
    {
        ["RankRequest"] = ApiSchemas.Request(
            ["query", "texts"],
            ("query", ApiSchemas.Input(served, "The query.")),
            ("texts", ApiSchemas.Inputs(served, ApiSchemas.Input(served, "A text."), "The texts.")),
            ("raw_scores", ApiSchemas.Flag("Whether scores are the model's own; from 0 to 1 (their sigmoid) otherwise.")),
            ("return_text", ApiSchemas.Flag("Whether the answer repeats the texts.")),
            ("truncate", ApiSchemas.Flag(served.Model.MaxTokens is { } most ? $"Whether a query and text of more than {most} tokens are cut, in place of being refused." : "This model has no limit of tokens, so nothing is cut."))),
        ["Ranking"] = ApiSchemas.List(
            ApiSchemas.Object(
                ("index", ApiSchemas.Integer("Which text it is, from 0.")),
                ("score", ApiSchemas.Number("More is better.")),
                ("text", ApiSchemas.Text("The text, where it was asked for."))),
            "The best first."),
    };

    private static JsonObject Example(ServedModel served, bool withTexts)
    {
        var query = ExampleTexts.Query;
        var request = new JsonObject
        {
            ["query"] = query.Length > served.Limits.MaxTextLength ? query[..served.Limits.MaxTextLength] : query,
            ["texts"] = new JsonArray([.. ExampleTexts.For(served).Select(text => (JsonNode)text)]),
        };
        if (withTexts)
        {
            request["return_text"] = true;
        }

        return request;
    }
}
