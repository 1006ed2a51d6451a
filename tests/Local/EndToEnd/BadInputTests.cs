using System.Text.Json.Nodes;
using TextOps.Crds.Core;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Tests;

namespace TextOps.Local.Tests.EndToEnd;

/// <summary>Bad inputs of a run: what is said on the terminal and in the status. All of them run in one go, each as an object of its own.</summary>
public sealed class BadInputTests(BadInputTests.BadRuns runs) : IClassFixture<BadInputTests.BadRuns>
{
    [Theory]
    [InlineData("no-model", "InvalidSpec", "/absent': there is no folder ", "put the model's files there or correct the URI")]
    [InlineData("no-model-file", "InvalidSpec", "/no-model-file has no ONNX file", "looked for onnx/model.onnx, model.onnx")]
    [InlineData("truncated-onnx", "InvalidSpec", "/truncated-onnx/model.onnx is truncated or not an ONNX file", "runs past the end")]
    [InlineData("no-source", "InputRejected", "spec.source.uri file://./absent.txt does not exist", "correct the path")]
    [InlineData("empty-source", "InputRejected", "spec.source.uri file://./empty.txt is empty (1 file, 0 bytes)", "put texts there")]
    [InlineData("all-rejected", "InputRejected", "3 of 3 rows were rejected (Empty 2, DigitsOnly 1)", "correct the source")]
    [InlineData("many-rejected", "InputRejected", "2 of 3 rows were rejected (Empty 2)", "raise spec.validation.maxRejectedFraction (0.5)")]
    [InlineData("unknown-format", "InputRejected", "file://./data.parquet: the name does not end with .jsonl, .ndjson, .txt", "set spec.source.format")]
    [InlineData("not-gzip", "InputRejected", "file://./not.txt.gz is not whole gzip data", "pack it again, or remove .gz from its name")]
    [InlineData("cut-gzip", "InputRejected", "file://./cut.txt.gz is not whole gzip data", "pack it again")]
    [InlineData("no-match", "InputRejected", "spec.source.uri file://./**/*.ndjson matches no file", "correct the pattern")]
    [InlineData("foreign-scheme", "InputRejected", "'s3://bucket/tickets.txt' is not a file URI", "write file:///absolute/path")]
    [InlineData("file-as-output", "StoreRefused", "/taken/embeddings: a file is where a folder should be", "move that file away or choose another store")]
    [InlineData("tokens-above-model", "InvalidSpec", "spec.chunking.size (600 tokens) is above the 512 tokens that the model takes", "lower it to at most 512")]
    [InlineData("bad-pod-label", "ChildRejected", "spec.template.labels: Invalid value: \"a b\"", "a valid label must be")]
    public void A_bad_input_stalls_with_a_message_that_names_it_and_says_how_to_fix_it(string name, string reason, string problem, string fix)
    {
        var status = runs.Objects[name];
        var stalled = Workplace.Condition(status, "Stalled");
        var message = stalled["message"]!.GetValue<string>();

        Assert.Equal(("True", reason, "Failed"), (stalled["status"]!.GetValue<string>(), stalled["reason"]!.GetValue<string>(), Workplace.Reason(status, "Ready")));
        Assert.Contains(problem.Replace("file://./", $"file://{runs.Place.Path}/", StringComparison.Ordinal), message, StringComparison.Ordinal);
        Assert.Contains(fix, message, StringComparison.Ordinal);
        Assert.Contains($"textops: {name}: {reason}: {message}\n", runs.Result.Error, StringComparison.Ordinal);
        Assert.Matches($@"(?m)^{name} +Failed ", runs.Result.Output);
    }

    [Fact]
    public void A_tokenizer_of_an_unsupported_kind_is_refused_by_name()
    {
        var tokenizer = Repository.SharedData("tokenizers", "gpt2", "tokenizer.json");
        using var place = new Workplace();
        place.WriteLines("tickets.txt", Workplace.Lines(3));
        File.WriteAllBytes(Path.Combine(place.CopyModel("gpt2"), "tokenizer.json"), File.ReadAllBytes(tokenizer));

        var run = place.Run(Workplace.Job() with { Spec = Workplace.Job().Spec with { Model = new EmbeddingModel { Uri = $"file://{place.File("gpt2")}" } } }).Exits(1);

        Assert.Contains("textops: tickets: InvalidSpec: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json: model.type is 'BPE'", run.Error, StringComparison.Ordinal);
        Assert.Equal("InvalidSpec", Workplace.Reason(place.Get(), "Stalled"));
    }

