using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds.TrainingRuns;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Registry;

/// <summary>Cards of models for different tasks.</summary>
public sealed class CardTaskTests : IDisposable
{
    private const string Card1 = "models/default.book-reviews/v000001/model.json";

    private readonly TemporaryFolder folder = new();
    private readonly ModelRegistry registry;

    public CardTaskTests() => registry = new ModelRegistry(new FileObjectStore(folder.Path));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_card_of_before_there_were_tasks_is_a_classifier_s_and_says_all_that_it_said()
    {
        var written = await registry.CommitAsync("run-1");
        File.Copy(Repository.File("tests", "Artifacts", "Registry", "cards", "before-tasks.json"), folder.File(Card1), overwrite: true);

        var read = await registry.ReadAsync(Models.Name, 1, CancellationToken.None);

        Assert.Equal(ModelTask.TextClassification, read!.Card.Task);
        Assert.Equivalent(written.Card, read.Card, strict: true);
        await registry.VerifyAsync(read, CancellationToken.None);
    }

    [Fact]
    public async Task The_task_is_written_by_the_name_that_hugging_face_gives_it()
    {
        await registry.CommitAsync("run-1");

        Assert.Contains("\"task\": \"text-classification\"", await File.ReadAllTextAsync(folder.File(Card1)), StringComparison.Ordinal);
        Assert.Equal(["text-classification", "sentence-similarity", "text-ranking"], Enum.GetValues<ModelTask>().Select(task => task.Name()));
    }

    [Theory]
    [InlineData("signature.labels")]
    [InlineData("candidate")]
    [InlineData("features")]
    [InlineData("lineage")]
    [InlineData("evaluation.confusionMatrix")]
    public async Task A_classifier_has_what_only_training_knows(string missing)
    {
        var registration = await registry.RegisterAsync("run-1");
        var card = Models.Card(registration, "run-1", await registration.PutTextAsync("model.onnx", "model"));
        card = missing switch
        {
            "signature.labels" => card with { Signature = card.Signature with { Labels = [] } },
            "candidate" => card with { Candidate = null },
            "features" => card with { Features = [] },
            "lineage" => card with { Lineage = null },
            _ => card with { Evaluation = card.Evaluation with { ConfusionMatrix = [] } },
        };

        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => registration.CommitAsync(card, CancellationToken.None));

        Assert.Contains($"cannot be committed: {missing} is missing, which a model for text-classification has", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ModelTask.SentenceSimilarity, "signature.dimensions is missing, which a model for sentence-similarity has")]
    [InlineData(ModelTask.TextRanking, "signature.maxTokens is missing, which a model for text-ranking has")]
    public async Task Other_models_say_how_large_their_inputs_and_outputs_are(ModelTask task, string expected)
    {
        var registration = await registry.RegisterAsync("run-1");
        var card = Imported(Models.Card(registration, "run-1", await registration.PutTextAsync("model.onnx", "model")), task);

        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => registration.CommitAsync(card, CancellationToken.None));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);

        var version = await registration.CommitAsync(card with { Signature = card.Signature with { Dimensions = task == ModelTask.SentenceSimilarity ? 256 : null, MaxTokens = 512 } }, CancellationToken.None);
        Assert.Equivalent(version, await registry.ReadAsync(Models.Name, 1, CancellationToken.None), strict: true);
    }

    [Fact]
    public async Task A_task_that_is_not_known_is_refused()
    {
        await registry.CommitAsync("run-1");
        await File.WriteAllTextAsync(folder.File(Card1), (await File.ReadAllTextAsync(folder.File(Card1))).Replace("text-classification", "image-to-text", StringComparison.Ordinal));

        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => registry.ReadAsync(Models.Name, 1, CancellationToken.None));
        Assert.Contains("$.task", refused.Message, StringComparison.Ordinal);
    }

    private static ModelCard Imported(ModelCard card, ModelTask task) => card with
    {
        Task = task,
        Signature = new ModelSignature { TextField = "text" },
        Candidate = null,
        Features = [],
        Lineage = null,
        Evaluation = new ModelEvaluation { Objective = MetricNames.CosineSpearman, Metrics = new Dictionary<string, double>() },
        Gates = [],
    };
}
