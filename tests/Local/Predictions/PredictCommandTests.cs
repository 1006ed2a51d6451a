using System.Diagnostics;
using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Local.Commands.Kinds;
using TextOps.Local.Tests.Display;
using TextOps.Local.Tests.EndToEnd;

namespace TextOps.Local.Tests.Predictions;

public sealed class PredictCommandTests : IDisposable
{
    private readonly Workplace place = new();

    public void Dispose() => place.Dispose();

    [Fact]
    public void A_text_is_sent_under_the_model_s_own_name_with_the_fields_that_are_given()
    {
        using var server = StubServer.Of(StubServer.Classifier);
        var said = Predict(server, "a good book", "--field", "helpfulVotes=3.5").Exits(0);
        Assert.Equal("LABEL      SCORE   TEXT\npositive   0.750   a good book\n", said.Output);
        Assert.Equal("", said.Error);
        Assert.Equal([("/info", "", null), ("/predict", """{"reviewText":"a good book","helpfulVotes":3.5}""", null)], server.Asked);
    }

    [Fact]
    public void Rows_of_a_file_go_in_batches_and_the_accuracy_is_told_by_the_labels_of_the_training()
    {
        place.Write("reviews.jsonl", """
            {"id": "a", "reviewText": "good, and\u001b[31m red", "rating": 5, "helpfulVotes": 2, "other": 1}

            {"reviewText": "bad", "rating": "1"}
            {"text": "not so bad", "rating": 5, "helpfulVotes": null}
            {"reviewText": "bad", "rating": "negative"}
            {"reviewText": "nobody knows"}
            """);
        using var server = StubServer.Of(StubServer.Classifier);
        Assert.Equal(
            """
            LABEL      SCORE   IS         TEXT
            positive   0.750   right      good, and\u001b[31m red
            negative   0.750   right      bad
            negative   0.750   positive   not so bad
            negative   0.750   right      bad
            negative   0.750   nobody knows

            accuracy 0.7500 (3 of 4)

            """,
            Predict(server, "-f", "reviews.jsonl", "--label-field", "rating").Exits(0).Output);
        Assert.Equal(["/info", "/predict/batch", "/predict/batch"], server.Asked.Select(one => one.Path));
        Assert.Equal("""{"instances":[{"reviewText":"good, and\u001B[31m red","helpfulVotes":2},{"reviewText":"bad"},{"reviewText":"not so bad"}]}""", server.Asked[1].Body);
    }

    [Fact]
    public void Csv_and_plain_text_are_read_too_and_json_is_a_line_each()
    {
        place.Write("reviews.csv", "id,reviewText,rating,helpfulVotes\n1,\"good, \"\"very\"\"\ngood\",5,\n2,bad,5,7\n");
        using var server = StubServer.Of(StubServer.Classifier);
        Assert.Equal(
            """
            {"text":"good, \"very\"\ngood","expected":"positive","id":"1","label":"positive","score":0.75,"version":"v000003"}
            {"text":"bad","expected":"positive","id":"1","label":"negative","score":0.75,"version":"v000003"}

            """,
            Predict(server, "-f", "reviews.csv", "--label-field", "rating", "-o", "json").Exits(0).Output);
        Assert.Contains("{\"reviewText\":\"bad\",\"helpfulVotes\":7}", server.Asked[^1].Body, StringComparison.Ordinal);

        place.Write("reviews.txt", "good\n\n  bad\n \n");
        var plain = Predict(server, "-f", "reviews.txt").Exits(0);
        Assert.Equal("LABEL      SCORE   TEXT\npositive   0.750   good\nnegative   0.750     bad\n", plain.Output);
        Assert.Equal("textops: 1 row has no text and was left out\n", plain.Error);
    }

