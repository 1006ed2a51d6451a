using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds.TrainingRuns;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Registry;

/// <summary>Versions of models that were not trained here.</summary>
public sealed class ModelImportTests : IDisposable
{
    private const string Name = "all-minilm";

    private readonly TemporaryFolder folder = new();
    private readonly ModelRegistry registry;
    private readonly ModelImport import;

    public ModelImportTests()
    {
        registry = new ModelRegistry(new FileObjectStore(folder.File("store")));
        import = new ModelImport(registry, TimeProvider.System);
        Directory.CreateDirectory(folder.File("model", "onnx"));
        File.WriteAllText(folder.File("model", "tokenizer.json"), "words");
        File.WriteAllText(folder.File("model", "onnx", "model.onnx"), "weights");
        File.WriteAllText(folder.File("model", "notes.txt"), "not the model's");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Only_the_named_files_become_a_version_that_no_run_owns()
    {
        var (version, isNew) = await import.ImportAsync(Name, Model(), CancellationToken.None);

        Assert.True(isNew);
        Assert.Equal(["onnx/model.onnx", "tokenizer.json"], version.Card.Files.Select(file => file.Path));
        Assert.Equal((1, ModelTask.SentenceSimilarity, "textops models import"), (version.Card.Version, version.Card.Task, $"{version.Card.Owner.Namespace} {version.Card.Owner.Name}"));
        await registry.VerifyAsync(version, CancellationToken.None);
        Assert.Equivalent(version, await registry.ResolveAsync(Name, reference: null, CancellationToken.None), strict: true);
    }

    [Fact]
    public async Task Equal_files_are_one_version_and_changed_ones_the_next()
    {
        var (first, _) = await import.ImportAsync(Name, Model(), CancellationToken.None);
        File.WriteAllText(folder.File("model", "notes.txt"), "changed");
        var (again, isNew) = await import.ImportAsync(Name, Model(), CancellationToken.None);
        Assert.False(isNew);
        Assert.Equal(first.Digest, again.Digest);

        File.WriteAllText(folder.File("model", "tokenizer.json"), "more words");
        var (second, isNext) = await import.ImportAsync(Name, Model(), CancellationToken.None);
        Assert.Equal((2, true), (second.Card.Version, isNext));

        File.WriteAllText(folder.File("model", "tokenizer.json"), "words");
        Assert.Equal(1, (await import.ImportAsync(Name, Model(), CancellationToken.None)).Version.Card.Version);
        Assert.Equal(1, (await import.ImportAsync("another-name", Model(), CancellationToken.None)).Version.Card.Version);
    }

    [Fact]
    public async Task Metrics_make_a_version_once_because_a_card_never_changes()
    {
        await import.ImportAsync(Name, Model(), CancellationToken.None);
        var (judged, isNew) = await import.ImportAsync(Name, Model("pairs.jsonl"), CancellationToken.None);
        Assert.Equal((2, true), (judged.Card.Version, isNew));
        Assert.Equal(0.8, judged.Card.Evaluation.Metrics[MetricNames.CosineSpearman]);

        Assert.Equal((2, false), Number(await import.ImportAsync(Name, Model("pairs.jsonl"), CancellationToken.None)));
        Assert.Equal((2, false), Number(await import.ImportAsync(Name, Model(), CancellationToken.None)));
        Assert.Equal((3, true), Number(await import.ImportAsync(Name, Model("others.jsonl"), CancellationToken.None)));

        static (int, bool) Number((RegisteredModel Version, bool IsNew) imported) => (imported.Version.Card.Version, imported.IsNew);
    }

    [Fact]
    public async Task Imports_of_one_folder_at_once_end_with_one_version()
    {
        var imported = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => new ModelImport(registry, TimeProvider.System).ImportAsync(Name, Model(), CancellationToken.None))));

        Assert.Single(imported.Select(result => result.Version.Digest).Distinct(StringComparer.Ordinal));
        Assert.Single(await registry.ListVersionsAsync(Name, CancellationToken.None), version => version.Committed);
    }

    [Fact]
    public async Task A_version_that_a_run_trained_stays_the_run_s()
    {
        await registry.CommitAsync("run-1");
        var (imported, _) = await import.ImportAsync(Models.Name, Model(), CancellationToken.None);

        Assert.Equal(2, imported.Card.Version);
        Assert.Equal(1, (await registry.ReadNewestAsync(Models.Name, Models.Owner, CancellationToken.None))!.Card.Version);
    }

    private ImportedModel Model(string? examples = null) => new()
    {
        Folder = folder.File("model"),
        Files = ["tokenizer.json", "onnx/model.onnx"],
        Task = ModelTask.SentenceSimilarity,
        Signature = new ModelSignature { TextField = "text", Dimensions = 256, MaxTokens = 512 },
        Evaluation = new ModelEvaluation
        {
            Objective = MetricNames.CosineSpearman,
            Metrics = examples is null ? new Dictionary<string, double>() : new Dictionary<string, double> { [MetricNames.CosineSpearman] = 0.8 },
            Examples = examples is null ? null : new EvaluationExamples { File = examples, Sha256 = new string(examples[0], 64), Rows = 3 },
        },
    };
}