    [Theory]
    [InlineData("  shards: 1", "  shard: 1", "spec.shard is not a field of EmbeddingJob; did you mean shards?")]
    [InlineData("    overlap: 200", "    overlap: 3000", "spec.chunking.overlap (3000) must be smaller than spec.chunking.size (2048); lower the overlap")]
    [InlineData("  name: tickets", "  name: my.tickets", "metadata.name (my.tickets) must be a DNS label")]
    [InlineData("kind: EmbeddingJob", "kind: EmbeddingJobs", "kind EmbeddingJobs is not supported; did you mean EmbeddingJob?")]
    public void A_manifest_that_is_wrong_is_refused_before_anything_is_written(string good, string bad, string message)
    {
        using var place = new Workplace();
        var manifest = File.ReadAllText(place.WriteManifest(Workplace.Job()));
        Assert.Contains(good, manifest, StringComparison.Ordinal);
        place.Write("tickets.yaml", manifest.Replace(good, bad, StringComparison.Ordinal));

        var run = place.TextOps("run", "-f", "tickets.yaml", "--store", "store").Exits(2);

        Assert.Matches(@"^textops: tickets\.yaml:\d+:\d+: ", run.Error);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Equal(run.Error["textops: ".Length..] + "textops: 1 error\n", place.TextOps("validate", "-f", "tickets.yaml").Exits(2).Error);
        Assert.False(Directory.Exists(place.Store));
    }

    [Fact]
    public void Nothing_of_a_bad_run_is_visible_to_readers() =>
        Assert.DoesNotContain(runs.Place.Files(), file => file.EndsWith("manifest.json", StringComparison.Ordinal) || file.EndsWith("latest.json", StringComparison.Ordinal));

