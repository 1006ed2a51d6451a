using System.Text.Json;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Training;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Tasks;
using TextOps.Runner.Text;
using TextOps.Runner.Workspaces;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Prepare;

public sealed class PrepareVerbTests : IDisposable
{
    private readonly TrainingFolder run = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Progress_comes_to_its_end_without_a_validation_split()
    {
        run.WriteReviews(60);
        run.Task = run.Task with { Candidates = [TrainingFolder.Linear], Dataset = run.Task.Dataset with { Split = new DatasetSplit { ValidationFraction = "0" } } };
        await run.PrepareAsync();
        var progress = run.Progress.Snapshot();
        Assert.Equal(("FittingFeatures", 4L, 4L), (progress.Phase, progress.Done, progress.Total));
    }

    [Fact]
    public async Task A_workspace_holds_all_that_trials_need()
    {
        run.WriteReviews(200, change: (row, review) => review["rating"] = row == 3 ? null : review["rating"]!.DeepClone());
        var result = await run.PrepareAsync();
        Assert.False(result.UpToDate);
        Assert.Equal((199, 1, 139, 20, 40, 2), (result.Rows, result.Rejected, result.Train, result.Validation, result.Test, result.Labels));
        var prepared = (await run.PreparedAsync(result))!;
        Assert.Equal(["negative", "positive"], prepared.Labels);
        Assert.Equal([("words", true), ("numbers", false)], prepared.Blocks.Select(block => (block.Name, block.Sparse)));
        Assert.Equal(result.Columns, prepared.Blocks.Sum(block => block.Columns));
        Assert.Equal(3, prepared.Blocks[1].Columns);

        using var scratch = new ScratchFolder();
        await new TrainingWorkspace(run.Store, result.Workspace).DownloadAsync(prepared.Files, below: "", scratch.Path, Cancel);
        var train = await SplitFiles.ReadAsync(scratch.Path, prepared.Blocks, "train", Cancel);
        Assert.Equal((139, prepared.Blocks[0].Columns, 3), (train.Rows, train.SparseColumns, train.DenseColumns));
        Assert.Equal(139, (await SplitFiles.ReadNumbersAsync(scratch.Path, "labels-train.npy", Cancel)).Length);
        Assert.Equal(prepared.Labels.Select(label => prepared.TrainLabels[label]), Enumerable.Range(0, 2).Select(label =>
            SplitFiles.ReadNumbersAsync(scratch.Path, "labels-train.npy", Cancel).Result.LongCount(one => one == label)));
        Assert.Equal(40, File.ReadLines(scratch.File("test.jsonl")).Count());
        Assert.True(File.Exists(scratch.File("pipeline/featurizer.json")));

        var contract = (await run.ReadAsync<ContractReport>(result, WorkspaceLayout.ContractFile))!;
        Assert.Equal((200, 199), (contract.Rows, contract.Kept));
        var violation = JsonSerializer.Deserialize<ContractViolation>(Assert.Single(File.ReadLines(run.WorkspaceFile(result, "violations.jsonl"))), Json.Strict)!;
        Assert.Equal(("MissingLabel", 4L, "r3", "rating"), (violation.Reason, violation.Line, violation.Id, violation.Field));
        Assert.Equal(result.Report, FileUri.FromPath(run.WorkspaceFile(result, "contract.json")));
    }

    [Fact]
    public async Task A_second_attempt_answers_as_the_first_and_mends_what_was_lost()
    {
        run.WriteReviews(60);
        var first = await run.PrepareAsync();
        var written = File.GetLastWriteTimeUtc(run.WorkspaceFile(first, "prepared.json"));
        Assert.Equal(first, await run.PrepareAsync());
        Assert.Equal(written, File.GetLastWriteTimeUtc(run.WorkspaceFile(first, "prepared.json")));

        var lost = run.WorkspaceFile(first, "features/words/train.values.npy");
        var content = File.ReadAllBytes(lost);
        File.Delete(lost);
        Assert.Equal(first, await run.PrepareAsync());
        Assert.Equal(content, File.ReadAllBytes(lost));
    }

