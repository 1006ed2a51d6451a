using TextOps.Artifacts.Stores;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Tasks;
using TextOps.Onnx.Embeddings;
using TextOps.Runner.Tasks;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Plan;

public sealed class PlanVerbTests : IDisposable
{
    private readonly JobFolder job = new();

    public PlanVerbTests() => job.WriteCorpus(JobFolder.MixedTexts(100));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => job.Dispose();

    [Fact]
    public async Task Pins_inputs_and_model_and_cuts_shards()
    {
        job.Task = job.Task with { Shards = 3 };
        var result = await job.PlanAsync();
        Assert.Equal((false, 1, 3, 1), (result.UpToDate, result.Version, result.Shards, result.Inputs));
        Assert.Equal(new FileInfo(job.Corpus).Length, result.InputBytes);
        Assert.EndsWith("/embeddings/default.tickets/v000001", result.Output, StringComparison.Ordinal);

        var plan = await job.Versions.ReadPlanAsync(1, Cancel);
        Assert.NotNull(plan);
        Assert.Equal((256, 512), (plan.Model.Dimensions, plan.Model.MaxTokens));
        Assert.Contains("model.onnx", plan.Model.Files);
        Assert.Contains("tokenizer.json", plan.Model.Files);
        Assert.Equal(64, Assert.Single(plan.Inputs).ETag.Length);
        Assert.Equal(result.InputBytes, plan.Shards.SelectMany(shard => shard.Ranges).Sum(range => range.Bytes));
    }

    [Fact]
    public async Task The_same_run_continues_its_plan()
    {
        var first = await job.PlanAsync();
        Assert.Equal(first, await job.PlanAsync());
    }

    [Fact]
    public async Task The_same_run_takes_the_next_version_when_its_input_has_changed_in_the_meantime()
    {
        await job.PlanAsync();
        File.AppendAllText(job.Corpus, "{\"id\":\"new\",\"text\":\"One more ticket.\"}\n");
        Assert.Equal(2, (await job.PlanAsync()).Version);
    }

    [Fact]
    public async Task Another_run_leaves_an_unfinished_version_alone()
    {
        await job.PlanAsync();
        job.Task = job.Task with { RunId = "00000000000000b2" };
        Assert.Equal(2, (await job.PlanAsync()).Version);
    }

    [Fact]
    public async Task Equal_content_is_up_to_date_whatever_run_asks()
    {
        var committed = await job.RunAsync();
        job.Task = job.Task with { RunId = "00000000000000b2", Trigger = "rerun:now" };
        var result = await job.PlanAsync();
        Assert.Equal((true, 1, committed.Rows, committed.Chunks, committed.Rejected), (result.UpToDate, result.Version, result.Rows, result.Chunks, result.Rejected));
        Assert.Equal(committed.Output, result.Output);
        Assert.Single(await job.Versions.ListVersionsAsync(Cancel));
    }

    [Fact]
    public async Task A_corpus_and_a_model_that_were_moved_are_still_the_same()
    {
        await job.RunAsync();
        var (corpus, model) = (job.File("elsewhere", "corpus.jsonl"), job.File("model"));
        Directory.CreateDirectory(job.File("elsewhere"));
        File.Move(job.Corpus, corpus);
        Copy(JobFolder.ModelPath, model);
        job.Task = job.Task with
        {
            RunId = "00000000000000b2",
            Source = job.Task.Source with { Uri = FileUri.FromPath(corpus) },
            Model = job.Task.Model with { Uri = FileUri.FromPath(model) },
        };
        Assert.True((await job.PlanAsync()).UpToDate);
    }

