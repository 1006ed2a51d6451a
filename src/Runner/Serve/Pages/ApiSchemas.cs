using System.Text.Json.Nodes;

namespace TextOps.Runner.Serve.Pages;

/// <summary>Pieces of an OpenAPI document: JSON Schemas (2020-12), operations, answers. Each call makes a new one, because a node has one parent.</summary>
internal static class ApiSchemas
{
    private const string Json = "application/json";

    public static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    public static JsonObject Number(string description) => new() { ["type"] = "number", ["description"] = description };

    public static JsonObject Integer(string description) => new() { ["type"] = "integer", ["description"] = description };

    public static JsonObject Flag(string description) => new() { ["type"] = "boolean", ["default"] = false, ["description"] = description };

    public static JsonObject Choice(string description, IEnumerable<string> values) => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. values.Select(value => (JsonNode)value)]),
        ["description"] = description,
    };

    /// <summary>A text of a request, as long as the server takes it (maxTextLength counts UTF-16; JSON Schema's maxLength counts characters, so it may be less strict).</summary>
    public static JsonObject Input(ServedModel served, string description) => new()
    {
        ["type"] = "string",
        ["maxLength"] = served.Limits.MaxTextLength,
        ["description"] = description,
    };

    public static JsonObject List(JsonObject items, string description) => new() { ["type"] = "array", ["items"] = items, ["description"] = description };

    /// <summary>The inputs of a request: at least one, and as many as the server takes.</summary>
    public static JsonObject Inputs(ServedModel served, JsonObject items, string description)
    {
        var list = List(items, description);
        list["minItems"] = 1;
        list["maxItems"] = RequestLimits.Of(served).MaxInputs;
        return list;
    }

    public static JsonObject Map(JsonObject values, string description) => new() { ["type"] = "object", ["additionalProperties"] = values, ["description"] = description };

    public static JsonObject Object(params IEnumerable<(string Name, JsonObject Schema)> properties) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(properties.Select(property => KeyValuePair.Create(property.Name, (JsonNode?)property.Schema))),
    };

    /// <summary>An object whose fields are all there are.</summary>
    public static JsonObject Request(IEnumerable<string> required, params IEnumerable<(string Name, JsonObject Schema)> properties)
    {
        var request = Object(properties);
        request["additionalProperties"] = false;
        var names = new JsonArray([.. required.Select(name => (JsonNode)name)]);
        if (names.Count > 0)
        {
            request["required"] = names;
        }

        return request;
    }

    public static JsonObject Reference(string schema) => new() { ["$ref"] = $"#/components/schemas/{schema}" };

    /// <summary>An answer with a body.</summary>
    public static JsonObject Answer(string description, JsonObject schema, string status = "200") => new()
    {
        [status] = new JsonObject
        {
            ["description"] = description,
            ["headers"] = ApiErrors.HeaderReferences(),
            ["content"] = new JsonObject { [Json] = new JsonObject { ["schema"] = schema } },
        },
    };

    /// <summary>A path that takes JSON by POST.</summary>
    /// <param name="schema">Name of the request's schema.</param>
    /// <param name="examples">Requests that work, by name.</param>
    /// <param name="answers">Its answers, errors included.</param>
    public static JsonObject Post(string id, string summary, string description, string schema, JsonObject answers, params IEnumerable<(string Name, JsonNode Value)> examples) => new()
    {
        ["post"] = new JsonObject
        {
            ["tags"] = new JsonArray(OpenApiDocument.ModelTag),
            ["summary"] = summary,
            ["operationId"] = id,
            ["description"] = description,
            ["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject
                {
                    [Json] = new JsonObject
                    {
                        ["schema"] = Reference(schema),
                        ["examples"] = new JsonObject(examples.Select(example => KeyValuePair.Create(example.Name, (JsonNode?)new JsonObject { ["value"] = example.Value }))),
                    },
                },
            },
            ["responses"] = answers,
        },
    };
}
