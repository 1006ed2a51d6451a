using System.Text.Json.Nodes;

namespace TextOps.Runner.Serve.Pages;

/// <summary>The paths of an embedding model, in OpenAPI's words.</summary>
internal static class EmbeddingApi
{
    /// <summary>The paths.</summary>
    public static JsonObject Paths(ServedModel served)
    {
        var texts = ExampleTexts.For(served);
        return new JsonObject
        {
            ["/embed"] = ApiSchemas.Post(
                "embed", "Embed", "A vector for each text.", "EmbedRequest",
                ApiErrors.WithRequestErrors(ApiSchemas.Answer("The vectors, in the order of the texts.", ApiSchemas.Reference("Vectors")), served),
                ("one text", new JsonObject { ["inputs"] = texts[0] }),
                ("texts", new JsonObject { ["inputs"] = Array(texts) })),
            ["/v1/embeddings"] = ApiSchemas.Post(
                "createEmbedding", "Embed, in OpenAI's form", "The request and the answer of OpenAI's embeddings endpoint, so its clients work with this server as base URL.", "OpenAiRequest",
                ApiErrors.WithRequestErrors(ApiSchemas.Answer("The vectors, in the order of the inputs.", ApiSchemas.Reference("OpenAiAnswer")), served, openAi: true),
                ("one text", new JsonObject { ["input"] = texts[0], ["model"] = served.Name }),
                ("texts as base64", new JsonObject { ["input"] = Array(texts), ["model"] = served.Name, ["encoding_format"] = "base64" }),
                ("shorter vectors", new JsonObject { ["input"] = texts[0], ["model"] = served.Name, ["dimensions"] = Math.Max(1, served.Model.OutputLength / 2) })),
        };
    }

    /// <summary>The schemas that the paths refer to.</summary>
    public static JsonObject Schemas(ServedModel served) => new()
    {
        ["EmbedRequest"] = ApiSchemas.Request(
            ["inputs"],
            ("inputs", OneOf("One text, or several.", ApiSchemas.Input(served, "A text."), ApiSchemas.Inputs(served, ApiSchemas.Input(served, "A text."), "Texts."))),
            ("truncate", ApiSchemas.Flag(Truncation(served)))),
        ["Vectors"] = ApiSchemas.List(Vector(served), "A vector for each text."),
        ["OpenAiRequest"] = ApiSchemas.Request(
            ["input"],
            ("input", OneOf(
                "One text, several, or the same as tokens.",
                ApiSchemas.Input(served, "A text."),
                ApiSchemas.Inputs(served, ApiSchemas.Input(served, "A text."), "Texts."),
                Tokens(),
                ApiSchemas.Inputs(served, Tokens(), "Texts as tokens."))),
            ("model", ApiSchemas.Choice("Name of the model.", [served.Name])),
            ("encoding_format", ApiSchemas.Choice("Numbers, or float32 in little-endian order as base64.", ["float", "base64"])),
            ("dimensions", Dimensions(served)),
            ("user", ApiSchemas.Text("Ignored."))),
        ["OpenAiAnswer"] = ApiSchemas.Object(
            ("object", ApiSchemas.Choice("Always list.", ["list"])),
            ("data", ApiSchemas.List(
                ApiSchemas.Object(
                    ("object", ApiSchemas.Choice("Always embedding.", ["embedding"])),
                    ("index", ApiSchemas.Integer("Which input it is of, from 0.")),
                    ("embedding", OneOf("The vector.", ApiSchemas.List(ApiSchemas.Number("A number."), "Numbers."), ApiSchemas.Text("Base64.")))),
                "A vector for each input.")),
            ("model", ApiSchemas.Text("Name of the model.")),
            ("usage", ApiSchemas.Object(("prompt_tokens", ApiSchemas.Integer("Tokens of the inputs.")), ("total_tokens", ApiSchemas.Integer("The same."))))),
    };

    private static string Truncation(ServedModel served) => served.Model.MaxTokens is { } most
        ? $"Whether a text of more than {most} tokens is cut, in place of being refused."
        : "This model has no limit of tokens, so nothing is cut.";

    private static JsonObject Vector(ServedModel served)
    {
        var vector = ApiSchemas.List(ApiSchemas.Number("A number."), "A vector.");
        (vector["minItems"], vector["maxItems"]) = (served.Model.OutputLength, served.Model.OutputLength);
        return vector;
    }

    private static JsonObject Tokens()
    {
        var token = ApiSchemas.Integer("Id of a token.");
        token["minimum"] = 0;
        var tokens = ApiSchemas.List(token, "One text as tokens.");
        tokens["minItems"] = 1;
        return tokens;
    }

    private static JsonObject Dimensions(ServedModel served)
    {
        var dimensions = ApiSchemas.Integer("Only the first dimensions, scaled to length 1 again.");
        (dimensions["minimum"], dimensions["maximum"]) = (1, served.Model.OutputLength);
        return dimensions;
    }

    private static JsonObject OneOf(string description, params JsonNode[] schemas) => new() { ["oneOf"] = new JsonArray(schemas), ["description"] = description };

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
