using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Artifacts.Registry;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Models;
using TextOps.Tests;

namespace TextOps.Local.Tests.Commands.Models;

/// <summary><c>textops models import</c> on real models.</summary>
public sealed class ModelsImportTests : IDisposable
{
    private readonly Registry registry = new();

    private static string Embeddings => Repository.File("models", "minilm-static-256");

    private static string Ranking => Repository.SharedData("models", "shapes", "cross-encoder");

    public void Dispose() => registry.Dispose();

    [Fact]
    public async Task An_embedding_model_becomes_a_version_of_the_files_it_needs_and_works_when_it_is_pulled()
    {
        var first = registry.TextOps("models", "import", Embeddings, "--name", "minilm", "--alias", "champion").Exits(0);
        var version = await registry.Models.ResolveAsync("minilm", "champion", CancellationToken.None);

        Assert.Equal($"imported minilm v000001, sentence-similarity\n{version.Digest}\nminilm@champion names v000001\n", first.Output);
        Assert.Equal(
            ["1_Pooling/config.json", "LICENSE", "README.md", "config.json", "model.onnx", "modules.json", "sentence_bert_config.json", "tokenizer.json"],
            version.Card.Files.Select(file => file.Path));
        Assert.Equal((ModelTask.SentenceSimilarity, 256, 512), (version.Card.Task, version.Card.Signature.Dimensions, version.Card.Signature.MaxTokens));

        var again = registry.TextOps("models", "import", Embeddings, "--name", "minilm", "--alias", "staging").Exits(0);
        Assert.Equal($"equal files are there already: minilm v000001, sentence-similarity\n{version.Digest}\nminilm@staging names v000001\n", again.Output);
        Assert.Single(await registry.Models.ListVersionsAsync("minilm", CancellationToken.None));

        registry.TextOps("pull", "model", "minilm@champion", "copy").Exits(0);
        using var original = TextModels.Load(Embeddings, new TextModelOptions());
        using var copy = TextModels.Load(registry.Place.File("copy"), new TextModelOptions());
        Assert.Equal(VectorOf(original), VectorOf(copy));
    }

