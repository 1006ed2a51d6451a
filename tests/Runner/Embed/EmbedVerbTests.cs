using System.Numerics.Tensors;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Tasks;
using TextOps.Onnx.Embeddings;
using TextOps.Runner.Embed;
using TextOps.Runner.Logging;
using TextOps.Runner.Tasks;
using TextOps.Runner.Tests.Logging;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Embed;

public sealed class EmbedVerbTests : IDisposable
{
    private readonly JobFolder job = new();

    public EmbedVerbTests() => job.WriteCorpus(JobFolder.MixedTexts(100));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => job.Dispose();

    [Theory]
    [InlineData(EmbeddingFormat.Jsonl)]
    [InlineData(EmbeddingFormat.Npy)]
    public async Task Every_chunk_has_the_vector_of_its_text(EmbeddingFormat format)
    {
        job.Task = job.Task with { Format = format, Chunking = new Chunking { Size = 200, Overlap = 50 } };
        await job.RunAsync();
        using var embedder = SentenceEmbedder.Load(JobFolder.ModelPath, new SentenceEmbedderOptions());
        var vector = new float[embedder.Dimensions];
        var corpus = JobFolder.MixedTexts(100).ToList();
        var reader = await EmbeddingVersionReader.OpenAsync(job.Versions, version: null, Cancel);
        var chunks = 0;
        await foreach (var batch in reader.ReadAsync(verify: true, Cancel))
        {
            for (var index = 0; index < batch.Chunks.Count; index++, chunks++)
            {
                var chunk = batch.Chunks[index];
                var row = int.Parse(chunk.Document[1..]);
                Assert.Equal(string.Concat(corpus[row].EnumerateRunes().Skip(chunk.Start).Take(chunk.End - chunk.Start)), chunk.Text);
                Assert.Equal($"l{row % 3}", chunk.Metadata!["label"].GetString());
                embedder.Embed([embedder.Encode(chunk.Text).Ids], vector);
                Assert.True(TensorPrimitives.CosineSimilarity(vector, batch.Vector(index)) > 0.99999f, chunk.Text);
            }
        }

        Assert.Equal(reader.Manifest.Chunks, chunks);
    }

    [Fact]
    public async Task Rows_read_are_embedded_or_rejected_and_every_reject_is_listed()
    {
        job.Task = job.Task with { Shards = 2 };
        var committed = await job.RunAsync();
        Assert.Equal((100, 100), (committed.Rows, committed.Embedded + committed.Rejected));

        var rejects = Rejects();
        Assert.Equal(committed.Rejected, rejects.Count);
        var manifest = await job.Versions.ReadManifestAsync(1, Cancel);
        foreach (var (reason, count) in manifest!.Rejected)
        {
            Assert.Equal(count, rejects.Count(reject => reject.GetProperty("reason").GetString() == reason));
        }

        Assert.Equal(["DigitsOnly", "Empty", "UnknownTokens"], manifest.Rejected.Keys.Where(reason => reason != "Duplicate"));
        var empty = rejects.First(reject => reject.GetProperty("reason").GetString() == "Empty");
        Assert.Equal("t3", empty.GetProperty("id").GetString());
        Assert.Equal((3, 4), (empty.GetProperty("row").GetInt32(), empty.GetProperty("line").GetInt32()));
        Assert.Equal(job.Task.Source.Uri, empty.GetProperty("input").GetString());
    }

    [Fact]
    public async Task A_duplicate_is_found_in_another_part()
    {
        job.Task = job.Task with { Shards = 1 };
        await job.RunAsync();
        Assert.Contains(Rejects(), reject => reject.GetProperty("reason").GetString() == "Duplicate");
    }

