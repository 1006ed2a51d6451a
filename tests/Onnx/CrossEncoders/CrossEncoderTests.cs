using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Onnx.CrossEncoders;
using TextOps.Onnx.Embeddings;
using TextOps.Tests;

namespace TextOps.Onnx.Tests.CrossEncoders;

public sealed class CrossEncoderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static string Original => Repository.SharedData("models", "shapes", "cross-encoder");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_makes_the_original_s_ids_and_logits_one_by_one_and_in_one_batch()
    {
        using var encoder = CrossEncoder.Load(Original, new CrossEncoderOptions());
        var expected = File.ReadLines(Path.Combine(Original, "expected.jsonl")).Select(line => JsonNode.Parse(line)!).ToArray();

        var pairs = Array.ConvertAll(expected, row => encoder.Encode(row["text"]![0]!.GetValue<string>(), row["text"]![1]!.GetValue<string>()));
        var together = new float[pairs.Length];
        encoder.Score(pairs, together);

        Assert.Equal(128, encoder.MaxTokens);
        Assert.Contains(pairs, pair => pair.Truncated);
        foreach (var (row, pair, score) in expected.Zip(pairs, together))
        {
            var alone = new float[1];
            encoder.Score([pair], alone);

            Assert.Equal(row["ids"]!.AsArray().Select(id => id!.GetValue<int>()), pair.Ids);
            Assert.Equal(row["logits"]![0]!.GetValue<double>(), alone[0], 1e-5);
            Assert.Equal(row["logits"]![0]!.GetValue<double>(), score, 1e-5);
            Assert.Equal(pair.Ids.Length == 128, pair.Truncated);
        }
    }

    [Fact]
    public void Tokens_of_the_second_text_are_of_the_second_segment_and_the_model_is_told_so()
    {
        using var encoder = CrossEncoder.Load(Original, new CrossEncoderOptions());

        var pair = encoder.Encode("where is it", "here");
        Assert.Equal([0, 0, 0, 0, 0, 1, 1], pair.TypeIds);

        var scores = new float[2];
        encoder.Score([pair, pair with { TypeIds = new int[pair.Ids.Length] }], scores);
        Assert.NotEqual(scores[0], scores[1], 1e-4);
    }

    [Fact]
    public void A_lower_limit_truncates_both_texts()
    {
        using var encoder = CrossEncoder.Load(Original, new CrossEncoderOptions { MaxTokens = 8 });

        var pair = encoder.Encode("a a a a a a", "b b b b b b");

        Assert.Equal(8, pair.Ids.Length);
        Assert.Equal((4, 4), (pair.TypeIds.Count(type => type == 0), pair.TypeIds.Count(type => type == 1)));
        Assert.True(pair.Truncated);
        Assert.Contains("maxTokens (3) leaves no room beside the tokenizer's 3 special tokens of a pair", Refusal(Original, 3), StringComparison.Ordinal);
        Assert.Contains("maxTokens (129) is above the limit of the model", Refusal(Original, 129), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_threads_score_at_once()
    {
        using var encoder = CrossEncoder.Load(Original, new CrossEncoderOptions());
        var expected = Score(0);

        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, i => Assert.Equal(Score(i % 2) == expected, i % 2 == 0));

        float Score(int kind)
        {
            var score = new float[1];
            encoder.Score([encoder.Encode("a question", kind == 0 ? "an answer" : "a rather different one")], score);
            return score[0];
        }
    }

    [Fact]
    public void Only_the_files_that_it_reads_are_the_model_s()
    {
        Assert.Equal(["config.json", "onnx/model.onnx", "tokenizer.json"], CrossEncoder.FilesOf(Original, new CrossEncoderOptions()));
    }

    [Fact]
    public void What_was_not_encoded_by_it_is_refused()
    {
        using var encoder = CrossEncoder.Load(Original, new CrossEncoderOptions());

        Assert.Contains("2 ids and 1 segments", Assert.Throws<ArgumentException>(() => encoder.Score([new EncodedPair([1, 2], [0], Truncated: false)], new float[1])).Message, StringComparison.Ordinal);
        Assert.Contains("0 ids and 0 segments", Assert.Throws<ArgumentException>(() => encoder.Score([new EncodedPair([], [], Truncated: false)], new float[1])).Message, StringComparison.Ordinal);
        Assert.Contains("an id that is not the tokenizer's (0 to 30521)", Assert.Throws<ArgumentException>(() => encoder.Score([new EncodedPair([30522], [0], Truncated: false)], new float[1])).Message, StringComparison.Ordinal);
        Assert.Contains("2 floats cannot take 1 scores", Assert.Throws<ArgumentException>(() => encoder.Score([encoder.Encode("a", "b")], new float[2])).Message, StringComparison.Ordinal);
        encoder.Score([], []);
    }

    [Fact]
    public void A_model_of_another_head_is_refused()
    {
        var vectors = Repository.File("models", "minilm-static-256");
        Assert.Contains("has no output logits, only last_hidden_state; export it for sequence classification", Refusal(vectors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_classifier_of_several_labels_is_refused_with_their_names()
    {
        Copy();
        File.WriteAllBytes(folder.File("onnx", "model.onnx"), TwoLabelGraph.ToArray());
        Change("config.json", config => config["id2label"] = new JsonObject { ["0"] = "contradiction", ["1"] = "entailment" });

        Assert.Contains("gives 2 scores for each pair (contradiction, entailment); a cross-encoder with one label is needed", Refusal(folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_without_a_template_for_pairs_is_refused()
    {
        Copy();
        Change("tokenizer.json", tokenizer => tokenizer["post_processor"]!["pair"] = JsonNode.Parse("""[{"Sequence": {"id": "B", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]"""));

        Assert.Contains("post_processor.pair must have the texts A and B once each, in this order", Refusal(folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_of_segments_that_the_model_does_not_have_is_refused_before_a_request_comes()
    {
        Copy();
        Change("tokenizer.json", tokenizer => tokenizer["post_processor"]!["pair"]![3]!["Sequence"]!["type_id"] = 2);

        Assert.Contains("does not run with the ids of", Refusal(folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_and_damaged_files_are_refused_by_name()
    {
        Copy();
        File.WriteAllBytes(folder.File("onnx", "model.onnx"), File.ReadAllBytes(folder.File("onnx", "model.onnx"))[..100_000]);
        Assert.Contains("model.onnx is truncated or not an ONNX file", Refusal(folder.Path), StringComparison.Ordinal);

        File.Delete(folder.File("onnx", "model.onnx"));
        Assert.Contains("there is no .onnx file at all", Refusal(folder.Path), StringComparison.Ordinal);

        File.WriteAllText(folder.File("config.json"), "{");
        Assert.Contains("config.json is not valid JSON", Refusal(folder.Path), StringComparison.Ordinal);

        File.Delete(folder.File("tokenizer.json"));
        File.Delete(folder.File("config.json"));
        Assert.Contains("states no longest input", Refusal(folder.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"architectures": ["BertForSequenceClassification"]}""", true)]
    [InlineData("""{"id2label": {"0": "LABEL_0"}}""", true)]
    [InlineData("""{"architectures": ["BertModel"]}""", false)]
    [InlineData("""{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}""", false)]
    [InlineData("{}", false)]
    public void A_folder_is_known_by_its_configuration(string config, bool expected)
    {
        File.WriteAllText(folder.File("config.json"), config);

        Assert.Equal(expected, CrossEncoder.IsDescribedBy(folder.Path));
    }

    private static string Refusal(string path, int? maxTokens = null) =>
        Assert.Throws<ModelFormatException>(() => CrossEncoder.Load(path, new CrossEncoderOptions { MaxTokens = maxTokens }).Dispose()).Message;

    private void Copy()
    {
        Directory.CreateDirectory(folder.File("onnx"));
        foreach (var file in CrossEncoder.FilesOf(Original, new CrossEncoderOptions()))
        {
            File.WriteAllBytes(folder.File(file), File.ReadAllBytes(Path.Combine(Original, file)));
        }
    }

    private void Change(string file, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(folder.File(file)))!;
        change(json);
        File.WriteAllText(folder.File(file), json.ToJsonString(JsonSerializerOptions.Default));
    }
}