    [Fact]
    public async Task Sts_b_gives_the_metrics_of_the_model_s_own_card()
    {
        var pairs = File.ReadLines(Repository.SharedData("datasets", "stsb", "stsb-en-dev.csv")).Select(Csv.Columns)
            .Select(row => JsonSerializer.Serialize(new { sentence1 = row[0], sentence2 = row[1], score = double.Parse(row[2], System.Globalization.CultureInfo.InvariantCulture) }));
        registry.Place.Write("stsb-dev.jsonl", string.Join('\n', pairs));

        var output = registry.TextOps("models", "import", Embeddings, "--name", "minilm", "--evaluate", "stsb-dev.jsonl").Exits(0).Output;

        Assert.StartsWith("imported minilm v000001, sentence-similarity, cosine_spearman=0.79", output, StringComparison.Ordinal);
        var card = (await registry.Models.ReadAsync("minilm", 1, CancellationToken.None))!.Card;
        Assert.Equal(0.79187, card.Evaluation.Metrics[MetricNames.CosineSpearman], 0.002);
        Assert.Equal(("stsb-dev.jsonl", 1_500, MetricNames.CosineSpearman), (card.Evaluation.Examples!.File, card.Evaluation.Examples.Rows, card.Evaluation.Objective));

        var text = registry.TextOps("models", "show", "minilm").Exits(0).Output;
        foreach (var line in new[]
        {
            "minilm v000001  cosine_spearman=0.79",
            "  made by      textops models import\n  task         sentence-similarity\n  takes        text (text), at most 512 tokens\n  gives        a vector of 256 numbers\n",
            "Metrics of stsb-dev.jsonl (1500 examples)\n  cosine_spearman   0.79",
            "  model.onnx                  7.7 MB   ",
        })
        {
            Assert.Contains(line, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Lineage", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameters", text, StringComparison.Ordinal);
        Assert.Contains("cosine_spearman=0.79", registry.TextOps("models", "list").Exits(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cross_encoder_is_judged_by_queries_and_compared_with_the_version_before()
    {
        registry.Place.Write("answers.jsonl", """
            {"text": "where is my refund", "pair": "Refunds arrive within five days.", "score": 1}
            {"text": "where is my refund", "pair": "Cats sleep most of the day.", "score": 0}

            {"text": "reset password", "pair": "Use the link on the sign-in page.", "score": 1}
            """);
        registry.TextOps("models", "import", Ranking, "--name", "rerank").Exits(0);
        var output = registry.TextOps("models", "import", Ranking, "--name", "rerank", "--evaluate", "answers.jsonl").Exits(0).Output;

        Assert.StartsWith("imported rerank v000002, text-ranking, ndcg@10=0.8155, mrr@10=0.7500\n", output, StringComparison.Ordinal);
        Assert.Contains("gives        a score for each pair of query and text", registry.TextOps("models", "show", "rerank").Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await registry.Models.ListVersionsAsync("rerank", CancellationToken.None)).Count);

        var difference = registry.TextOps("models", "diff", "rerank@1", "rerank@2").Exits(1).Output;
        Assert.Contains("DATA            v000001   v000002\nexamples        -         ", difference, StringComparison.Ordinal);
        Assert.Contains("ndcg@10   -         0.8155", difference, StringComparison.Ordinal);
        Assert.DoesNotContain("MODEL", difference, StringComparison.Ordinal);

        registry.TextOps("models", "import", Embeddings, "--name", "minilm").Exits(0);
        Assert.Contains("task                        text-ranking        sentence-similarity\n", registry.TextOps("models", "diff", "rerank@1", "minilm@1").Exits(1).Output, StringComparison.Ordinal);
        Assert.Equal(["rerank", "minilm"], JsonNode.Parse(registry.TextOps("models", "list", "-o", "json").Exits(0).Output)!.AsArray().Select(model => (string)model!["name"]!).Reverse());
    }

    [Fact]
    public async Task A_trained_classifier_can_be_compared_with_a_model_of_another_task()
    {
        await registry.RegisterAsync("run-1");
        registry.TextOps("models", "import", Embeddings, "--name", "minilm").Exits(0);

        var output = registry.TextOps("models", "diff", "book-reviews", "minilm").Exits(1).Output;

        Assert.Contains("task ", output, StringComparison.Ordinal);
        Assert.Contains("candidate ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_no_such_model_is_refused_with_its_file_and_nothing_is_written()
    {
        registry.Place.Write("empty/notes.txt", "");
        registry.Place.Write("trained/featurizer.json", "{}");
        registry.Place.Write("damaged/config.json", "{");
        Assert.Contains("states no longest input", Refused("empty"), StringComparison.Ordinal);
        Assert.Contains("damaged/config.json is not valid JSON", Refused("damaged"), StringComparison.Ordinal);
        Assert.Contains("is a classifier that TextOps trained (featurizer.json)", Refused("trained"), StringComparison.Ordinal);
        Assert.Contains("DIR absent is not a folder", Refused("absent"), StringComparison.Ordinal);
        Assert.Contains("has no ONNX file for precision int8", Refused(Embeddings, "--precision", "int8"), StringComparison.Ordinal);
        Assert.Contains("--alias Best is no name of an alias", Refused(Embeddings, "--alias", "Best"), StringComparison.Ordinal);
        Assert.Contains("alias v3 reads as a version", Refused(Embeddings, "--alias", "v3"), StringComparison.Ordinal);
        Assert.Contains("--name Mini is no name of a model", registry.TextOps("models", "import", Embeddings, "--name", "Mini").Exits(2).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(registry.Place.Store));
    }

    [Theory]
    [InlineData("", "has no pairs; write one JSON object a line")]
    [InlineData("{\"text\": \"a\", \"pair\": \"b\", \"score\": 1}\n{\"text\": \"a\"}", "line 2: there must be a text, a pair")]
    [InlineData("{\"text\": \"a\", \"pair\": \"b\", \"score\": \"high\"}", "line 1: there must be a text, a pair")]
    [InlineData("\n[1]", "line 2: there must be a text, a pair")]
    [InlineData("{\"text\": ", "line 1: ")]
    [InlineData("{\"text\": \"\\ud800\", \"pair\": \"b\", \"score\": 1}", "line 1: ")]
    [InlineData("{\"text\": \"a\", \"pair\": \"b\", \"score\": 1}\n{\"text\": \"c\", \"pair\": \"d\", \"score\": 1}", "no metric is defined, because all scores")]
    public void Examples_that_are_none_are_refused_with_their_line(string content, string expected)
    {
        registry.Place.Write("pairs.jsonl", content);

        var error = Refused(Embeddings, "--evaluate", "pairs.jsonl");

        Assert.StartsWith("textops: --evaluate pairs.jsonl", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(registry.Place.Store));
    }

    [Fact]
    public void A_file_of_examples_that_is_missing_and_a_store_that_is_a_file_are_refused()
    {
        registry.Place.Write("file", "");
        Assert.Contains("--evaluate absent.jsonl does not exist", Refused(Embeddings, "--evaluate", "absent.jsonl"), StringComparison.Ordinal);
        Assert.Contains("--store file is a file", registry.Place.TextOps("models", "import", Embeddings, "--name", "minilm", "--store", "file").Exits(2).Error, StringComparison.Ordinal);
    }

    private string Refused(string folder, params string[] options) => registry.TextOps(["models", "import", folder, "--name", "minilm", .. options]).Exits(2).Error;

    private static float[] VectorOf(ITextModel model)
    {
        var vector = new float[model.OutputLength];
        model.Predict([model.Prepare(new ModelInput { Text = "a text to embed" })], vector);
        return vector;
    }
}
