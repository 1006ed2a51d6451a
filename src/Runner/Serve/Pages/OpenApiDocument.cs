using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Learning.Models;

namespace TextOps.Runner.Serve.Pages;

/// <summary>The server's API as OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1): only the paths that this kind of model has, with the model's own fields, labels and limits.</summary>
internal static class OpenApiDocument
{
    /// <summary>The tag of paths that ask the model.</summary>
    public const string ModelTag = "Model";

    private const string ServerTag = "Server";

    /// <summary>How it is written: for people, too.</summary>
    public static JsonSerializerOptions Written { get; } = new(JsonSerializerDefaults.General) { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Describes the server of a model.</summary>
    public static JsonObject Of(ServedModel served)
    {
        var paths = served.Model.Kind switch
        {
            TextModelKind.TextClassification => ClassifierApi.Paths(served),
            TextModelKind.SentenceSimilarity => EmbeddingApi.Paths(served),
            _ => RankingApi.Paths(served),
        };
        paths["/health"] = Get(served, "Health", "health", "State, version, and counts of requests, labels and confidence since the start.", "Health");
        paths["/info"] = Get(served, "Info", "info", "What is served: contract, limits, and the model's card.", "Info");

        var schemas = served.Model.Kind switch
        {
            TextModelKind.TextClassification => ClassifierApi.Schemas(served),
            TextModelKind.SentenceSimilarity => EmbeddingApi.Schemas(served),
            _ => RankingApi.Schemas(served),
        };
        schemas["Health"] = HealthSchema();
        schemas["Info"] = InfoSchema();
        ApiErrors.AddSchemas(schemas, served);

        var document = new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject { ["title"] = served.Name, ["version"] = served.Version, ["description"] = Description(served) },
            // Relative to this document, so that it is right behind a path prefix too.
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "./" }),
            ["tags"] = new JsonArray(new JsonObject { ["name"] = ModelTag, ["description"] = "Ask the model" }, new JsonObject { ["name"] = ServerTag, ["description"] = "Ask about it" }),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas, ["responses"] = ApiErrors.Responses(served), ["headers"] = ApiErrors.Headers() },
        };
        if (served.NeedsToken)
        {
            document["components"]!["securitySchemes"] = new JsonObject
            {
                ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "The token that the server was given (serving.access)." },
            };
            document["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() });
        }

        return document;
    }

    private static string Description(ServedModel served)
    {
        var kind = served.Model.Kind switch
        {
            TextModelKind.TextClassification => $"A classifier with {served.Model.Labels.Count} labels",
            TextModelKind.SentenceSimilarity => $"An embedding model with {served.Model.OutputLength} dimensions",
            _ => "A cross-encoder",
        };
        return served.Stage is { } stage ? $"{kind}, served in stage {stage}." : $"{kind}.";
    }

    private static JsonObject Get(ServedModel served, string summary, string id, string description, string schema) => new()
    {
        ["get"] = new JsonObject
        {
            ["tags"] = new JsonArray(ServerTag),
            ["summary"] = summary,
            ["operationId"] = id,
            ["description"] = description,
            ["responses"] = ApiErrors.WithReadErrors(ApiSchemas.Answer(description, ApiSchemas.Reference(schema)), served),
        },
    };

    private static JsonObject HealthSchema() => ApiSchemas.Object(
        ("status", ApiSchemas.Choice("How it is.", ["ok", "draining", "failing"])),
        ("model", ApiSchemas.Text("Name of the model.")),
        ("version", ApiSchemas.Text("The version.")),
        ("stage", ApiSchemas.Text("The stage.")),
        ("pod", ApiSchemas.Text("Name of the pod.")),
        ("uptimeSeconds", ApiSchemas.Number("Time since the start, in seconds.")),
        ("requests", ApiSchemas.Integer("Requests.")),
        ("errors", ApiSchemas.Integer("Requests that failed by the server's fault.")),
        ("predictions", ApiSchemas.Integer("Predictions of a classifier.")),
        ("rejected", ApiSchemas.Integer("Requests that were refused.")),
        ("tokens", ApiSchemas.Integer("Tokens of inputs.")),
        ("queue", ApiSchemas.Integer("Inputs that wait now.")),
        ("labels", ApiSchemas.Map(ApiSchemas.Integer("Predictions."), "Predictions by label, of a classifier.")),
        ("confidence", ApiSchemas.Map(ApiSchemas.Integer("Predictions."), "Predictions by the probability of their label: the upper ends of tenths.")),
        ("recomputed", ApiSchemas.Map(ApiSchemas.Integer("Requests."), "How often a derived field was sent with another value than the text has.")),
        ("logDropped", ApiSchemas.Integer("Records that the log of predictions lost.")));

    private static JsonObject InfoSchema() => ApiSchemas.Object(
        ("name", ApiSchemas.Text("Name of the model.")),
        ("version", ApiSchemas.Text("The version.")),
        ("stage", ApiSchemas.Text("The stage.")),
        ("digest", ApiSchemas.Text("Digest of the card.")),
        ("kind", ApiSchemas.Choice("Kind of the model.", Enum.GetNames<TextModelKind>())),
        ("needsToken", new JsonObject { ["type"] = "boolean", ["description"] = "Whether requests need a bearer token." }),
        ("takesFeedback", new JsonObject { ["type"] = "boolean", ["description"] = "Whether feedback is kept." }),
        ("contract", new JsonObject { ["type"] = "object", ["description"] = "Fields, labels, dimensions." }),
        ("limits", ApiSchemas.Map(ApiSchemas.Integer("A limit."), "What requests may be at most.")),
        ("examples", ApiSchemas.List(ApiSchemas.Text("A text."), "Texts to try it with.")),
        ("exampleQuery", ApiSchemas.Text("A query to try a cross-encoder with.")),
        ("card", new JsonObject { ["type"] = "object", ["description"] = "The model's card." }));
}
