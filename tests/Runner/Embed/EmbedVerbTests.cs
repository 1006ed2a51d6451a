using System.Numerics.Tensors;
using System.Text.Json;
using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Tasks;
using TextOps.Onnx.Embeddings;
using TextOps.Runner.Embed;
using TextOps.Runner.Tasks;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Embed;

public sealed class EmbedVerbTests : IDisposable
{
    private readonly JobFolder _job = new();

    public EmbedVerbTests() => _job.WriteCorpus(JobFolder.MixedTexts(100));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _job.Dispose();

    [Theory]
    [InlineData(EmbeddingFormat.Jsonl)]
    [InlineData(EmbeddingFormat.Npy)]
    public async Task Every_chunk_has_the_vector_of_its_text(EmbeddingFormat format)
    {
        _job.Task = _job.Task with { Format = format, Chunking = new Chunking { Size = 200, Overlap = 50 } };
        await _job.RunAsync();
        using var embedder = SentenceEmbedder.Load(JobFolder.ModelPath, new SentenceEmbedderOptions());
        var vector = new float[embedder.Dimensions];
        var corpus = JobFolder.MixedTexts(100).ToList();
        var reader = await EmbeddingVersionReader.OpenAsync(_job.Versions, version: null, Cancel);
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
        _job.Task = _job.Task with { Shards = 2 };
        var committed = await _job.RunAsync();
        Assert.Equal((100, 100), (committed.Rows, committed.Embedded + committed.Rejected));

        var rejects = Rejects();
        Assert.Equal(committed.Rejected, rejects.Count);
        var manifest = await _job.Versions.ReadManifestAsync(1, Cancel);
        foreach (var (reason, count) in manifest!.Rejected)
        {
            Assert.Equal(count, rejects.Count(reject => reject.GetProperty("reason").GetString() == reason));
        }

        Assert.Equal(["DigitsOnly", "Empty", "UnknownTokens"], manifest.Rejected.Keys.Where(reason => reason != "Duplicate"));
        var empty = rejects.First(reject => reject.GetProperty("reason").GetString() == "Empty");
        Assert.Equal("t3", empty.GetProperty("id").GetString());
        Assert.Equal((3, 4), (empty.GetProperty("row").GetInt32(), empty.GetProperty("line").GetInt32()));
        Assert.Equal(_job.Task.Source.Uri, empty.GetProperty("input").GetString());
    }

    [Fact]
    public async Task A_duplicate_is_found_in_another_part()
    {
        _job.Task = _job.Task with { Shards = 1 };
        await _job.RunAsync();
        Assert.Contains(Rejects(), reject => reject.GetProperty("reason").GetString() == "Duplicate");
    }

    [Fact]
    public async Task A_shard_that_was_stopped_between_two_parts_goes_on_as_if_nothing_had_happened()
    {
        await _job.PlanAsync();
        await _job.EmbedAsync();
        var undisturbed = _job.Content();
        var parts = (await _job.Versions.ReadPartsAsync(1, 0, Cancel)).Count;
        Assert.True(parts > 5);
        for (var whole = 0; whole <= parts; whole += 2)
        {
            // What a stop leaves: no shard record, no records of the parts that were not whole, and of these files that are old, cut or missing.
            File.Delete(_job.VersionFile(1, "_shards", "00000.json"));
            for (var sequence = whole; sequence < parts; sequence++)
            {
                File.Delete(_job.VersionFile(1, "_shards", "00000", $"{sequence:D5}.json"));
                File.Delete(_job.VersionFile(1, $"part-00000-{sequence:D5}.jsonl"));
                if (sequence == whole)
                {
                    File.WriteAllText(_job.VersionFile(1, $"part-00000-{sequence:D5}.jsonl"), "{\"id\":");
                }
            }

            await _job.EmbedAsync();
            Assert.Equal(undisturbed, _job.Content());
        }
    }

    [Fact]
    public async Task Threads_change_nothing()
    {
        await _job.PlanAsync();
        _job.Threads = 1;
        await _job.EmbedAsync();
        var one = _job.Content();
        Directory.Delete(_job.VersionFile(1), recursive: true);
        await _job.PlanAsync();
        _job.Threads = 5;
        await _job.EmbedAsync();
        Assert.Equal(one, _job.Content());
    }

    [Fact]
    public async Task A_finished_shard_is_answered_from_its_record()
    {
        await _job.PlanAsync();
        var first = await _job.EmbedAsync();
        File.Delete(_job.Corpus);
        Assert.Equal(first with { ChunksPerSecond = null }, await _job.EmbedAsync());
    }

