using System.Text.Json.Nodes;
using TextOps.Learning.Models;

namespace TextOps.Runner.Serve.Pages;

/// <summary>How the server refuses: problem documents (RFC 9457), those of <c>/v1</c> in OpenAI's form; and the headers of every answer.</summary>
internal static class ApiErrors
{
    private static readonly string[] OfFeedback = ["400", "401", "404", "408", "413", "415", "422"];
    private static readonly string[] OfRequests = ["400", "401", "408", "413", "415", "422", "429", "503"];

    // OpenAI's clients know 400 as what cannot be mended by asking again.
    private static readonly string[] OfOpenAi = ["400", "401", "404", "408", "413", "415", "429", "503"];

    private static readonly (string Status, string Name, string Description, bool Retry)[] All =
    [
        ("400", "BadRequest", "The body is no JSON, no UTF-8, or has a field of another type; below /v1 also a field that breaks a limit.", false),
        ("401", "Unauthorized", "The bearer token is missing or wrong.", false),
        ("404", "NotFound", "There is no such model here, or for feedback no log of predictions.", false),
        ("408", "RequestTimeout", "The body came too slowly.", false),
        ("413", "ContentTooLarge", "The body is larger than this server takes.", false),
        ("415", "UnsupportedMediaType", "The content type is not application/json.", false),
        ("422", "UnprocessableContent", "A field breaks the model's contract or a limit; the problem names it.", false),
        ("429", "TooManyRequests", "The queue is full.", true),
        ("503", "ServiceUnavailable", "The server is about to end, or could not answer in time.", true),
    ];

    /// <summary>Adds the schemas of errors.</summary>
    public static void AddSchemas(JsonObject schemas, ServedModel served)
    {
        schemas["Problem"] = ApiSchemas.Object(
            ("type", ApiSchemas.Text("Kind of the problem, a URI reference.")),
            ("title", ApiSchemas.Text("Kind of the problem, in words.")),
            ("status", ApiSchemas.Integer("The status.")),
            ("detail", ApiSchemas.Text("What is wrong, and how to mend it.")),
            ("field", ApiSchemas.Text("The field that is wrong.")),
            ("limit", new JsonObject { ["description"] = "The limit that it is beyond." }));
        if (!HasOpenAi(served))
        {
            return;
        }

        schemas["OpenAiError"] = ApiSchemas.Object(("error", ApiSchemas.Object(
            ("message", ApiSchemas.Text("What is wrong, and how to mend it.")),
            ("type", ApiSchemas.Text("Kind of the error.")),
            ("param", new JsonObject { ["type"] = new JsonArray("string", "null"), ["description"] = "The field that is wrong." }),
            ("code", new JsonObject { ["type"] = new JsonArray("string", "null"), ["description"] = "Kind of the error, for programs." }))));
    }

    /// <summary>The answers that paths refer to.</summary>
    public static JsonObject Responses(ServedModel served)
    {
        var responses = new JsonObject();
        foreach (var (status, name, description, retry) in All.Where(error => served.NeedsToken || error.Status != "401"))
        {
            if (status != "404" || served.Model.Kind == TextModelKind.TextClassification)
            {
                responses[name] = Response(description, retry, status == "401", "application/problem+json", "Problem");
            }

            if (HasOpenAi(served) && OfOpenAi.Contains(status))
            {
                responses[$"OpenAi{name}"] = Response(description, retry, status == "401", "application/json", "OpenAiError");
            }
        }

        return responses;
    }

    /// <summary>The headers that answers refer to.</summary>
    public static JsonObject Headers() => new()
    {
        ["Version"] = Header("The version that answered."),
        ["RequestId"] = Header("Id of the request: the one that it brought, or a new one."),
        ["RetryAfter"] = new JsonObject { ["description"] = "When to try again, in seconds.", ["schema"] = new JsonObject { ["type"] = "integer" } },
        ["Challenge"] = Header("How to say who asks: Bearer."),
    };

    /// <summary>References to the headers that every answer has.</summary>
    public static JsonObject HeaderReferences() => new() { ["x-textops-version"] = HeaderReference("Version"), ["x-request-id"] = HeaderReference("RequestId") };

    /// <summary>Adds the errors of a path that asks the model.</summary>
    public static JsonObject WithRequestErrors(JsonObject answers, ServedModel served, bool openAi = false) => Add(answers, openAi ? OfOpenAi : OfRequests, served, openAi);

    /// <summary>Adds the errors of feedback.</summary>
    public static JsonObject WithFeedbackErrors(JsonObject answers, ServedModel served) => Add(answers, OfFeedback, served);

    /// <summary>Adds the errors of a path that only reads.</summary>
    public static JsonObject WithReadErrors(JsonObject answers, ServedModel served) => Add(answers, ["401"], served);

    private static bool HasOpenAi(ServedModel served) => served.Model.Kind == TextModelKind.SentenceSimilarity;

    private static JsonObject Add(JsonObject answers, string[] statuses, ServedModel served, bool openAi = false)
    {
        foreach (var status in statuses.Where(status => served.NeedsToken || status != "401"))
        {
            var name = All.First(error => error.Status == status).Name;
            answers[status] = new JsonObject { ["$ref"] = $"#/components/responses/{(openAi ? "OpenAi" : "")}{name}" };
        }

        return answers;
    }

    private static JsonObject Response(string description, bool retry, bool challenge, string type, string schema)
    {
        var headers = HeaderReferences();
        if (retry)
        {
            headers["Retry-After"] = HeaderReference("RetryAfter");
        }

        if (challenge)
        {
            headers["WWW-Authenticate"] = HeaderReference("Challenge");
        }

        return new JsonObject
        {
            ["description"] = description,
            ["headers"] = headers,
            ["content"] = new JsonObject { [type] = new JsonObject { ["schema"] = ApiSchemas.Reference(schema) } },
        };
    }

    private static JsonObject Header(string description) => new() { ["description"] = description, ["schema"] = new JsonObject { ["type"] = "string" } };

    private static JsonObject HeaderReference(string name) => new() { ["$ref"] = $"#/components/headers/{name}" };
}