    [Fact]
    public void A_file_where_the_store_should_be_is_named()
    {
        using var place = new Workplace();
        place.Write("store", "not a folder");

        var run = place.Run(Workplace.Job()).Exits(2);

        Assert.StartsWith("--store store is a file; name a folder, or move the file away\n", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://bucket/prefix", "--store s3://bucket/prefix: local mode keeps its objects in a folder of this machine; name one")]
    [InlineData("file://store", "'file://store' names the host 'store'")]
    public void A_store_that_is_no_folder_of_this_machine_is_refused(string store, string message)
    {
        using var place = new Workplace();

        Assert.Contains(message, place.TextOps("get", "ej", "--store", store).Exits(2).Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(place.Path));
    }

    [Fact]
    public void A_store_may_be_given_as_file_URI()
    {
        using var place = new Workplace();

        var run = place.TextOps("get", "ej", "--store", "file://./none").Exits(2);

        Assert.Contains($"--store {Path.Combine(place.Path, "none")} does not exist", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_store_fails_the_run_and_leaves_nothing_half_written()
    {
        using var place = new Workplace();
        place.WriteLines("tickets.txt", Workplace.Lines(400));
        var manifest = place.WriteManifest(Workplace.Job());
        using (var limited = TextOpsProcess.StartWithFileLimit(512, place.Path, "run", "-f", manifest, "--store", "store"))
        {
            var run = limited.Wait().Exits(1);
            Assert.Contains("textops: tickets: StoreRefused: ", run.Error, StringComparison.Ordinal);
            Assert.Contains("the file is larger than the process or the file system allows; raise the limit (ulimit -f) or choose another store", run.Error, StringComparison.Ordinal);
        }

        Assert.Equal("StoreRefused", Workplace.Reason(place.Get(), "Stalled"));
        Assert.Equal(["embeddings/default.tickets/v000001/_plan.json"], place.Files());

        place.Run(Workplace.Job()).Exits(0);
        Assert.Equal(400, place.Manifest(2).Embedded);
    }

    [Fact]
    public void A_line_of_100_MB_is_a_reject_and_is_never_held_in_memory()
    {
        using var place = new Workplace();
        using (var corpus = File.CreateText(place.File("tickets.txt")))
        {
            corpus.WriteLine("a line before");
            for (var megabyte = 0; megabyte < 100; megabyte++)
            {
                corpus.Write(new string('x', 1 << 20));
            }

            corpus.WriteLine();
            corpus.WriteLine("a line after");
        }

        place.Run(Workplace.Job()).Exits(0);

        Assert.Equal("LineTooLong", Assert.Single(place.Manifest().Rejected).Key);
        Assert.Equal(2, place.Manifest().Embedded);
        Assert.InRange(place.Record().PeakMemoryBytes, 1, 250_000_000);
    }

    /// <summary>One run over a folder of objects that are all bad in their own way.</summary>
    public sealed class BadRuns : IDisposable
    {
        public BadRuns()
        {
            Place.WriteLines("tickets.txt", Workplace.Lines(3));
            Place.Write("empty.txt", "");
            Place.Write("rejects.txt", "\n \n1 2 3\n");
            Place.Write("some.txt", "\n\nthe only text\n");
            Place.Write("data.parquet", "PAR1");
            Place.Write("not.txt.gz", "not packed\n");
            Place.WritePacked("cut.txt.gz", Workplace.Lines(100));
            using (var packed = File.OpenWrite(Place.File("cut.txt.gz")))
            {
                packed.SetLength(packed.Length / 2);
            }

            Place.Write("taken/embeddings", "a file");
            File.Delete(Path.Combine(Place.CopyModel("no-model-file"), "model.onnx"));
            using (var model = File.OpenWrite(Path.Combine(Place.CopyModel("truncated-onnx"), "model.onnx")))
            {
                model.SetLength(model.Length / 2);
            }

            Model("no-model", "absent");
            Model("no-model-file", "no-model-file");
            Model("truncated-onnx", "truncated-onnx");
            Source("no-source", "file://./absent.txt");
            Source("empty-source", "file://./empty.txt");
            Source("all-rejected", "file://./rejects.txt");
            Source("many-rejected", "file://./some.txt");
            Source("unknown-format", "file://./data.parquet");
            Source("not-gzip", "file://./not.txt.gz");
            Source("cut-gzip", "file://./cut.txt.gz");
            Source("no-match", "file://./**/*.ndjson");
            Source("foreign-scheme", "s3://bucket/tickets.txt");
            Add("file-as-output", spec => spec with { Output = new EmbeddingOutput { Uri = $"file://{Place.File("taken")}" } });
            Add("tokens-above-model", spec => spec with { Chunking = new Chunking { Unit = ChunkUnit.Tokens, Size = 600, Overlap = 0 } });
            Add("bad-pod-label", spec => spec with { Runner = new RunnerSpec { PodLabels = new Dictionary<string, string> { ["team"] = "a b" } } });
            Result = Place.TextOps("run", "-f", "objects", "--store", "store").Exits(1);
            var list = JsonNode.Parse(Place.TextOps("get", "embeddingjobs", "-o", "json", "--store", "store").Exits(0).Output)!;
            Objects = list["items"]!.AsArray().ToDictionary(job => (string)job!["metadata"]!["name"]!, job => job!.AsObject(), StringComparer.Ordinal);
        }

        internal Workplace Place { get; } = new();

        internal TextOpsResult Result { get; }

        /// <summary>The objects afterwards, as <c>textops get -o json</c> shows them.</summary>
        internal IReadOnlyDictionary<string, JsonObject> Objects { get; }

        public void Dispose() => Place.Dispose();

        private void Model(string name, string folder) => Add(name, spec => spec with { Model = new EmbeddingModel { Uri = $"file://{Place.File(folder)}" } });

        private void Source(string name, string uri) =>
            Add(name, spec => spec with { Source = new TextSource { Uri = uri }, Validation = new RowValidation { RejectDigitsOnly = true } });

        private void Add(string name, Func<EmbeddingJobSpec, EmbeddingJobSpec> change)
        {
            var job = Workplace.Job(name);
            Place.WriteManifest(job with { Spec = change(job.Spec) }, $"objects/{name}.yaml");
        }
    }
}