    [Fact]
    public void Standard_input_is_read_as_what_its_first_line_is()
    {
        using var server = StubServer.Of(StubServer.Classifier);
        foreach (var text in new[] { "good\n", "{\"reviewText\": \"good\"}\n" })
        {
            using var predict = Process.Start(new ProcessStartInfo(TextOpsProcess.Program, ["predict", "--url", server.Url, "-f", "-"])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            predict.StandardInput.Write(text);
            predict.StandardInput.Close();
            Assert.Equal("LABEL      SCORE   TEXT\npositive   0.750   good\n", predict.StandardOutput.ReadToEnd());
            predict.WaitForExit();
            Assert.Equal(0, predict.ExitCode);
        }
    }

    [Fact]
    public void Samples_are_drawn_over_the_whole_file_and_are_the_same_each_time()
    {
        place.WriteLines("many.txt", Enumerable.Range(0, 100).Select(line => $"text {line:D3}"));
        using var server = StubServer.Of(StubServer.Classifier);
        var first = Predict(server, "-f", "many.txt", "--samples", "9").Exits(0).Output;
        var lines = first.TrimEnd('\n').Split('\n').Skip(1).Select(line => line[^3..]).ToList();
        Assert.Equal(9, lines.Distinct().Count());
        Assert.Equal(lines.Order(StringComparer.Ordinal), lines);
        Assert.NotEqual("008", lines[^1]);
        Assert.Equal(first, Predict(server, "-f", "many.txt", "--samples", "9").Exits(0).Output);
        Assert.Equal(3, server.Asked.Count(one => one.Path == "/predict/batch") / 2);
    }

    [Fact]
    public void Embedding_models_and_cross_encoders_are_asked_their_way()
    {
        using var embedder = StubServer.Of(StubServer.Classifier.Replace("TextClassification", "SentenceSimilarity", StringComparison.Ordinal));
        Assert.Equal(
            "DIMENSIONS   VECTOR\n         8    5.0000  0.1250  0.2500  0.3750  0.5000  0.6250 …   hello\n         8    2.0000  0.1250  0.2500  0.3750  0.5000  0.6250 …   yo\n",
            Predict(embedder, "hello", "yo").Exits(0).Output);
        Assert.Equal(8, JsonNode.Parse(Predict(embedder, "hello", "-o", "json").Exits(0).Output)!["embedding"]!.AsArray().Count);

        using var ranker = StubServer.Of(StubServer.Classifier.Replace("TextClassification", "TextRanking", StringComparison.Ordinal));
        Assert.Equal("RANK   SCORE   TEXT\n   1   0.900   second\n   2   0.250   first\n", Predict(ranker, "--query", "which?", "first", "second").Exits(0).Output);
        Assert.Equal(("/rerank", """{"query":"which?","texts":["first","second"]}"""), (ranker.Asked[^1].Path, ranker.Asked[^1].Body));
        Assert.Equal("textops: book-reviews is a cross-encoder: it ranks texts for a query; give --query TEXT\n", Predict(ranker, "first").Exits(2).Error);
        Assert.Equal("textops: book-reviews is no cross-encoder and takes no --query; leave it out\n", Predict(embedder, "--query", "which?", "first").Exits(2).Error);
        Assert.Contains("ranks at most 3 texts at once", Predict(ranker, "--query", "which?", "1", "2", "3", "4").Exits(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_server_is_asked_again()
    {
        var refusals = 2;
        using var server = new StubServer((path, _) => path == "/info" ? (200, StubServer.Classifier) : refusals-- > 0 ? (429, "{}") : (200, """{"label":"positive","score":1}"""));
        Assert.Contains("positive   1.000   text", Predict(server, "text").Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal(3, server.Asked.Count(one => one.Path == "/predict"));
    }

    [Fact]
    public void The_token_comes_from_the_environment_only()
    {
        using var server = StubServer.Of(StubServer.Classifier);
        Assert.Equal("textops: the environment variable NO_SUCH (--token-env) is not set; export it with the token\n", Predict(server, "text", "--token-env", "NO_SUCH").Exits(2).Error);
        using var predict = Process.Start(new ProcessStartInfo(TextOpsProcess.Program, ["predict", "--url", server.Url, "text", "--token-env", "MY_TOKEN"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { ["MY_TOKEN"] = "s3cret" },
        })!;
        predict.WaitForExit();
        Assert.Equal(["Bearer s3cret", "Bearer s3cret"], server.Asked.Select(one => one.Authorization));
    }

    [Fact]
    public void What_the_server_says_is_said_with_the_row_that_is_meant()
    {
        using var server = new StubServer((path, _) => path == "/info"
            ? (200, StubServer.Classifier)
            : (422, """{"type":"about:blank","title":"Unprocessable","status":422,"detail":"instances[1].reviewText has 200 characters, at most 100 are taken\u001b[2J","field":"instances[1].reviewText"}"""));
        place.Write("reviews.txt", "\none\ntwo\n");
        var refused = Predict(server, "-f", "reviews.txt").Exits(1);
        Assert.Equal($"textops: reviews.txt:3: {server.Url}/predict/batch answered 422: instances[1].reviewText has 200 characters, at most 100 are taken\\u001b[2J\n", refused.Error);

        using var closed = new StubServer((_, _) => (401, """{"detail":"a bearer token is needed"}"""));
        Assert.Equal($"textops: {closed.Url}/info answered 401: a bearer token is needed; the token is taken from the environment variable TEXTOPS_BEARER_TOKEN\n", Predict(closed, "text").Exits(1).Error);

        using var foreign = new StubServer((_, _) => (200, "<html>"));
        Assert.Contains("/info did not answer with JSON; name the URL of a stage", Predict(foreign, "text").Exits(1).Error, StringComparison.Ordinal);
        using var other = new StubServer((_, _) => (200, "{}"));
        Assert.Contains("/info is not what a served model answers", Predict(other, "text").Exits(1).Error, StringComparison.Ordinal);
        Assert.Contains("nothing listens at http://127.0.0.1:1; start it (textops run", place.TextOps("predict", "--url", "http://127.0.0.1:1", "text").Exits(1).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no text to ask about; give TEXT, -f FILE, or -f - for standard input", "--url", "http://127.0.0.1:1")]
    [InlineData("nothing says what is asked; give --url URL, or the name of a ModelDeployment that textops run serves")]
    [InlineData("--url 127.0.0.1:8080 is not the URL of a server; write it as http://127.0.0.1:8080", "--url", "127.0.0.1:8080", "text")]
    [InlineData("--field votes is not NAME=NUMBER; write it as --field helpfulVotes=3", "--url", "http://127.0.0.1:1", "text", "--field", "votes")]
    [InlineData("--samples needs a file; give -f FILE", "--url", "http://127.0.0.1:1", "text", "--samples", "3")]
    public void What_is_not_said_clearly_is_refused(string message, params string[] arguments) =>
        Assert.Equal($"textops: {message}\n", place.TextOps(["predict", .. arguments]).Exits(2).Error);

    [Theory]
    [InlineData("a.jsonl", "{\"rating\": 5}\n", "a.jsonl:1: there is no field 'reviewText' with a text, as the model calls it, and no 'text'; there is 'rating'")]
    [InlineData("a.jsonl", "{\"reviewText\": \"x\"}\nnot json\n", "a.jsonl:2: the line is not JSON: ")]
    [InlineData("a.jsonl", "{\"reviewText\": \"x\", \"helpfulVotes\": \"many\"}\n", "a.jsonl:1: helpfulVotes is 'many'; the model takes a number there, or nothing")]
    [InlineData("a.csv", "id,body\n1,x\n", "a.csv:1: there is no field 'reviewText' with a text, as the model calls it, and no 'text'; there is 'id', 'body'")]
    [InlineData("a.csv", "reviewText,rating\nx\n", "a.csv:2: the row has 1 cells where the first row has 2; mend it")]
    [InlineData("a.csv", "reviewText,rating\n\"x,1\n", "a.csv:2: a quote that opens in this row is not closed; close it")]
    [InlineData("a.txt", "x\n", "a.txt has a text a line and so no field 'rating'; leave --label-field out")]
    [InlineData("b.txt", null, "b.txt cannot be read: ")]
    public void A_file_that_is_not_right_is_refused_with_its_line(string file, string? content, string message)
    {
        using var server = StubServer.Of(StubServer.Classifier);
        if (content is not null)
        {
            place.Write(file, content);
        }

        Assert.StartsWith($"textops: {message}", Predict(server, "-f", file, "--label-field", "rating").Exits(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_of_a_deployment_stands_for_the_URL_of_its_last_stage_that_serves()
    {
        using var staging = StubServer.Of(StubServer.Classifier);
        using var production = StubServer.Of(StubServer.Classifier);
        await StoreAsync(Deployments.Stage("staging", "Serving", "v000002") with { Url = staging.Url }, Deployments.Stage("production", "Serving", "v000001") with { Url = production.Url });
        place.TextOps("predict", "book-reviews", "text", "--store", "store").Exits(0);
        Assert.Equal((0, 2), (staging.Asked.Count, production.Asked.Count));
        place.TextOps("predict", "book-reviews/staging", "text", "--store", "store").Exits(0);
        Assert.Equal((2, 2), (staging.Asked.Count, production.Asked.Count));
    }

    [Fact]
    public async Task A_deployment_that_serves_nothing_is_said()
    {
        await StoreAsync(Deployments.Stage("staging", "Serving", "v000002"), Deployments.Stage("production", "AwaitingApproval"));
        Assert.Equal(
            "textops: ModelDeployment default/book-reviews serves nothing in stage production now; these stages serve: staging\n",
            place.TextOps("predict", "book-reviews/production", "text", "--store", "store").Exits(2).Error);
        Assert.StartsWith("textops: store has no ModelDeployment default/other; see textops get modeldeployments", place.TextOps("predict", "other", "text", "--store", "store").Exits(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Ctrl_C_ends_it_with_130()
    {
        using var release = new ManualResetEventSlim();
        using var server = new StubServer((path, _) =>
        {
            if (path == "/info")
            {
                return (200, StubServer.Classifier);
            }

            release.Wait(TimeSpan.FromSeconds(30));
            return (503, "{}");
        });
        using var predict = TextOpsProcess.Start(place.Path, "predict", "--url", server.Url, "text");
        predict.WaitUntil(() => server.Asked.Count == 2, "the request");
        predict.Signal("INT");
        Assert.Equal(130, predict.Wait().ExitCode);
        release.Set();
    }

    private async Task StoreAsync(params StageStatus[] stages)
    {
        await using var local = LocalStore.Open(place.Store);
        var kind = LocalKind.Of(Deployments.Valid());
        var created = (ModelDeployment)await kind.ApplyAsync(local.Cluster, Deployments.Valid() with { Metadata = new V1ObjectMeta { Name = "book-reviews", Namespace = "default" } }, TimeProvider.System, CancellationToken.None);
        await local.Cluster.UpdateStatusAsync(created.Going(stages), CancellationToken.None);
    }

    private TextOpsResult Predict(StubServer server, params string[] arguments) => place.TextOps(["predict", "--url", server.Url, .. arguments]);
}