    [Fact]
    public async Task Only_what_decides_the_result_is_in_the_fingerprint()
    {
        run.WriteReviews(60);
        var first = await FingerprintAsync();
        run.Task = run.Task with { RunId = "00000000000000b2", Trigger = "rerun", Alias = null, Search = run.Task.Search with { ParallelTrials = 9, MaxFailedTrials = 0, TrialsPerJob = 3 } };
        Assert.Equal(first, await FingerprintAsync());
        File.Copy(run.Data, Directory.CreateDirectory(run.File("elsewhere")).FullName + "/reviews.jsonl");
        run.Task = run.Task with { Dataset = run.Task.Dataset with { Source = new DatasetSource { Uri = FileUri.FromPath(run.File("elsewhere", "reviews.jsonl")) } } };
        Assert.Equal(first, await FingerprintAsync());
        var others = new List<PrepareTask>
        {
            run.Task with { Search = run.Task.Search with { Seed = 8 } },
            run.Task with { Candidates = [TrainingFolder.Linear] },
            run.Task with { Evaluation = new Evaluation() },
            run.Task with { Dataset = run.Task.Dataset with { Split = new DatasetSplit { Seed = 1 } } },
            run.Task with { Features = [run.Task.Features[1], run.Task.Features[0]] },
        };
        var fingerprints = new HashSet<string> { first };
        foreach (var other in others)
        {
            run.Task = other;
            Assert.True(fingerprints.Add(await FingerprintAsync()));
        }

        async Task<string> FingerprintAsync() => (await run.PreparedAsync(await run.PrepareAsync()))!.Fingerprint;
    }