    [Fact]
    public async Task An_input_that_changed_since_the_plan_is_refused()
    {
        await _job.PlanAsync();
        var text = File.ReadAllText(_job.Corpus);
        File.WriteAllText(_job.Corpus, text.Replace("printer", "plotter", StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<InputException>(() => _job.EmbedAsync());
        Assert.Contains("has changed since the version was planned", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_job.VersionFile(1), "part-*"));
    }

    [Fact]
    public async Task An_input_that_is_gone_is_refused()
    {
        await _job.PlanAsync();
        File.Delete(_job.Corpus);
        Assert.Contains("does not exist any more", (await Assert.ThrowsAsync<InputException>(() => _job.EmbedAsync())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1_Pooling/config.json", "has SHA-256")]
    [InlineData("tokenizer_config.json", "was added")]
    public async Task A_model_that_changed_since_the_plan_is_refused(string file, string expected)
    {
        var model = _job.File("model");
        foreach (var path in Directory.EnumerateFiles(JobFolder.ModelPath, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(model, Path.GetRelativePath(JobFolder.ModelPath, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }

        _job.Task = _job.Task with { Model = new EmbeddingModel { Uri = FileUri.FromPath(model) } };
        await _job.PlanAsync();
        var changed = Path.Combine(model, file);
        File.WriteAllText(changed, File.Exists(changed) ? File.ReadAllText(changed) + " " : "{}");
        var refused = await Assert.ThrowsAsync<TaskRefusedException>(() => _job.EmbedAsync());
        Assert.Equal(TaskErrorReasons.InvalidSpec, refused.Reason);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_without_a_plan_another_runs_plan_and_a_shard_too_many_are_refused()
    {
        Assert.Contains("has no plan", (await Assert.ThrowsAsync<TaskRefusedException>(() => _job.EmbedAsync())).Message, StringComparison.Ordinal);
        await _job.PlanAsync();
        Assert.Contains("shard (1) must be below 1", (await Assert.ThrowsAsync<TaskRefusedException>(() => _job.EmbedAsync(shard: 1))).Message, StringComparison.Ordinal);
        _job.Task = _job.Task with { RunId = "00000000000000b2" };
        Assert.Contains("was planned by run 00000000000000a1", (await Assert.ThrowsAsync<TaskRefusedException>(() => _job.EmbedAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_the_model_does_not_know_is_a_reject_with_its_own_reason()
    {
        _job.WriteCorpus("ꙮꙮ ꘐꘐ", "The printer does not connect.");
        await _job.RunAsync();
        var reject = Assert.Single(Rejects());
        Assert.Equal(("t0", RejectReasons.UnknownTokens), (reject.GetProperty("id").GetString(), reject.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task A_chunk_that_the_model_does_not_know_is_left_out_of_a_row_that_it_knows()
    {
        _job.Task = _job.Task with { Chunking = new Chunking { Size = 12, Overlap = 0, Boundary = ChunkBoundary.Word } };
        _job.WriteCorpus("The printer ꙮꙮꙮꙮꙮꙮꙮꙮꙮꙮꙮꙮ is offline.");
        await _job.RunAsync();
        var chunks = Lines(_job.ReadVersionFile("part-00000-00000.jsonl"));
        Assert.Equal([0, 2], chunks.Select(chunk => chunk.GetProperty("chunk").GetInt32()));
        Assert.Empty(Rejects());
    }

    [Fact]
    public async Task A_long_row_becomes_chunks_that_cover_it_with_the_overlap()
    {
        var text = string.Join(' ', Enumerable.Range(0, 900).Select(word => $"word{word}"));
        _job.WriteCorpus(text);
        await _job.RunAsync();
        var chunks = Lines(_job.ReadVersionFile("part-00000-00000.jsonl")).Select(chunk => chunk.Deserialize<ChunkRecord>(Json.Objects)!).ToList();
        Assert.True(chunks.Count >= 3);
        Assert.Equal((0, text.Length), (chunks[0].Start, chunks[^1].End));
        Assert.All(chunks, chunk => Assert.InRange(chunk.End - chunk.Start, 1, 2048));
        Assert.All(chunks.Zip(chunks.Skip(1)), pair => Assert.InRange(pair.First.End - pair.Second.Start, 180, 200));
        Assert.Equal(chunks.Count, chunks.Select(chunk => chunk.Id).Distinct().Count());
    }

    [Fact]
    public async Task Offsets_count_characters_and_not_UTF16_units()
    {
        _job.Task = _job.Task with { Chunking = new Chunking { Size = 20, Overlap = 0, Boundary = ChunkBoundary.Word } };
        _job.WriteCorpus("😀😀😀😀 printer 😀😀😀😀 is offline again 😀😀");
        await _job.RunAsync();
        var chunks = Lines(_job.ReadVersionFile("part-00000-00000.jsonl")).Select(chunk => chunk.Deserialize<ChunkRecord>(Json.Objects)!).ToList();
        Assert.Equal((0, 37), (chunks[0].Start, chunks[^1].End));
        Assert.All(chunks, chunk => Assert.Equal(chunk.Text.EnumerateRunes().Count(), chunk.End - chunk.Start));
    }

    [Fact]
    public async Task Chunks_that_lose_their_end_are_counted()
    {
        _job.Task = _job.Task with { Model = _job.Task.Model with { MaxTokens = 8 } };
        _job.WriteCorpus("Three words only.", string.Join(' ', Enumerable.Repeat("printer", 20)), string.Join(' ', Enumerable.Repeat("invoice", 9)));
        await _job.RunAsync();
        Assert.Equal(2, (await _job.Versions.ReadRunRecordAsync(1, Cancel))!.Truncated);
    }

    [Fact]
    public async Task A_part_ends_after_the_row_that_fills_it()
    {
        _job.Limits = new PartLimits { Chunks = 1000, TextBytes = 1000, Rejects = 1000 };
        _job.WriteCorpus(Enumerable.Range(0, 50).Select(row => $"Ticket number {row} is about one hundred bytes."));
        await _job.RunAsync();
        var parts = await _job.Versions.ReadPartsAsync(1, 0, Cancel);
        Assert.True(parts.Count >= 4);
        Assert.Equal(50, parts.Sum(part => part.Rows));
        Assert.All(parts.Zip(parts.Skip(1)), pair => Assert.Equal(pair.First.FirstRow + pair.First.Rows, pair.Second.FirstRow));
        Assert.True(parts.Take(parts.Count - 1).All(part => part.Rows == parts[0].Rows || part.Rows == parts[0].Rows - 1));
    }

    [Fact]
    public async Task Tokens_fill_parts_so_that_a_stop_costs_little_with_a_slow_model()
    {
        _job.Limits = new PartLimits { Tokens = 50 };
        _job.WriteCorpus(Enumerable.Range(0, 12).Select(row => $"{row} " + string.Join(' ', Enumerable.Repeat("printer", 24))));
        await _job.RunAsync();
        Assert.Equal([2, 2, 2, 2, 2, 2], (await _job.Versions.ReadPartsAsync(1, 0, Cancel)).Select(part => (int)part.Rows));
    }

    [Fact]
    public async Task Rejects_alone_fill_parts_too_so_that_memory_stays_bounded()
    {
        _job.Limits = new PartLimits { Rejects = 10 };
        _job.WriteCorpus(Enumerable.Repeat("", 35));
        await _job.PlanAsync();
        var result = await _job.EmbedAsync();
        Assert.Equal((4, 35, 35, 0), (result.Parts, result.Rows, result.Rejected, result.Chunks));
        Assert.Empty(Directory.EnumerateFiles(_job.VersionFile(1), "part-*"));
        Assert.Equal(35, Rejects().Count);
    }

    [Fact]
    public async Task Shards_together_are_the_corpus()
    {
        _job.Task = _job.Task with { Validation = new RowValidation(), Source = _job.Task.Source with { Uri = FileUri.FromPath(_job.File("corpus")) + "/" } };
        Directory.CreateDirectory(_job.File("corpus"));
        for (var file = 0; file < 3; file++)
        {
            File.WriteAllLines(
                _job.File("corpus", $"{file}.jsonl"), Enumerable.Range(0, 20).Select(row => JsonSerializer.Serialize(new { id = $"f{file}r{row}", text = $"Ticket {row} of file {file}" })));
        }

        _job.Task = _job.Task with { Shards = 5 };
        var committed = await _job.RunAsync();
        Assert.Equal((60, 60), (committed.Rows, committed.Embedded));
        var reader = await EmbeddingVersionReader.OpenAsync(_job.Versions, version: null, Cancel);
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
        File.WriteAllText(_job.Corpus, JsonSerializer.Serialize(new { id = "one", text = "One ticket only, and a long one." }));
        _job.Task = _job.Task with { Shards = 2 };
        var plan = await _job.PlanAsync();
        Assert.Equal(2, plan.Shards);
        Assert.Equal((1, 1), (await _job.EmbedAsync(shard: 0)) is var first ? (first.Parts, (int)first.Rows) : default);
        Assert.Equal((1, 0), (await _job.EmbedAsync(shard: 1)) is var second ? (second.Parts, (int)second.Rows) : default);
        Assert.Equal(1, (await _job.CommitAsync()).Rows);
    }

    private List<JsonElement> Rejects() =>
        [.. Directory.EnumerateFiles(_job.VersionFile(1), "rejects-*").Order(StringComparer.Ordinal).SelectMany(path => Lines(File.ReadAllText(path)))];

    private static List<JsonElement> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.Clone())];
}