    [Fact]
    public async Task A_shard_that_was_stopped_between_two_parts_goes_on_as_if_nothing_had_happened()
    {
        await job.PlanAsync();
        await job.EmbedAsync();
        var undisturbed = job.Content();
        var parts = (await job.Versions.ReadPartsAsync(1, 0, Cancel)).Count;
        Assert.True(parts > 5);
        for (var whole = 0; whole <= parts; whole += 2)
        {
            // What a stop leaves: no shard record, no records of the parts that were not whole, and of these files that are old, cut or missing.
            File.Delete(job.VersionFile(1, "_shards", "00000.json"));
            for (var sequence = whole; sequence < parts; sequence++)
            {
                File.Delete(job.VersionFile(1, "_shards", "00000", $"{sequence:D5}.json"));
                File.Delete(job.VersionFile(1, $"part-00000-{sequence:D5}.jsonl"));
                if (sequence == whole)
                {
                    File.WriteAllText(job.VersionFile(1, $"part-00000-{sequence:D5}.jsonl"), "{\"id\":");
                }
            }

            await job.EmbedAsync();
            Assert.Equal(undisturbed, job.Content());
        }
    }

    [Theory]
    [InlineData(EmbeddingFormat.Jsonl)]
    [InlineData(EmbeddingFormat.Npy)]
    public async Task A_shard_that_was_killed_between_any_two_writes_goes_on_as_if_nothing_had_happened(EmbeddingFormat format)
    {
        job.WriteCorpus(JobFolder.MixedTexts(45));
        job.Task = job.Task with { Format = format };
        await job.PlanAsync();
        await job.EmbedAsync();
        var undisturbed = job.Content();
        var writes = (await job.Versions.ReadPartsAsync(1, 0, Cancel))
            .SelectMany(part => part.Files.Select(file => file.Path).Append(VersionLayout.PartRecordFile(0, part.Sequence)))
            .Append(VersionLayout.ShardRecordFile(0))
            .ToList();
        Assert.Equal(undisturbed.Keys.Where(path => path != VersionLayout.PlanFile).Order(StringComparer.Ordinal), writes.Order(StringComparer.Ordinal));
        Assert.True(writes.Count > 15);
        for (var done = 0; done < writes.Count; done++)
        {
            foreach (var path in writes.Skip(done))
            {
                File.Delete(job.VersionFile(1, path));
            }

            await job.EmbedAsync();
            Assert.Equal(undisturbed, job.Content());
        }
    }

    [Theory]
    [InlineData(EmbeddingFormat.Jsonl, "part-00000-00002.jsonl", false)]
    [InlineData(EmbeddingFormat.Npy, "part-00000-00002.npy", false)]
    [InlineData(EmbeddingFormat.Jsonl, "rejects-00000-00001.jsonl", false)]
    [InlineData(EmbeddingFormat.Jsonl, "part-00000-00002.jsonl", true)]
    public async Task Whole_parts_whose_file_is_gone_or_cut_are_made_again(EmbeddingFormat format, string file, bool finished)
    {
        job.Task = job.Task with { Format = format };
        await job.PlanAsync();
        var result = await job.EmbedAsync();
        var undisturbed = job.Content();
        File.WriteAllText(job.VersionFile(1, file), "cut");
        if (!finished)
        {
            File.Delete(job.VersionFile(1, "_shards", "00000.json"));
        }

        Assert.Equal(result with { ChunksPerSecond = null }, await job.EmbedAsync() with { ChunksPerSecond = null });
        Assert.Equal(undisturbed, job.Content());
    }

    [Fact]
    public async Task An_input_that_changed_between_two_attempts_leaves_the_whole_parts_as_they_are()
    {
        await job.PlanAsync();
        await job.EmbedAsync();
        var undisturbed = job.Content();
        File.Delete(job.VersionFile(1, "_shards", "00000.json"));
        File.Delete(job.VersionFile(1, "_shards", "00000", "00003.json"));
        var stopped = job.Content();
        var text = File.ReadAllText(job.Corpus);
        File.WriteAllText(job.Corpus, text.Replace("printer", "plotter", StringComparison.Ordinal));
        await Assert.ThrowsAsync<InputException>(() => job.EmbedAsync());
        Assert.Equal(stopped, job.Content());
        File.WriteAllText(job.Corpus, text);
        await job.EmbedAsync();
        Assert.Equal(undisturbed, job.Content());
    }