    public static TheoryData<string, Func<PlanTask, PlanTask>> Changes => new()
    {
        { "chunking", task => task with { Chunking = task.Chunking with { Size = 100, Overlap = 10 } } },
        { "validation", task => task with { Validation = task.Validation with { MinLength = 5 } } },
        { "format", task => task with { Format = EmbeddingFormat.Npy } },
        { "shards", task => task with { Shards = 2 } },
        { "model setting", task => task with { Model = task.Model with { MaxTokens = 128 } } },
        { "text field", task => task with { Source = task.Source with { TextField = "label" } } },
        { "metadata", task => task with { Source = task.Source with { MetadataFields = null } } },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_changed_setting_makes_the_next_version(string narrative, Func<PlanTask, PlanTask> change)
    {
        await job.RunAsync();
        job.Task = change(job.Task) with { RunId = "00000000000000b2" };
        var result = await job.PlanAsync();
        Assert.True(result is { UpToDate: false, Version: 2 }, narrative);
    }

    [Fact]
    public async Task A_reverted_change_is_up_to_date_although_a_later_version_was_begun()
    {
        await job.RunAsync();
        var before = job.Task;
        job.Task = before with { RunId = "00000000000000b2", Format = EmbeddingFormat.Npy };
        await job.PlanAsync();
        job.Task = before with { RunId = "00000000000000c3" };
        Assert.True(await job.PlanAsync() is { UpToDate: true, Version: 1 });
    }

    [Fact]
    public async Task A_commit_that_was_broken_off_before_the_pointer_moved_is_made_good()
    {
        await job.RunAsync();
        File.Delete(job.File("store", "embeddings", JobFolder.OutputName, "latest.json"));
        Assert.True((await job.PlanAsync()).UpToDate);
        Assert.Equal(1, (await job.Versions.ReadLatestAsync(Cancel))?.Version);
    }

    [Fact]
    public async Task The_output_of_another_owner_is_refused()
    {
        await job.PlanAsync();
        job.Task = job.Task with { Owner = new TaskOwner { Namespace = "other", Name = "tickets" }, RunId = "00000000000000b2" };
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(job.PlanAsync);
        Assert.Contains("belongs to default/tickets", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_input_without_a_byte_is_refused_and_nothing_is_planned()
    {
        File.WriteAllText(job.Corpus, "");
        var refused = await Assert.ThrowsAsync<InputException>(job.PlanAsync);
        Assert.Contains("corpus.jsonl is empty", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await job.Versions.ListVersionsAsync(Cancel));
    }

    [Fact]
    public async Task A_missing_input_is_refused()
    {
        File.Delete(job.Corpus);
        Assert.Contains("corpus.jsonl does not exist", (await Assert.ThrowsAsync<InputException>(job.PlanAsync)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("model.onnx")]
    public async Task A_missing_model_file_is_refused(string file)
    {
        var model = job.File("model");
        Copy(JobFolder.ModelPath, model);
        File.Delete(Path.Combine(model, file));
        job.Task = job.Task with { Model = new EmbeddingModel { Uri = FileUri.FromPath(model) } };
        var error = await Assert.ThrowsAnyAsync<Exception>(job.PlanAsync);
        var failure = TaskFailure.Of(error);
        Assert.Equal((TaskExitCodes.Refused, TaskErrorReasons.InvalidSpec), (failure.ExitCode, failure.Error.Reason));
        Assert.Contains(file, failure.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_truncated_graph_is_refused()
    {
        var model = job.File("model");
        Copy(JobFolder.ModelPath, model);
        using (var graph = File.OpenWrite(Path.Combine(model, "model.onnx")))
        {
            graph.SetLength(1000);
        }

        job.Task = job.Task with { Model = new EmbeddingModel { Uri = FileUri.FromPath(model) } };
        var refused = await Assert.ThrowsAsync<TaskRefusedException>(job.PlanAsync);
        Assert.StartsWith("spec.model: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("model.onnx is truncated", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("; mend the model's files, or name another model", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_model_is_an_invalid_spec()
    {
        job.Task = job.Task with { Model = new EmbeddingModel { Uri = "file:///there/is/no/model" } };
        var refused = await Assert.ThrowsAsync<TaskRefusedException>(job.PlanAsync);
        Assert.Equal(TaskErrorReasons.InvalidSpec, refused.Reason);
        Assert.Contains("/there/is/no/model", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(512, true)]
    [InlineData(513, false)]
    public async Task Chunks_of_more_tokens_than_the_model_takes_are_refused(int size, bool fits)
    {
        job.Task = job.Task with { Chunking = new Chunking { Unit = ChunkUnit.Tokens, Size = size, Overlap = 0 } };
        if (fits)
        {
            Assert.Equal(1, (await job.PlanAsync()).Version);
        }
        else
        {
            Assert.Contains("spec.chunking.size (513 tokens)", (await Assert.ThrowsAsync<TaskRefusedException>(job.PlanAsync)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_where_the_store_should_be_is_refused()
    {
        File.WriteAllText(job.Store, "not a folder");
        Assert.Contains(job.Store, (await Assert.ThrowsAsync<StoreRefusedException>(job.PlanAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_but_the_plan_is_left_in_the_store()
    {
        await job.PlanAsync();
        Assert.Equal([job.VersionFile(1, "_plan.json")], Directory.EnumerateFiles(job.Store, "*", SearchOption.AllDirectories));
    }

    private static void Copy(string from, string to)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
