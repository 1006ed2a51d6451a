using System.Text.Json.Nodes;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Features;
using TextOps.Onnx.Embeddings;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Features;

/// <summary>What a stranger may put into a model's folder.</summary>
public sealed class FeaturizerReaderTests : IDisposable
{
    private static readonly EmbeddingModel Settings = new() { Uri = "file:///models/minilm-static-256" };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("kind", "\"Model\"", "kind must be Featurizer, not Model")]
    [InlineData("apiVersion", "\"textops.dev/v2\"", "apiVersion must be textops.dev/v1alpha1")]
    [InlineData("textField", "7", "textField must be a text, not Number")]
    [InlineData("textField", "null", "textField must be a text, not Null")]
    [InlineData("labels", "[\"a\"]", "labels must hold 2 to 100000 labels, not 1")]
    [InlineData("labels", "[\"a\", \"a\"]", "labels holds 'a' twice")]
    [InlineData("labels", "[\"a\", \"\"]", "labels[1] must be a text of 1 to 4096 characters")]
    [InlineData("labels", "[\"a\", \"\\ud800\"]", "labels is not valid text")]
    [InlineData("blocks", "[]", "blocks must hold 1 to 16 blocks, not 0")]
    [InlineData("blocks", "{}", "blocks must be a list, not Object")]
    [InlineData("blocks.1.name", "\"words\"", "blocks[1].name 'words' is the name of another block too")]
    [InlineData("blocks.0.name", "\"../up\"", "blocks[0].name '../up' must be lower-case letters")]
    [InlineData("blocks.0", "{\"name\": \"x\"}", "blocks[0] must have one of tfidf, numeric and embedding")]
    [InlineData("blocks.0.tfidf.vocabulary", "[\"good\", \"good\"]", "blocks[0].tfidf.vocabulary holds 'good' twice")]
    [InlineData("blocks.0.tfidf.vocabulary", "[\"good\", 3]", "blocks[0].tfidf.vocabulary must be a text")]
    [InlineData("blocks.0.tfidf.idf", "[1.5]", "blocks[0].tfidf.idf must hold 2 numbers (2 terms, useIdf True), not 1")]
    [InlineData("blocks.0.tfidf.idf", "[1.5, \"NaN\"]", "blocks[0].tfidf.idf[1] must be a number, not String")]
    [InlineData("blocks.0.tfidf.idf", "[1.5, 1e999]", "blocks[0].tfidf.idf[1] must be a finite number")]
    [InlineData("blocks.0.tfidf.settings.ngramMax", "1000000", "asks for n-grams of 1 to 1000000")]
    [InlineData("blocks.0.tfidf.settings.ngramMin", "3", "blocks[0].tfidf.settings is not valid")]
    [InlineData("blocks.0.tfidf.settings.pattern", "\"(a+)+\"", "blocks[0].tfidf.settings is not valid")]
    [InlineData("blocks.1.numeric.columns", "[]", "blocks[1].numeric.columns must hold 1 to 80 columns")]
    [InlineData("blocks.1.numeric.columns.0.scale", "0", "blocks[1].numeric.columns[0].scale must not be 0")]
    [InlineData("blocks.1.numeric.columns.0.name", "\"word_count\"", "blocks[1].numeric.columns[0].name must be text_len, not word_count")]
    [InlineData("blocks.2.embedding.dimensions", "257", "blocks[2].embedding.dimensions is 257, but the encoder gives vectors of 256")]
    [InlineData("blocks.2.embedding.dimensions", "0.5", "blocks[2].embedding.dimensions must be a whole number")]
    [InlineData("blocks.2.embedding.files", "{\"../../model.onnx\": \"00\"}", "names '../../model.onnx', which is not a path inside")]
    [InlineData("blocks.2.embedding.files", "{\"/etc/passwd\": \"00\"}", "names '/etc/passwd', which is not a path inside")]
    [InlineData("blocks.2.embedding.files", "{\"\\ud800\": \"00\"}", "is not valid")]
    [InlineData("blocks.2.embedding.settings", "{\"\\ud800\": 1}", "is not valid")]
    [InlineData("blocks.1.numeric.settings", "{\"fields\": [null, null]}", "blocks[1].numeric")]
    [InlineData("blocks.1.numeric.settings", "{\"fields\": [\"\\ud800\"]}", "is not valid")]
    [InlineData("blocks.0", "{\"\\ud800\": 1, \"name\": \"x\"}", "is not valid")]
    [InlineData("blocks.2.embedding.files", "{}", "blocks[2].embedding.files does not name")]
    public void A_damaged_file_is_refused_with_field_and_value(string field, string value, string expected)
    {
        SaveAll();
        var root = JsonNode.Parse(File.ReadAllText(Featurizer))!;
        var steps = field.Split('.');
        var parent = steps[..^1].Aggregate(root, (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!);
        var marker = JsonValue.Create("replace-here");
        if (int.TryParse(steps[^1], out var last))
        {
            parent[last] = marker;
        }
        else
        {
            parent[steps[^1]] = marker;
        }

        // Written as text, so that numbers and texts that no JSON library writes are kept.
        File.WriteAllText(Featurizer, root.ToJsonString().Replace("\"replace-here\"", value, StringComparison.Ordinal));
        AssertRefused(expected);
    }

    [Fact]
    public void A_field_that_is_missing_is_named()
    {
        File.WriteAllText(Featurizer, """{"apiVersion": "textops.dev/v1alpha1", "kind": "Featurizer"}""");
        AssertRefused("featurizer.json: textField is missing");
    }

    [Theory]
    [InlineData("{", "is not valid JSON")]
    [InlineData("[1]", "must be an object, not Array")]
    [InlineData("""{"kind": "a", "kind": "b"}""", "is not valid JSON")]
    public void What_is_no_object_is_refused(string json, string expected)
    {
        File.WriteAllText(Featurizer, json);
        AssertRefused(expected);
    }

    [Fact]
    public void A_file_that_is_missing_or_too_large_is_refused()
    {
        AssertRefused("is missing");
        using (var file = File.Create(Featurizer))
        {
            file.SetLength(FeaturizerLimits.MaxBytes + 1);
        }

        AssertRefused("at most 536870912 are read");
    }

    [Fact]
    public void An_encoder_file_of_another_digest_is_not_loaded()
    {
        SaveAll();
        File.AppendAllText(folder.File("encoders", "vectors", "config.json"), " ");
        AssertRefused("says that config.json has the SHA-256");
    }

    [Fact]
    public void An_encoder_file_that_is_not_listed_or_is_a_link_is_refused()
    {
        SaveAll();
        var stray = folder.File("encoders", "vectors", "config_sentence_transformers.json");
        File.WriteAllText(stray, "{}");
        AssertRefused("does not name");
        File.Delete(stray);
        File.Delete(folder.File("encoders", "vectors", "config.json"));
        File.CreateSymbolicLink(folder.File("encoders", "vectors", "config.json"), Repository.File("models", "minilm-static-256", "config.json"));
        AssertRefused("is a link");
    }

    [Fact]
    public void What_could_not_be_read_back_is_not_saved()
    {
        var block = new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures() };
        var pipeline = FeaturePipeline.Fit([block], [new TextRow { Text = "good film" }], new Dictionary<string, PipelineEncoder>(), CancellationToken.None).Pipeline;
        Assert.Throws<TrainingException>(() => pipeline.Save(folder.Path, "text", ["same", "same"]));
        Assert.Throws<TrainingException>(() => pipeline.Save(folder.Path, "text", ["a", ""]));
        Assert.False(File.Exists(Featurizer));
    }

    private string Featurizer => folder.File(FeaturePipeline.FileName);

    private void AssertRefused(string expected) =>
        Assert.Contains(expected, Assert.Throws<ModelFormatException>(() => FeaturePipeline.Load(folder.Path, 1)).Message, StringComparison.Ordinal);

    private void SaveAll()
    {
        var model = Repository.File("models", "minilm-static-256");
        using var embedder = SentenceEmbedder.Load(model, Settings.ToEmbedderOptions());
        var encoder = new PipelineEncoder(Settings, model, SentenceEmbedder.FilesOf(model, Settings.ToEmbedderOptions()), embedder);
        FeatureBlock[] blocks =
        [
            new() { Name = "words", Tfidf = new TfidfFeatures() },
            new() { Name = "numbers", Numeric = new NumericFeatures { Derived = [DerivedNumber.TextLength] } },
            new() { Name = "vectors", Embedding = new EmbeddingFeatures { Model = Settings } },
        ];
        FeaturePipeline.Fit(blocks, [new TextRow { Text = "good film" }], new Dictionary<string, PipelineEncoder> { ["vectors"] = encoder }, CancellationToken.None)
            .Pipeline.Save(folder.Path, "text", ["no", "yes"]);
    }
}