    [Fact]
    public async Task An_input_that_changes_while_it_is_read_never_makes_a_whole_part()
    {
        await job.PlanAsync();
        await job.EmbedAsync();
        var undisturbed = job.Content();
        File.Delete(job.VersionFile(1, "_shards", "00000.json"));
        File.Delete(job.VersionFile(1, "_shards", "00000", "00003.json"));
        var text = File.ReadAllText(job.Corpus);

        // Logged after the inputs were compared with the plan, and before anything is read.
        job.Log = new EventHook(nameof(RunnerEvents.ShardResumed), () => File.WriteAllText(job.Corpus, text.Replace("printer", "plotter", StringComparison.Ordinal)));
        var refused = await Assert.ThrowsAsync<InputException>(() => job.EmbedAsync());
        Assert.Contains("has changed since the version was planned", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(job.VersionFile(1, "_shards", "00000.json")));
        Assert.False(File.Exists(job.VersionFile(1, "_shards", "00000", "00003.json")));
        File.WriteAllText(job.Corpus, text);
        job.Log = NullLogger.Instance;
        await job.EmbedAsync();
        Assert.Equal(undisturbed, job.Content());
    }

    [Fact]
    public async Task An_input_that_was_written_to_but_is_the_same_is_no_obstacle()
    {
        await job.PlanAsync();
        await job.EmbedAsync();
        var undisturbed = job.Content();
        File.Delete(job.VersionFile(1, "_shards", "00000.json"));
        File.Delete(job.VersionFile(1, "_shards", "00000", "00003.json"));
        job.Log = new EventHook(nameof(RunnerEvents.ShardResumed), () => File.WriteAllText(job.Corpus, File.ReadAllText(job.Corpus)));
        await job.EmbedAsync();
        Assert.Equal(undisturbed, job.Content());
    }

    [Fact]
    public async Task Threads_change_nothing()
    {
        await job.PlanAsync();
        job.Threads = 1;
        await job.EmbedAsync();
        var one = job.Content();
        Directory.Delete(job.VersionFile(1), recursive: true);
        await job.PlanAsync();
        job.Threads = 5;
        await job.EmbedAsync();
        Assert.Equal(one, job.Content());
    }

    [Fact]
    public async Task A_finished_shard_is_answered_from_its_record()
    {
        await job.PlanAsync();
        var first = await job.EmbedAsync();
        File.Delete(job.Corpus);
        Assert.Equal(first with { ChunksPerSecond = null }, await job.EmbedAsync());
    }

