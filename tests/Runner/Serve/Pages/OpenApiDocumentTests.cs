using System.Text.Json.Nodes;
using TextOps.Crds.ModelDeployments;
using TextOps.Learning.Models;
using TextOps.Runner.Serve;
using TextOps.Runner.Serve.Pages;

namespace TextOps.Runner.Tests.Serve.Pages;

/// <summary>The document of the API, by its structure.</summary>
public sealed class OpenApiDocumentTests
{
    private static readonly string[] Methods = ["get", "post"];

    public static TheoryData<TextModelKind, string[]> PathsOfKinds => new()
    {
        { TextModelKind.TextClassification, ["/feedback", "/health", "/info", "/predict", "/predict/batch"] },
        { TextModelKind.SentenceSimilarity, ["/embed", "/health", "/info", "/v1/embeddings"] },
        { TextModelKind.TextRanking, ["/health", "/info", "/rerank"] },
    };

    [Theory]
    [MemberData(nameof(PathsOfKinds))]
    public void It_has_only_the_paths_of_the_models_kind(TextModelKind kind, string[] paths) =>
        Assert.Equal(paths, OpenApiDocument.Of(Served(kind))["paths"]!.AsObject().Select(path => path.Key).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(PathsOfKinds))]
    public void All_references_lead_somewhere_and_nothing_is_there_in_vain(TextModelKind kind, string[] paths)
    {
        foreach (var needsToken in new[] { false, true })
        {
            var document = OpenApiDocument.Of(Served(kind) with { NeedsToken = needsToken });
            var references = Nodes(document).OfType<JsonObject>().Select(node => (string?)node["$ref"]).OfType<string>().ToHashSet(StringComparer.Ordinal);

            Assert.All(references, reference => Assert.NotNull(OpenApiExamples.Find(document, reference)));
            Assert.Equal(paths.Length, document["paths"]!.AsObject().Count);
            foreach (var part in new[] { "schemas", "responses" })
            {
                Assert.All(document["components"]![part]!.AsObject(), component => Assert.Contains($"#/components/{part}/{component.Key}", references));
            }
        }
    }

    [Theory]
    [MemberData(nameof(PathsOfKinds))]
    public void Every_operation_has_a_name_of_its_own_answers_and_errors(TextModelKind kind, string[] paths)
    {
        var document = OpenApiDocument.Of(Served(kind) with { NeedsToken = true });
        var operations = document["paths"]!.AsObject().SelectMany(path => Methods.Select(method => path.Value![method]).OfType<JsonObject>()).ToList();

        Assert.Equal("3.1.1", (string?)document["openapi"]);
        Assert.Equal(paths.Length, operations.Select(operation => (string?)operation["operationId"]).Distinct(StringComparer.Ordinal).Count());
        foreach (var operation in operations)
        {
            var answers = operation["responses"]!.AsObject();
            Assert.Contains(answers, answer => answer.Key.StartsWith('2'));
            Assert.All(answers, answer => Assert.NotNull(OpenApiExamples.Resolve(document, answer.Value!)["description"]));
            Assert.All(answers, answer => Assert.NotNull(OpenApiExamples.Resolve(document, answer.Value!)["headers"]!["x-textops-version"]));
            var refused = OpenApiExamples.Resolve(document, answers["401"]!);
            Assert.NotNull(refused["headers"]!["WWW-Authenticate"]);
            if (operation["requestBody"] is not null && (string?)operation["operationId"] != "feedback")
            {
                Assert.All(["400", "401", "408", "413", "415", "429", "503"], status => Assert.Contains(status, answers));
                Assert.NotNull(OpenApiExamples.Resolve(document, answers["429"]!)["headers"]!["Retry-After"]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(PathsOfKinds))]
    public void Every_example_is_what_its_schema_allows(TextModelKind kind, string[] paths)
    {
        var document = OpenApiDocument.Of(Served(kind));
        var examples = OpenApiExamples.Of(document).ToList();

        Assert.True(examples.Count >= paths.Length - 2);
        Assert.All(examples, example => Assert.Null(OpenApiExamples.Fault(document, example.Schema, example.Value, example.Path)));
    }

    [Fact]
    public void A_classifiers_request_has_its_own_fields_and_limits()
    {
        var served = ServedModels.Classifier() with { Limits = new Serving { MaxTextLength = 500, MaxInputs = 7 } };
        var schemas = OpenApiDocument.Of(served)["components"]!["schemas"]!;
        var instance = schemas["Instance"]!["properties"]!.AsObject();

        Assert.Equal(500, (int?)instance["reviewText"]!["maxLength"]);
        Assert.Equal(7, (int?)schemas["Batch"]!["properties"]!["instances"]!["maxItems"]);
        Assert.Equal(0m, (decimal?)instance["helpfulVotes"]!["minimum"]);
        Assert.Equal(999.99m, (decimal?)instance["price"]!["maximum"]);
        Assert.Contains("word_count", instance);
        Assert.Equal(["negative", "neutral", "positive"], schemas["Prediction"]!["properties"]!["label"]!["enum"]!.AsArray().Select(label => (string?)label));
        Assert.False((bool?)schemas["Instance"]!["additionalProperties"]);
    }

    [Theory]
    [InlineData("""{"reviewText": "a", "text_len": 30.0, "word_count": null}""", true, "the classic request")]
    [InlineData("""{"text": "a"}""", true, "the name that all models understand")]
    [InlineData("""{"reviewText": "a", "text": "a"}""", false, "both names")]
    [InlineData("""{"helpfulVotes": 1}""", false, "no text")]
    [InlineData("""{"reviewText": "a", "helpfulVotes": -1}""", false, "a number below its minimum")]
    [InlineData("""{"reviewText": "a", "helpfulVotes": 1.5}""", false, "a fraction for an integer")]
    [InlineData("""{"reviewText": "a", "stars": 1}""", false, "a field that is unknown")]
    public void A_classifiers_request_is_its_contract(string request, bool allowed, string what)
    {
        var document = OpenApiDocument.Of(ServedModels.Classifier());
        var fault = OpenApiExamples.Fault(document, document["components"]!["schemas"]!["Instance"]!, JsonNode.Parse(request), "request");

        Assert.True(fault is null == allowed, $"{what}: {fault ?? "allowed"}");
    }

    [Fact]
    public void A_token_is_asked_for_only_where_the_server_does()
    {
        Assert.Null(OpenApiDocument.Of(ServedModels.Classifier())["security"]);

        var document = OpenApiDocument.Of(ServedModels.Classifier() with { NeedsToken = true });
        Assert.Equal("bearer", (string?)document["components"]!["securitySchemes"]!["bearer"]!["scheme"]);
        Assert.NotNull(document["security"]![0]!["bearer"]);
    }

    [Fact]
    public void The_server_is_where_the_document_is() => Assert.Equal("./", (string?)OpenApiDocument.Of(ServedModels.Ranker())["servers"]![0]!["url"]);

    private static ServedModel Served(TextModelKind kind) => kind switch
    {
        TextModelKind.TextClassification => ServedModels.Classifier(),
        TextModelKind.SentenceSimilarity => ServedModels.Embedder(),
        _ => ServedModels.Ranker(),
    };

    private static IEnumerable<JsonNode> Nodes(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(member => Nodes(member.Value)).Prepend(map),
        JsonArray list => list.SelectMany(Nodes).Prepend(list),
        null => [],
        _ => [node],
    };
}