    [Fact]
    public async Task A_refused_dataset_leaves_its_report()
    {
        run.WriteReviews(60);
        run.Task = run.Task with { Dataset = run.Task.Dataset with { Labels = new DatasetLabels { Allowed = ["positive"] } } };
        var refused = await Assert.ThrowsAsync<InputException>(() => run.PrepareAsync());
        Assert.StartsWith(
            $"30 of 60 rows are left out (LabelNotAllowed 30), more than spec.dataset.validation.maxRejectedFraction (0.1) allows; the first is {FileUri.FromPath(run.Data)}, line 2: LabelNotAllowed in 'rating', 'negative'; "
            + "mend the rows, or change spec.dataset. The report is file:///", refused.Message);
        var report = FileUri.ToPath(refused.Message.Split(' ')[^1]);
        Assert.True(File.Exists(report));
        Assert.Equal(30, File.ReadLines(report.Replace("contract.json", "violations.jsonl", StringComparison.Ordinal)).Count());
        Assert.False(File.Exists(report.Replace("contract.json", "prepared.json", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("an empty file", "spec.dataset.source.uri {0} is empty (1 file, 0 bytes); put texts there, or correct the URI")]
    [InlineData("no file", "spec.dataset.source.uri {0} does not exist; correct the path, or mount the volume that holds it into the runner")]
    [InlineData("one file for two splits", "{0} belongs to the train and the test split; name files of its own for each of spec.dataset.source.uri, spec.dataset.split.validationUri and spec.dataset.split.testUri")]
    public async Task Files_that_cannot_be_a_dataset_are_refused(string narrative, string message)
    {
        if (narrative != "no file")
        {
            File.WriteAllText(run.Data, narrative == "an empty file" ? "" : "{}\n");
        }

        var uri = FileUri.FromPath(run.Data);
        run.Task = narrative == "one file for two splits"
            ? run.Task with { Dataset = run.Task.Dataset with { Split = new DatasetSplit { Method = SplitMethod.Given, TestUri = uri } } }
            : run.Task;
        Assert.Equal(string.Format(message, uri), (await Assert.ThrowsAsync<InputException>(() => run.PrepareAsync())).Message);
    }

    [Fact]
    public async Task A_metric_of_a_label_that_there_is_not_is_refused()
    {
        run.WriteReviews(60);
        run.Task = run.Task with { Search = run.Task.Search with { Objective = new Objective { Metric = "recall[good]" } } };
        Assert.Equal(
            "spec.search.objective.metric (recall[good]) names a label that no row has; the labels are 'negative', 'positive'",
            (await Assert.ThrowsAsync<TaskRefusedException>(() => run.PrepareAsync())).Message);
    }

    [Fact]
    public async Task Vectors_need_a_model_or_a_dataset_that_has_them()
    {
        run.WriteReviews(60);
        run.Task = run.Task with { Features = [new FeatureBlock { Name = "meaning", Embedding = new EmbeddingFeatures() }] };
        Assert.Equal(
            "spec.features[meaning].embedding.model is not given, and the dataset has no vectors; give a model, or take spec.dataset.embeddings in place of spec.dataset.source",
            (await Assert.ThrowsAsync<TaskRefusedException>(() => run.PrepareAsync())).Message);
    }

    [Fact]
    public async Task Chunks_of_an_EmbeddingJob_are_rows_and_their_documents_stay_together()
    {
        using var job = new JobFolder();
        job.Task = job.Task with { Chunking = new Chunking { Size = 60, Overlap = 0 }, Source = job.Task.Source with { MetadataFields = ["label", "price"] } };
        job.WriteCorpus(Enumerable.Range(0, 80).Select(row => string.Join(' ', Enumerable.Range(0, 3).Select(word => $"Sentence {word} of ticket {row} is about invoice {(word + row) * 7919}."))));
        await job.RunAsync();
        run.Task = run.Task with
        {
            Dataset = new Dataset { Embeddings = new DatasetEmbeddings { Job = "tickets" }, Split = new DatasetSplit { TestFraction = "0.3" } },
            Embeddings = new EmbeddingsVersion { Uri = job.Task.Output.Uri, Name = JobFolder.OutputName, Version = 1 },
            Features = [new FeatureBlock { Name = "meaning", Embedding = new EmbeddingFeatures() }],
            Candidates = [TrainingFolder.Linear],
        };
        var result = await run.PrepareAsync();
        var prepared = (await run.PreparedAsync(result))!;
        Assert.Equal(["l0", "l1", "l2"], prepared.Labels);
        Assert.Equal(256, prepared.Blocks[0].Columns);
        Assert.True(result.Rows > 160);
        var test = File.ReadLines(run.WorkspaceFile(result, "test.jsonl")).Select(line => JsonSerializer.Deserialize<TestRow>(line, Json.Strict)!).ToList();
        Assert.Equal(result.Test, test.Count);
        Assert.Contains("\"embedding\"", File.ReadAllText(run.WorkspaceFile(result, "pipeline/featurizer.json")), StringComparison.Ordinal);

        await run.FitAsync(result, new Trial { Number = 0, Candidate = TrainingFolder.Linear });
        run.Task = run.Task with { Evaluation = new Evaluation { BootstrapSamples = 0 } };
        Assert.Equal(1, (await run.EvaluateAsync(result)).Version!.Version);

        run.Task = run.Task with { Dataset = run.Task.Dataset with { LabelField = "rating" } };
        Assert.Equal(
            $"{FileUri.FromPath(job.VersionFile(1))} has no metadata field 'rating' (spec.dataset.labelField); its chunks have 'label'; "
            + "add it to spec.source.metadataFields of the EmbeddingJob, or correct spec.dataset.labelField",
            (await Assert.ThrowsAsync<InputException>(() => run.PrepareAsync())).Message);
    }

    [Fact]
    public async Task A_workspace_goes_though_nothing_was_learned_since()
    {
        run.WriteReviews(60);
        run.Task = run.Task with { Evaluation = new Evaluation { BootstrapSamples = 0 } };
        var prepared = await run.PrepareAsync();
        await run.RunAsync();
        foreach (var file in Directory.EnumerateFiles(run.WorkspaceFile(prepared, ""), "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
        }

        run.Task = run.Task with { RunId = "00000000000000b2" };
        Assert.True((await run.PrepareAsync()).UpToDate);
        Assert.False(File.Exists(run.WorkspaceFile(prepared, "test.jsonl")));
    }

    [Fact]
    public async Task Objects_with_equal_specs_that_register_one_model_have_workspaces_of_their_own()
    {
        run.WriteReviews(60);
        var first = await run.PrepareAsync();
        run.Task = run.Task with { Owner = run.Task.Owner with { Name = "twin" } };
        var second = await run.PrepareAsync();

        Assert.NotEqual(first.Workspace, second.Workspace);
        Assert.Equal(run.Task.Owner, (await run.PreparedAsync(second))!.Owner);
        await run.TrainAsync(second, new Trial { Number = 0, Candidate = run.Task.Candidates[0] });
    }

    [Fact]
    public async Task Workspaces_that_are_idle_for_a_day_go()
    {
        run.WriteReviews(60);
        var first = await run.PrepareAsync();
        run.Task = run.Task with { RunId = "00000000000000b2", Owner = new TaskOwner { Namespace = "default", Name = "other" } };
        var others = await run.PrepareAsync();
        run.Task = run.Task with { RunId = "00000000000000b3", Owner = new TaskOwner { Namespace = "default", Name = "sentiment" } };
        var second = await run.PrepareAsync();
        Assert.True(File.Exists(run.WorkspaceFile(first, "prepared.json")));

        var later = new ManualTime();
        later.Move((DateTimeOffset.UtcNow.AddHours(25) - DateTimeOffset.UnixEpoch).TotalSeconds);
        run.Time = later;
        run.Task = run.Task with { RunId = "00000000000000b4" };
        await run.PrepareAsync();
        Assert.False(Directory.Exists(run.WorkspaceFile(first, "features")));
        Assert.False(File.Exists(run.WorkspaceFile(second, "owner.json")));
        Assert.True(File.Exists(run.WorkspaceFile(others, "prepared.json")));
    }
}
