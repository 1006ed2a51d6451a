using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Training;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Features;
using TextOps.Learning.Models;
using TextOps.Runner.Tasks;
using TextOps.Runner.Workspaces;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Evaluate;

public sealed class EvaluateVerbTests : IDisposable
{
    private readonly TrainingFolder run = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task A_model_that_passes_its_gates_is_registered_with_all_that_belongs_to_it()
    {
        run.WriteReviews(300);
        var prepared = await run.PrepareAsync();
        var trials = await run.TrainAsync(prepared, new Trial { Number = 0, Candidate = run.Task.Candidates[0] }, new Trial { Number = 1, Candidate = run.Task.Candidates[1] });
        await run.FitAsync(prepared, new Trial { Number = 0, Candidate = run.Task.Candidates[0] });
        var result = await run.EvaluateAsync(prepared);

        Assert.Equal((1, "linear"), (result.Version!.Version, result.Version.Candidate));
        Assert.Equal((result.Value, result.Value), (result.Accuracy, result.Version.Value));
        Assert.Equal(("good-enough", "at least 0.8", true), (result.Gates[0].Name, result.Gates[0].Bound, result.Gates[0].Passed));
        var model = await run.Registry.ResolveAsync(TrainingFolder.Model, "staging", Cancel);
        Assert.Equal(result.Version.Digest, model.Digest);
        await run.Registry.VerifyAsync(model, Cancel);
        var card = model.Card;
        Assert.Equal(["contract.json", "featurizer.json", "model.onnx", "report.html"], card.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.Equal((run.Task.RunId, 2, 0, 7), (card.RunId, card.Lineage!.Trials, card.Lineage.FailedTrials, card.Lineage.Seed));
        Assert.Equal(("reviewText", "price"), (card.Signature.TextField, Assert.Single(card.Signature.Fields).Name));
        Assert.Equal([DerivedNumber.TextLength, DerivedNumber.WordCount], card.Signature.Derived);
        Assert.Equal((210, 30, 60), (card.Lineage!.Rows["train"], card.Lineage.Rows["validation"], card.Lineage.Rows["test"]));
        Assert.Equal(60, card.Evaluation.ConfusionMatrix.Sum(row => row.Sum()));
        Assert.Equal(card.Files.Where(file => file.Path is "featurizer.json" or "model.onnx").Sum(file => file.Bytes), card.Evaluation.Metrics[MetricNames.ModelBytes]);
        Assert.InRange(card.Evaluation.Metrics[MetricNames.LatencyP50], 0.0001, card.Evaluation.Metrics[MetricNames.LatencyP95]);
        Assert.InRange(card.Evaluation.Metrics[MetricNames.Accuracy], card.Evaluation.Intervals[MetricNames.Accuracy][0], card.Evaluation.Intervals[MetricNames.Accuracy][1]);
        Assert.NotNull(trials.Trials[0].Value);

        // It is served as it was judged.
        using var scratch = new ScratchFolder();
        await run.Registry.DownloadAsync(model, scratch.File("served"), Cancel);
        using var served = ClassifierModel.Load(scratch.File("served"), threads: 1);
        var texts = new[] { "lovely", "dull" }.Select(word => new TextRow { Text = $"the plot is {word}, the prose is {word}, the ending is {word}, the hero is {word}, the pace is {word}, number 7." });
        var probabilities = served.PredictProbabilities([.. texts], Cancel);
        Assert.Equal(["negative", "positive"], served.Labels);
        Assert.True(probabilities[1] > 0.5 && probabilities[3] < 0.5);
        var report = File.ReadAllText(scratch.File("served/report.html"));
        Assert.Contains("good-enough", report, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gate_that_does_not_hold_keeps_the_model_out_of_the_registry()
    {
        run.WriteReviews(100);
        run.Task = run.Task with { Evaluation = new Evaluation { BootstrapSamples = 0, Gates = [new Gate { Name = "small", Metric = MetricNames.ModelBytes, AtMost = "10" }, new Gate { Name = "any", Metric = MetricNames.Accuracy, AtLeast = "0" }] } };
        var result = await run.RunAsync();
        Assert.Null(result.Version);
        Assert.Equal([("small", false), ("any", true)], result.Gates.Select(gate => (gate.Name, gate.Passed)));
        Assert.True(File.Exists(FileUri.ToPath(result.Report)));
        Assert.Empty(await run.Registry.ListVersionsAsync(TrainingFolder.Model, Cancel));
        Assert.Null(await run.Registry.Aliases.ReadAsync(TrainingFolder.Model, "staging", Cancel));
    }

    [Fact]
    public async Task Asked_again_it_answers_with_the_version_and_sets_what_a_kill_left_undone()
    {
        run.WriteReviews(100);
        var first = await run.RunAsync();
        var workspace = (await run.Registry.ReadAsync(TrainingFolder.Model, 1, Cancel))!.Card;
        await run.Registry.Aliases.TryRemoveAsync(TrainingFolder.Model, "staging", AliasExpectation.Any, Cancel);
        var prepared = new PrepareResult
        {
            UpToDate = false, Workspace = WorkspaceLayout.FolderOf(TrainingFolder.Model, run.Task.Owner, run.Task.RunId, workspace.Fingerprint), Report = "", Rows = 0, Rejected = 0, Train = 0, Validation = 0, Test = 0, Labels = 0, Columns = 0,
        };
        var again = await run.EvaluateAsync(prepared);
        Assert.Equal(first with { Gates = [] }, again with { Gates = [] });
        Assert.Equal(first.Gates, again.Gates);
        Assert.Equal(1, (await run.Registry.Aliases.ReadAsync(TrainingFolder.Model, "staging", Cancel))!.Version);
        Assert.Single(await run.Registry.ListVersionsAsync(TrainingFolder.Model, Cancel));
    }

    [Fact]
    public async Task A_registration_that_was_broken_off_is_gone_on_with()
    {
        run.WriteReviews(100);
        var prepared = await run.PrepareAsync();
        await run.FitAsync(prepared, new Trial { Number = 0, Candidate = TrainingFolder.Linear });
        var fingerprint = (await run.PreparedAsync(prepared))!.Fingerprint;
        var claimed = await run.Registry.RegisterAsync(TrainingFolder.Model, run.Task.Owner, run.Task.RunId, fingerprint, DateTimeOffset.UtcNow, Cancel);
        await claimed.PutFileAsync("report.html", (stream, cancel) => stream.WriteAsync("half"u8.ToArray(), cancel).AsTask(), Cancel);
        var result = await run.EvaluateAsync(prepared);
        Assert.Equal(1, result.Version!.Version);
        await run.Registry.VerifyAsync((await run.Registry.ReadAsync(TrainingFolder.Model, 1, Cancel))!, Cancel);
    }

    [Fact]
    public async Task The_same_data_and_settings_are_up_to_date_and_other_data_makes_the_next_version()
    {
        run.WriteReviews(100);
        var first = await run.RunAsync();
        await run.Registry.Aliases.TryRemoveAsync(TrainingFolder.Model, "staging", AliasExpectation.Any, Cancel);
        run.Task = run.Task with { RunId = "00000000000000b2" };
        var upToDate = await run.PrepareAsync();
        Assert.True(upToDate.UpToDate);
        Assert.Equal(first.Version, upToDate.Version);
        Assert.Equal((100, 0, 70, 10, 20, 2), (upToDate.Rows, upToDate.Rejected, upToDate.Train, upToDate.Validation, upToDate.Test, upToDate.Labels));
        Assert.True(File.Exists(FileUri.ToPath(upToDate.Report)));
        Assert.Equal(1, (await run.Registry.Aliases.ReadAsync(TrainingFolder.Model, "staging", Cancel))!.Version);

        run.WriteReviews(110);
        Assert.Equal(2, (await run.RunAsync(keepVersions: 1)).Version!.Version);
        Assert.Equal([2], (await run.Registry.ListVersionsAsync(TrainingFolder.Model, Cancel)).Where(version => version.Committed).Select(version => version.Version));
        Assert.Equal(2, (await run.Registry.Aliases.ReadAsync(TrainingFolder.Model, "staging", Cancel))!.Version);
    }

    [Fact]
    public async Task Equal_runs_give_equal_bytes()
    {
        run.WriteReviews(120);
        await run.RunAsync();
        using var other = new TrainingFolder();
        other.WriteReviews(120);
        other.Task = other.Task with { RunId = "00000000000000c1" };
        await other.RunAsync();
        foreach (var file in (string[])["model.onnx", "featurizer.json", "contract.json"])
        {
            Assert.Equal(File.ReadAllBytes(run.File("store", "models", "reviews", "v000001", file)), File.ReadAllBytes(other.File("store", "models", "reviews", "v000001", file)));
        }
    }

    [Fact]
    public async Task A_relative_gate_scores_the_other_version_on_the_same_rows()
    {
        var relative = new Gate { Name = "no-worse", Metric = MetricNames.Accuracy, RelativeTo = new GateReference { Alias = "staging", MaxDrop = "0.02" } };
        run.WriteReviews(200);
        run.Task = run.Task with { Evaluation = new Evaluation { BootstrapSamples = 0, Gates = [relative] } };
        var first = await run.RunAsync();
        Assert.Equal(("alias staging names no version", true), (first.Gates[0].Bound, first.Gates[0].Passed));

        // A model that sees lengths only is worse than the one that sees words.
        run.Task = run.Task with { RunId = "00000000000000b2", Candidates = [run.Task.Candidates[1]] };
        var second = await run.RunAsync();
        Assert.Null(second.Version);
        Assert.StartsWith($"at least {first.Accuracy - 0.02:G6} (staging {first.Accuracy:G6} less 0.02)", second.Gates[0].Bound);
        Assert.False(second.Gates[0].Passed);
        Assert.Empty(await run.Registry.Pins.ListAsync(TrainingFolder.Model, Cancel));

        // Other labels cannot be compared.
        run.WriteReviews(200, change: (row, review) => review["rating"] = row % 2 == 0 ? "good" : "bad");
        run.Task = run.Task with { RunId = "00000000000000b3" };
        var third = await run.RunAsync();
        Assert.Equal(("comparable with staging: version 1 has other labels: 'negative', 'positive'", false), (third.Gates[0].Bound, third.Gates[0].Passed));

        // Nor a version that is damaged.
        File.WriteAllText(run.File("store", "models", "reviews", "v000001", "featurizer.json"), "{}");
        run.Task = run.Task with { RunId = "00000000000000b4" };
        var fourth = await run.RunAsync();
        Assert.StartsWith("comparable with staging: file:///", fourth.Gates[0].Bound);
        Assert.Null(fourth.Version);
    }

    [Fact]
    public async Task A_relative_gate_fails_where_the_other_version_needs_numbers_that_the_rows_do_not_have()
    {
        run.WriteReviews(200);
        await run.RunAsync();
        run.Task = run.Task with
        {
            RunId = "00000000000000b2",
            Dataset = run.Task.Dataset with { Fields = null },
            Features = [run.Task.Features[0]],
            Candidates = [TrainingFolder.Linear],
            Evaluation = new Evaluation { BootstrapSamples = 0, Gates = [new Gate { Name = "no-worse", Metric = MetricNames.Accuracy, RelativeTo = new GateReference { Alias = "staging", MaxDrop = "1" } }] },
        };
        var gate = Assert.Single((await run.RunAsync()).Gates);
        Assert.Equal(("comparable with staging: version 1 needs 'price', which spec.dataset.fields does not name", false), (gate.Bound, gate.Passed));
    }

    [Fact]
    public async Task A_relative_gate_fails_where_the_other_version_gives_no_numbers()
    {
        run.WriteReviews(200);
        await run.RunAsync();
        Break("v000001", featurizer =>
        {
            var words = featurizer["blocks"]![0]!["tfidf"]!;
            words["settings"]!["norm"] = "none";
            words["idf"] = new JsonArray([.. words["idf"]!.AsArray().Select(_ => JsonValue.Create(1e300))]);
        });
        run.Task = run.Task with
        {
            RunId = "00000000000000b2",
            Evaluation = new Evaluation { BootstrapSamples = 0, Gates = [new Gate { Name = "no-worse", Metric = MetricNames.Accuracy, RelativeTo = new GateReference { Alias = "staging" } }] },
        };
        var gate = Assert.Single((await run.RunAsync()).Gates);
        Assert.Equal(("comparable with staging: version 1 gives probabilities that are not finite", false), (gate.Bound, gate.Passed));
    }

    [Fact]
    public async Task A_relative_gate_fails_where_the_other_version_is_no_classifier()
    {
        run.WriteReviews(60);
        var imported = new ImportedModel
        {
            Folder = Repository.File("models", "minilm-static-256"),
            Files = ["config.json"],
            Task = ModelTask.SentenceSimilarity,
            Signature = new ModelSignature { TextField = "text", Dimensions = 256, MaxTokens = 512 },
            Evaluation = new ModelEvaluation { Objective = MetricNames.CosineSpearman, Metrics = new Dictionary<string, double>() },
        };
        var (other, _) = await new ModelImport(run.Registry, TimeProvider.System).ImportAsync(TrainingFolder.Model, imported, Cancel);
        await run.Registry.Aliases.TrySetAsync(other, "staging", AliasExpectation.Any, DateTimeOffset.UtcNow, Cancel);
        run.Task = run.Task with
        {
            Evaluation = new Evaluation { BootstrapSamples = 0, Gates = [new Gate { Name = "no-worse", Metric = MetricNames.Accuracy, RelativeTo = new GateReference { Alias = "staging" } }] },
        };
        var gate = Assert.Single((await run.RunAsync()).Gates);
        Assert.Equal(("comparable with staging: version 1 is no classifier, but a model for sentence-similarity", false), (gate.Bound, gate.Passed));
    }

    [Fact]
    public async Task A_spec_that_is_put_back_gets_its_version_and_its_alias_back()
    {
        run.WriteReviews(100);
        var first = run.Task;
        await run.RunAsync();
        run.Task = first with { RunId = "00000000000000b2", Search = first.Search with { Seed = 8 } };
        Assert.Equal(2, (await run.RunAsync()).Version!.Version);

        // The same spec and trigger are the same run.
        run.Task = first;
        Assert.Equal(1, (await run.RunAsync()).Version!.Version);
        Assert.Equal(1, (await run.Registry.Aliases.ReadAsync(TrainingFolder.Model, "staging", Cancel))!.Version);
    }

    [Fact]
    public async Task Another_order_of_labels_is_no_other_model()
    {
        run.WriteReviews(200);
        var first = await run.RunAsync();
        run.Task = run.Task with
        {
            RunId = "00000000000000b2",
            Dataset = run.Task.Dataset with { Labels = new DatasetLabels { Allowed = ["positive", "negative"] } },
            Evaluation = new Evaluation { BootstrapSamples = 0, Gates = [new Gate { Name = "same", Metric = MetricNames.LogLoss, RelativeTo = new GateReference { Alias = "staging", MaxDrop = "0.001" } }] },
        };
        var second = await run.RunAsync();
        Assert.Equal((2, first.Accuracy), (second.Version!.Version, second.Accuracy));
    }

    [Fact]
    public async Task Only_the_trial_that_was_fitted_is_evaluated()
    {
        run.WriteReviews(60);
        var prepared = await run.PrepareAsync();
        Assert.Contains("fitted.json does not exist; run the train task with fit first", (await Assert.ThrowsAsync<TaskRefusedException>(() => run.EvaluateAsync(prepared))).Message, StringComparison.Ordinal);
        await run.FitAsync(prepared, new Trial { Number = 3, Candidate = TrainingFolder.Linear });
        Assert.Equal(
            "best (0) is not the trial that was fitted (3); run the train task with fit on trial 0 first",
            (await Assert.ThrowsAsync<TaskRefusedException>(() => run.EvaluateAsync(prepared))).Message);
    }

    [Fact]
    public async Task A_result_with_many_gates_fits_into_a_termination_message()
    {
        run.WriteReviews(60, change: (row, review) => review["rating"] = new string(row % 2 == 0 ? 'a' : 'b', 250));
        var metric = $"recall[{new string('a', 250)}]";
        run.Task = run.Task with
        {
            Evaluation = new Evaluation { BootstrapSamples = 0, Gates = [.. Enumerable.Range(0, 16).Select(number => new Gate { Name = $"{new string('g', 60)}{number}", Metric = metric, AtLeast = "0.5" })] },
        };
        var result = await run.RunAsync();
        var bytes = ResultDocument.Serialize(new TaskResult { Evaluate = result });
        Assert.InRange(bytes.Length, 1000, TaskResult.MaxBytes);
        Assert.Equal(16, JsonSerializer.Deserialize<TaskResult>(bytes, Crds.Json.Strict)!.Evaluate!.Gates.Count);
    }

    /// <summary>Changes the featurizer of a registered version, so that card and alias say it is whole.</summary>
    private void Break(string version, Action<JsonNode> change)
    {
        var (folder, alias) = (run.File("store", "models", "reviews", version), run.File("store", "models", "reviews", "aliases", "staging.json"));
        var featurizer = JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, "featurizer.json")))!;
        change(featurizer);
        File.WriteAllText(Path.Combine(folder, "featurizer.json"), featurizer.ToJsonString());
        var card = JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, "model.json")))!;
        var file = card["files"]!.AsArray().Single(file => (string?)file!["path"] == "featurizer.json")!;
        (file["bytes"], file["sha256"]) = (new FileInfo(Path.Combine(folder, "featurizer.json")).Length, Digest(Path.Combine(folder, "featurizer.json")));
        File.WriteAllText(Path.Combine(folder, "model.json"), card.ToJsonString());
        var named = JsonNode.Parse(File.ReadAllBytes(alias))!;
        named["digest"] = $"sha256:{Digest(Path.Combine(folder, "model.json"))}";
        File.WriteAllText(alias, named.ToJsonString());
    }

    private static string Digest(string path) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));
}
