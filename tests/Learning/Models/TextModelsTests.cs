using System.Globalization;
using System.Text.Json.Nodes;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Features;
using TextOps.Learning.Models;
using TextOps.Onnx.Embeddings;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Models;

public sealed class TextModelsTests
{
    private static readonly TextModelOptions Options = new();

    private static string Embeddings => Repository.File("models", "minilm-static-256");

    private static string Ranking => Repository.SharedData("models", "shapes", "cross-encoder");

    [Fact]
    public void A_folder_says_what_kind_of_model_it_holds()
    {
        using var trained = new TrainedFolder();

        Assert.Equal(TextModelKind.TextClassification, TextModels.KindOf(trained.Path));
        Assert.Equal(TextModelKind.SentenceSimilarity, TextModels.KindOf(Embeddings));
        Assert.Equal(TextModelKind.TextRanking, TextModels.KindOf(Ranking));
    }

    [Fact]
    public void A_kind_that_the_folder_does_not_hold_is_refused()
    {
        Assert.Contains("has no output logits", Refusal(Embeddings, Options with { Kind = TextModelKind.TextRanking }), StringComparison.Ordinal);
        Assert.Contains("featurizer.json is missing", Refusal(Embeddings, Options with { Kind = TextModelKind.TextClassification }), StringComparison.Ordinal);
        Assert.Contains("has no output last_hidden_state", Refusal(Ranking, Options with { Kind = TextModelKind.SentenceSimilarity }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_classifier_answers_as_the_model_behind_it(bool vectors)
    {
        using var trained = new TrainedFolder(vectors);
        using var direct = ClassifierModel.Load(trained.Path, threads: 1);
        using var model = Assert.IsType<TextClassifier>(TextModels.Load(trained.Path, Options with { Threads = 2 }));
        ModelInput[] inputs = [Input("Great book, highly recommend!", 3), Input("a boring waste of time", double.NaN), Input("")];

        var found = Predict(model, inputs);

        var rows = inputs.Select(input => new TextRow { Text = input.Text, Numbers = input.Numbers }).ToArray();
        var expected = direct.PredictProbabilities(rows, CancellationToken.None);
        Assert.Equal(expected.Select(value => (float)value), found, (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.True(found[1] > 0.5 && found[3] < 0.5);
        Assert.Equal(["negative", "positive"], model.Labels);
        Assert.Equal((2, "reviewText", vectors ? 512 : null), (model.OutputLength, model.TextField, model.MaxTokens));
        Assert.Equal(["price"], model.Fields);
        Assert.Equal([DerivedNumber.TextLength, DerivedNumber.WordCount], model.Derived);
    }

    [Fact]
    public void A_classifier_with_vectors_knows_its_tokens_and_what_it_truncated()
    {
        using var trained = new TrainedFolder(vectors: true);
        using var model = TextModels.Load(trained.Path, Options);

        var (brief, long_) = (model.Prepare(Input("three words here")), model.Prepare(Input(string.Concat(Enumerable.Repeat("word ", 1000)))));

        Assert.Equal((3, false), (brief.Tokens, brief.Truncated));
        Assert.Equal((512, true), (long_.Tokens, long_.Truncated));
    }

    [Fact]
    public void Derived_numbers_are_told_by_the_names_of_fields()
    {
        var numbers = TextClassifier.Derive("Great book, highly recommend!");

        Assert.Equal(29, numbers["text_len"]);
        Assert.Equal(4, numbers["word_count"]);
        Assert.Equal(1, numbers["exclamation_count"]);
        Assert.Equal(7, numbers.Count);
    }

    [Fact]
    public void An_embedding_model_gives_the_vectors_of_its_embedder_and_takes_token_ids_too()
    {
        using var direct = SentenceEmbedder.Load(Embeddings, new SentenceEmbedderOptions());
        using var model = Assert.IsType<TextEmbedder>(TextModels.Load(Embeddings, Options));
        var ids = direct.Encode("a small test").Ids;
        var expected = new float[2 * 256];
        direct.Embed([ids, []], expected);

        PreparedInput[] batch = [model.Prepare(Input("a small test")), model.Prepare(Input("")), model.Prepare(ids)];
        var found = new float[3 * 256];
        model.Predict(batch, found);

        Assert.Equal(expected, found[..512]);
        Assert.Equal(expected[..256], found[512..]);
        Assert.Equal([ids.Length, 0, ids.Length], batch.Select(input => input.Tokens));
        Assert.Equal([true, false, true], batch.Select(input => ((EmbeddingInput)input).Known));
        Assert.Equal((256, 512), (model.OutputLength, model.MaxTokens));
        Assert.Equal((512, true), (model.Prepare(new int[600]).Tokens, model.Prepare(new int[600]).Truncated));
        Assert.Contains("token 1 is 29525; this model's ids go from 0 to 29524", Assert.Throws<ArgumentException>(() => model.Prepare([3, 29525])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cross_encoder_gives_the_original_s_logits()
    {
        using var model = TextModels.Load(Ranking, Options);
        var rows = File.ReadLines(Path.Combine(Ranking, "expected.jsonl")).Select(line => JsonNode.Parse(line)!).ToArray();

        var found = Predict(model, [.. rows.Select(row => new ModelInput { Text = row["text"]![0]!.GetValue<string>(), Pair = row["text"]![1]!.GetValue<string>() })]);

        Assert.Equal(rows.Select(row => row["logits"]![0]!.GetValue<float>()), found, (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal((1, 128), (model.OutputLength, model.MaxTokens));
        Assert.Contains("no second text", Assert.Throws<ArgumentException>(() => model.Prepare(Input("a query alone"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_of_another_kind_of_model_and_outputs_that_do_not_fit_are_refused()
    {
        using var embedder = TextModels.Load(Embeddings, Options);
        using var ranker = TextModels.Load(Ranking, Options);
        var text = embedder.Prepare(Input("a"));

        Assert.Contains("input 0 was prepared by another kind of model", Assert.Throws<ArgumentException>(() => ranker.Predict([text], new float[1])).Message, StringComparison.Ordinal);
        Assert.Contains("255 floats cannot take 1 outputs of 256", Assert.Throws<ArgumentException>(() => embedder.Predict([text], new float[255])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_threads_ask_a_model_of_each_kind_at_once()
    {
        using var trained = new TrainedFolder(vectors: true);
        foreach (var folder in (string[])[trained.Path, Embeddings, Ranking])
        {
            using var model = TextModels.Load(folder, Options);
            ModelInput[] inputs = [.. Enumerable.Range(0, 8).Select(i => new ModelInput { Text = $"text number {i} {new string('x', i)}", Pair = $"answer {i}" })];
            var expected = Array.ConvertAll(inputs, input => Predict(model, [input]));

            Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, i =>
                Assert.Equal(expected[i % 8], Predict(model, [inputs[i % 8]])));
        }
    }

    [Fact]
    public void A_precision_is_refused_where_there_is_nothing_to_choose()
    {
        using var trained = new TrainedFolder();
        Assert.Contains("is a trained classifier, which has one ONNX file", Refusal(trained.Path, Options with { Precision = Precision.Int8 }), StringComparison.Ordinal);
        Assert.Contains("has no ONNX file for precision int8", Refusal(Embeddings, Options with { Precision = Precision.Int8 }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_classifier_is_judged_by_labels()
    {
        using var trained = new TrainedFolder();
        using var model = TextModels.Load(trained.Path, Options);
        ModelExample[] examples = [Labelled("a great book, highly recommended", "positive"), Labelled("a waste of time", "negative"), Labelled("great fun, well written", "negative")];

        var metrics = model.Evaluate(examples, CancellationToken.None);

        Assert.Equal(2 / 3.0, metrics[MetricNames.Accuracy], 1e-12);
        Assert.Equal(0.5, metrics["recall[negative]"], 1e-12);
        Assert.Contains("example 1 has the label 'neutral', which the model does not know; it knows negative, positive", Failure(model, examples[0], Labelled("so so", "neutral")), StringComparison.Ordinal);
        Assert.Contains("example 0 has no label", Failure(model, Scored("a", "b", 1)), StringComparison.Ordinal);
        Assert.Contains("there are no examples", Failure(model), StringComparison.Ordinal);
    }

    [Fact]
    public void The_shipped_embedding_model_ranks_sentence_pairs_as_its_card_says()
    {
        var pairs = File.ReadLines(Repository.SharedData("datasets", "stsb", "stsb-en-dev.csv")).Select(Csv.Columns);
        ModelExample[] examples = [.. pairs.Select(pair => Scored(pair[0], pair[1], double.Parse(pair[2], CultureInfo.InvariantCulture)))];
        using var model = TextModels.Load(Embeddings, Options);

        var metrics = model.Evaluate(examples, CancellationToken.None);

        Assert.Equal(1_500, examples.Length);
        Assert.Equal(0.79187, metrics[MetricNames.CosineSpearman], 0.002);
        Assert.InRange(metrics[MetricNames.CosinePearson], 0.75, 0.85);
        Assert.Contains("example 0 has no second text", Failure(model, Labelled("a", "b")), StringComparison.Ordinal);
        Assert.Contains("example 1 has no score", Failure(model, examples[0], examples[1] with { Score = null }), StringComparison.Ordinal);
        Assert.ThrowsAny<OperationCanceledException>(() => model.Evaluate(examples, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_cross_encoder_is_judged_query_by_query()
    {
        using var model = TextModels.Load(Ranking, Options);
        string[] texts = ["Refunds arrive within five days.", "Cats sleep most of the day.", "Use the link on the sign-in page."];
        var scores = Predict(model, [.. texts.Select(text => new ModelInput { Text = "where is my refund", Pair = text })]);
        int[] order = [0, 1, 2];
        Array.Sort(order, (a, b) => scores[b].CompareTo(scores[a]));

        // The text that the model puts second is the only relevant one of the first query; of the second query all are.
        ModelExample[] examples =
        [
            .. texts.Select((text, i) => Scored("where is my refund", text, i == order[1] ? 1 : 0)),
            .. texts.Select(text => Scored("another query", text, 1)),
        ];
        var metrics = model.Evaluate(examples, CancellationToken.None);

        Assert.Equal((0.5 + 1) / 2, metrics[MetricNames.Mrr10], 1e-12);
        Assert.Equal(((1 / Math.Log2(3)) + 1) / 2, metrics[MetricNames.Ndcg10], 1e-12);
    }

    private static float[] Predict(ITextModel model, IReadOnlyList<ModelInput> inputs)
    {
        var outputs = new float[inputs.Count * model.OutputLength];
        model.Predict([.. inputs.Select(model.Prepare)], outputs);
        return outputs;
    }

    private static string Refusal(string folder, TextModelOptions options) => Assert.Throws<ModelFormatException>(() => TextModels.Load(folder, options).Dispose()).Message;

    private static string Failure(ITextModel model, params ModelExample[] examples) => Assert.Throws<ArgumentException>(() => model.Evaluate(examples, CancellationToken.None)).Message;

    private static ModelInput Input(string text, double? price = null) => new()
    {
        Text = text,
        Numbers = price is { } number ? new Dictionary<string, double>(StringComparer.Ordinal) { ["price"] = number } : new Dictionary<string, double>(StringComparer.Ordinal),
    };

    private static ModelExample Labelled(string text, string label) => new() { Input = Input(text), Label = label };

    private static ModelExample Scored(string text, string pair, double score) => new() { Input = new ModelInput { Text = text, Pair = pair }, Score = score };
}