    [Fact]
    public async Task An_input_that_changed_since_the_plan_is_refused()
    {
        await job.PlanAsync();
        var text = File.ReadAllText(job.Corpus);
        File.WriteAllText(job.Corpus, text.Replace("printer", "plotter", StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<InputException>(() => job.EmbedAsync());
        Assert.Contains("has changed since the version was planned", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(job.VersionFile(1), "part-*"));
    }

    [Fact]
    public async Task An_input_that_is_gone_is_refused()
    {
        await job.PlanAsync();
        File.Delete(job.Corpus);
        Assert.Contains("does not exist any more", (await Assert.ThrowsAsync<InputException>(() => job.EmbedAsync())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1_Pooling/config.json", "has SHA-256")]
    [InlineData("tokenizer_config.json", "was added")]
    public async Task A_model_that_changed_since_the_plan_is_refused(string file, string expected)
    {
        var model = job.File("model");
        foreach (var path in Directory.EnumerateFiles(JobFolder.ModelPath, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(model, Path.GetRelativePath(JobFolder.ModelPath, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }

        job.Task = job.Task with { Model = new EmbeddingModel { Uri = FileUri.FromPath(model) } };
        await job.PlanAsync();
        var changed = Path.Combine(model, file);
        File.WriteAllText(changed, File.Exists(changed) ? File.ReadAllText(changed) + " " : "{}");
        var refused = await Assert.ThrowsAsync<TaskRefusedException>(() => job.EmbedAsync());
        Assert.Equal(TaskErrorReasons.InvalidSpec, refused.Reason);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_without_a_plan_another_runs_plan_and_a_shard_too_many_are_refused()
    {
        Assert.Contains("has no plan", (await Assert.ThrowsAsync<TaskRefusedException>(() => job.EmbedAsync())).Message, StringComparison.Ordinal);
        await job.PlanAsync();
        Assert.Contains("shard (1) must be below 1", (await Assert.ThrowsAsync<TaskRefusedException>(() => job.EmbedAsync(shard: 1))).Message, StringComparison.Ordinal);
        job.Task = job.Task with { RunId = "00000000000000b2" };
        Assert.Contains("was planned by run 00000000000000a1", (await Assert.ThrowsAsync<TaskRefusedException>(() => job.EmbedAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_of_a_runner_that_makes_other_parts_is_refused()
    {
        await job.PlanAsync();
        var plan = job.VersionFile(1, "_plan.json");
        File.WriteAllText(plan, Regex.Replace(File.ReadAllText(plan), "\"fingerprint\": \"[0-9a-f]{8}", "\"fingerprint\": \"00000000", RegexOptions.None, TimeSpan.FromSeconds(1)));
        var refused = await Assert.ThrowsAsync<TaskRefusedException>(() => job.EmbedAsync());
        Assert.Contains("was planned by a runner of another version", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_the_model_does_not_know_is_a_reject_with_its_own_reason()
    {
        job.WriteCorpus("ꙮꙮ ꘐꘐ", "The printer does not connect.");
        await job.RunAsync();
        var reject = Assert.Single(Rejects());
        Assert.Equal(("t0", RejectReasons.UnknownTokens), (reject.GetProperty("id").GetString(), reject.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task A_chunk_that_the_model_does_not_know_is_left_out_of_a_row_that_it_knows()
    {
        job.Task = job.Task with { Chunking = new Chunking { Size = 12, Overlap = 0, Boundary = ChunkBoundary.Word } };
        job.WriteCorpus("The printer ꙮꙮꙮꙮꙮꙮꙮꙮꙮꙮꙮꙮ is offline.");
        await job.RunAsync();
        var chunks = Lines(job.ReadVersionFile("part-00000-00000.jsonl"));
        Assert.Equal([0, 2], chunks.Select(chunk => chunk.GetProperty("chunk").GetInt32()));
        Assert.Empty(Rejects());
    }

    [Fact]
    public async Task A_long_row_becomes_chunks_that_cover_it_with_the_overlap()
    {
        var text = string.Join(' ', Enumerable.Range(0, 900).Select(word => $"word{word}"));
        job.WriteCorpus(text);
        await job.RunAsync();
        var chunks = Lines(job.ReadVersionFile("part-00000-00000.jsonl")).Select(chunk => chunk.Deserialize<ChunkRecord>(Json.Objects)!).ToList();
        Assert.True(chunks.Count >= 3);
        Assert.Equal((0, text.Length), (chunks[0].Start, chunks[^1].End));
        Assert.All(chunks, chunk => Assert.InRange(chunk.End - chunk.Start, 1, 2048));
        Assert.All(chunks.Zip(chunks.Skip(1)), pair => Assert.InRange(pair.First.End - pair.Second.Start, 180, 200));
        Assert.Equal(chunks.Count, chunks.Select(chunk => chunk.Id).Distinct().Count());
    }

    [Fact]
    public async Task Offsets_count_characters_and_not_UTF16_units()
    {
        job.Task = job.Task with { Chunking = new Chunking { Size = 20, Overlap = 0, Boundary = ChunkBoundary.Word } };
        job.WriteCorpus("😀😀😀😀 printer 😀😀😀😀 is offline again 😀😀");
        await job.RunAsync();
        var chunks = Lines(job.ReadVersionFile("part-00000-00000.jsonl")).Select(chunk => chunk.Deserialize<ChunkRecord>(Json.Objects)!).ToList();
        Assert.Equal((0, 37), (chunks[0].Start, chunks[^1].End));
        Assert.All(chunks, chunk => Assert.Equal(chunk.Text.EnumerateRunes().Count(), chunk.End - chunk.Start));
    }

    [Fact]
    public async Task Chunks_that_lose_their_end_are_counted()
    {
        job.Task = job.Task with { Model = job.Task.Model with { MaxTokens = 8 } };
        job.WriteCorpus("Three words only.", string.Join(' ', Enumerable.Repeat("printer", 20)), string.Join(' ', Enumerable.Repeat("invoice", 9)));
        await job.RunAsync();
        Assert.Equal(2, (await job.Versions.ReadRunRecordAsync(1, Cancel))!.Truncated);
    }

    [Fact]
    public async Task A_part_ends_after_the_row_that_fills_it()
    {
        job.Limits = new PartLimits { Chunks = 1000, TextBytes = 1000, Rejects = 1000 };
        job.WriteCorpus(Enumerable.Range(0, 50).Select(row => $"Ticket number {row} is about one hundred bytes."));
        await job.RunAsync();
        var parts = await job.Versions.ReadPartsAsync(1, 0, Cancel);
        Assert.True(parts.Count >= 4);
        Assert.Equal(50, parts.Sum(part => part.Rows));
        Assert.All(parts.Zip(parts.Skip(1)), pair => Assert.Equal(pair.First.FirstRow + pair.First.Rows, pair.Second.FirstRow));
        Assert.True(parts.Take(parts.Count - 1).All(part => part.Rows == parts[0].Rows || part.Rows == parts[0].Rows - 1));
    }

    [Fact]
    public async Task Tokens_fill_parts_so_that_a_stop_costs_little_with_a_slow_model()
    {
        job.Limits = new PartLimits { Tokens = 50 };
        job.WriteCorpus(Enumerable.Range(0, 12).Select(row => $"{row} " + string.Join(' ', Enumerable.Repeat("printer", 24))));
        await job.RunAsync();
        Assert.Equal([2, 2, 2, 2, 2, 2], (await job.Versions.ReadPartsAsync(1, 0, Cancel)).Select(part => (int)part.Rows));
    }

    [Fact]
    public async Task Rejects_alone_fill_parts_too_so_that_memory_stays_bounded()
    {
        job.Limits = new PartLimits { Rejects = 10 };
        job.WriteCorpus(Enumerable.Repeat("", 35));
        await job.PlanAsync();
        var result = await job.EmbedAsync();
        Assert.Equal((4, 35, 35, 0), (result.Parts, result.Rows, result.Rejected, result.Chunks));
        Assert.Empty(Directory.EnumerateFiles(job.VersionFile(1), "part-*"));
        Assert.Equal(35, Rejects().Count);
    }

    [Fact]
    public async Task Shards_together_are_the_corpus()
    {
        job.Task = job.Task with { Validation = new RowValidation(), Source = job.Task.Source with { Uri = FileUri.FromPath(job.File("corpus")) + "/" } };
        Directory.CreateDirectory(job.File("corpus"));
        for (var file = 0; file < 3; file++)
        {
            File.WriteAllLines(
                job.File("corpus", $"{file}.jsonl"), Enumerable.Range(0, 20).Select(row => JsonSerializer.Serialize(new { id = $"f{file}r{row}", text = $"Ticket {row} of file {file}" })));
        }

        job.Task = job.Task with { Shards = 5 };
        var committed = await job.RunAsync();
        Assert.Equal((60, 60), (committed.Rows, committed.Embedded));
        var reader = await EmbeddingVersionReader.OpenAsync(job.Versions, version: null, Cancel);
        var documents = new List<string>();
        await foreach (var batch in reader.ReadAsync(verify: true, Cancel))
        {
            documents.AddRange(batch.Chunks.Select(chunk => chunk.Document));
        }

        Assert.Equal(Enumerable.Range(0, 60).Select(row => $"f{row / 20}r{row % 20}"), documents);
    }

    [Fact]
    public async Task A_shard_whose_range_no_row_begins_in_has_one_empty_part()
    {
        // The second shard's range starts inside the only row, which belongs to the first.
        File.WriteAllText(job.Corpus, JsonSerializer.Serialize(new { id = "one", text = "One ticket only, and a long one." }));
        job.Task = job.Task with { Shards = 2 };
        var plan = await job.PlanAsync();
        Assert.Equal(2, plan.Shards);
        Assert.Equal((1, 1), (await job.EmbedAsync(shard: 0)) is var first ? (first.Parts, (int)first.Rows) : default);
        Assert.Equal((1, 0), (await job.EmbedAsync(shard: 1)) is var second ? (second.Parts, (int)second.Rows) : default);
        Assert.Equal(1, (await job.CommitAsync()).Rows);
    }

    private List<JsonElement> Rejects() =>
        [.. Directory.EnumerateFiles(job.VersionFile(1), "rejects-*").Order(StringComparer.Ordinal).SelectMany(path => Lines(File.ReadAllText(path)))];

    private static List<JsonElement> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.Clone())];
}
