using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TextOps.Artifacts.Embeddings;
using TextOps.Crds.EmbeddingJobs;

namespace TextOps.Local.Tests.EndToEnd;

/// <summary>What <c>textops run</c> does, seen from outside: exit codes, what it prints, what it leaves in the store.</summary>
public sealed class RunTests : IDisposable
{
    private readonly Workplace place = new();

    public RunTests() => place.WriteLines("tickets.txt", Workplace.Lines(40));

    public void Dispose() => place.Dispose();

    [Fact]
    public void A_run_commits_a_version_and_says_where_it_lies()
    {
        var run = place.Run(Workplace.Job()).Exits(0);

        Assert.Equal("", run.Error);
        Assert.Matches(@"(?m)^NAME +STATUS +PROGRESS +CHUNKS +VERSION +AGE$", run.Output);
        Assert.Matches(@"(?m)^tickets +Committed +100% +40 +v000001 +\d+s$", run.Output);
        Assert.EndsWith($"\ntickets: v000001 lies in file://{place.Store}/embeddings/default.tickets/v000001\n", run.Output, StringComparison.Ordinal);
        var (manifest, record) = (place.Manifest(), place.Record());
        Assert.Equal((40L, 40L, 40L, 256), (manifest.Rows, manifest.Embedded, manifest.Chunks, manifest.Dimensions));
        Assert.Equal((record.LinesRead, record.Chunks, record.RunId), (record.LinesEmbedded + record.LinesRejected, manifest.Chunks, manifest.RunId));
        Assert.Equal((manifest.RunId, "spec"), (place.Get()["status"]!["run"]!["id"]!.GetValue<string>(), record.Trigger));
    }

    [Fact]
    public void The_run_record_names_the_commit_that_the_runner_was_built_from()
    {
        place.Run(Workplace.Job()).Exits(0);

        var informational = FileVersionInfo.GetVersionInfo(Path.Combine(AppContext.BaseDirectory, "textops-runner.dll")).ProductVersion!;
        var version = place.Record().CodeVersion;
        if (informational.Contains('+', StringComparison.Ordinal))
        {
            Assert.Matches(new Regex("^[0-9a-f]{40}$", RegexOptions.None, TimeSpan.FromSeconds(1)), version);
            Assert.EndsWith("+" + version, informational, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal("unknown", version);
        }
    }

    [Fact]
    public void Running_again_does_nothing_until_the_corpus_or_a_setting_changes()
    {
        var job = Workplace.Job();
        place.Run(job).Exits(0);
        var first = place.Content();

        Assert.Matches(@"(?m)^tickets +UpToDate +100% +40 +v000001 ", place.Run(job).Exits(0).Output);
        Assert.Equal(first, place.Content());

        place.WriteLines("tickets.txt", Workplace.Lines(41));
        Assert.Matches(@"(?m)^tickets +Committed +100% +41 +v000002 ", place.Run(job).Exits(0).Output);
        Assert.All(first.Where(file => file.Key.Contains("v000001", StringComparison.Ordinal)), file => Assert.Equal(file.Value, place.Content()[file.Key]));

        var chunked = job with { Spec = job.Spec with { Chunking = new Chunking { Size = 60, Overlap = 10 } } };
        Assert.Matches(@"(?m)^tickets +Committed +100% +\d{3} +v000003 ", place.Run(chunked).Exits(0).Output);
        Assert.True(place.Manifest(3).Chunks > 100);

        var runs = place.Get()["status"]!["runs"]!.AsArray().Select(run => run!["result"]!.GetValue<string>());
        Assert.Equal(["Committed", "Committed", "UpToDate", "Committed"], runs);
    }

    [Fact]
    public void Earlier_runs_leave_no_pods_configmaps_or_folders_behind()
    {
        place.Run(Workplace.Job()).Exits(0);
        Assert.Equal((3, 3, 3), Left());

        place.Run(Workplace.Job()).Exits(0);
        Assert.Equal((1, 1, 1), Left());

        (int, int, int) Left() => (
            Directory.GetFiles(Path.Combine(place.Store, ".textops", "objects", "pods.core"), "*.json", SearchOption.AllDirectories).Length,
            Directory.GetFiles(Path.Combine(place.Store, ".textops", "objects", "configmaps.core"), "*.json", SearchOption.AllDirectories).Length,
            Directory.GetDirectories(Path.Combine(place.Store, ".textops", "pods")).Length);
    }

    [Fact]
    public void Chunks_of_a_long_text_cover_it_with_the_overlap_that_was_asked_for()
    {
        var text = string.Join(". ", Workplace.Lines(60)) + ".";
        place.Write("tickets.txt", text[..5000] + "\n");

        place.Run(Workplace.Job()).Exits(0);

        var chunks = File.ReadLines(place.Version(1, "part-00000-00000.jsonl")).Select(line => JsonNode.Parse(line)!).ToList();
        var ranges = chunks.ConvertAll(chunk => (Start: chunk["start"]!.GetValue<int>(), End: chunk["end"]!.GetValue<int>()));
        Assert.Equal((0, 5000), (ranges[0].Start, ranges[^1].End));
        Assert.All(ranges, range => Assert.InRange(range.End - range.Start, 1, 2048));
        Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.InRange(pair.First.End - pair.Second.Start, 1, 200));
        Assert.All(chunks.Zip(ranges), pair => Assert.Equal(text[pair.Second.Start..pair.Second.End], pair.First["text"]!.GetValue<string>()));
    }

    [Fact]
    public void A_folder_of_manifests_in_YAML_and_JSON_runs_all_its_objects()
    {
        place.WriteManifest(Workplace.Job("first"), "objects/first.yaml");
        var second = Workplace.Job("second");
        place.WriteManifest(
            second with
            {
                Metadata = second.Metadata with { Namespace = "team" },
                Spec = second.Spec with { Output = new EmbeddingOutput { Format = EmbeddingFormat.Npy, Name = "vectors", Uri = $"file://{place.File("elsewhere")}" } },
            },
            "objects/second.json");

        var run = place.TextOps("run", "-f", "objects", "--store", "store").Exits(0);

        Assert.Matches(@"(?m)^default +first +Committed ", run.Output);
        Assert.Matches(@"(?m)^team +second +Committed ", run.Output);
        Assert.Equal(40, place.Manifest(1, "default.first").Chunks);
        Assert.Contains($"team/second: v000001 lies in file://{place.File("elsewhere")}/embeddings/vectors/v000001", run.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(place.Store, "embeddings", "vectors")));
        AssertNumPy(place.File("elsewhere", "embeddings", "vectors", "v000001", "part-00000-00000.npy"), 40, 256);
    }

    [Fact]
    public void Packed_files_of_a_glob_in_several_shards_hold_every_row_once()
    {
        Directory.CreateDirectory(place.File("data", "deep"));
        place.WritePacked("data/a.txt.gz", Workplace.Lines(30));
        place.WritePacked("data/deep/b.txt.gz", Workplace.Lines(75).Skip(30));
        place.WriteLines("data/c.csv", ["not,a,text"]);
        var job = Workplace.Job() with
        {
            Spec = Workplace.Job().Spec with { Source = new TextSource { Uri = "file://./data/**/*.txt.gz" }, Shards = 2, Parallelism = 2 },
        };

        place.Run(job).Exits(0);

        Assert.Equal((75L, 2), (place.Manifest().Embedded, place.Manifest().Parts.Select(part => part.Shard).Distinct().Count()));
        var texts = place.Manifest().Parts.SelectMany(part => File.ReadLines(place.Version(1, VersionLayout.ChunksFile(part.Shard, part.Sequence))))
            .Select(line => JsonNode.Parse(line)!["text"]!.GetValue<string>());
        Assert.Equal(Workplace.Lines(75).Order(StringComparer.Ordinal), texts.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_suspended_object_waits_until_it_is_resumed()
    {
        var job = Workplace.Job();

        var suspended = place.Run(job with { Spec = job.Spec with { Suspend = true } }).Exits(0);
        Assert.Matches(@"(?m)^tickets +Suspended ", suspended.Output);
        Assert.Empty(place.Files());

        Assert.Matches(@"(?m)^tickets +Committed +100% +40 +v000001 ", place.Run(job).Exits(0).Output);
    }

    [Fact]
    public void A_store_may_have_a_per_cent_sign_in_its_name()
    {
        var run = place.TextOps("run", "-f", place.WriteManifest(Workplace.Job()), "--store", "100%").Exits(0);

        Assert.Contains("100%25/embeddings/default.tickets/v000001\n", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(place.File("100%", "embeddings", "default.tickets", "v000001", "manifest.json")));
    }

    [Fact]
    public void Every_rejected_row_is_listed_with_its_reason_and_counted()
    {
        using (var corpus = File.Create(place.File("tickets.txt")))
        {
            foreach (var line in new[] { "a good line about a refund", "", "  12 345, 6", "a good line about a refund", "no", new string('x', 60), "ꙮꙮꙮ ꙮꙮꙮ", "another good line" })
            {
                corpus.Write(Encoding.UTF8.GetBytes(line + "\n"));
            }

            corpus.Write([(byte)'b', 0xC3, 0x28, (byte)'\n']);
        }

        var validation = new RowValidation { MinLength = 3, MaxLength = 50, RejectDigitsOnly = true, RejectDuplicates = true, MaxRejectedFraction = "0.9" };
        var run = place.Run(Workplace.Job() with { Spec = Workplace.Job().Spec with { Validation = validation } }).Exits(0);

        var rejects = File.ReadLines(place.Version(1, "rejects-00000-00000.jsonl")).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(
            ["2 Empty", "3 DigitsOnly", "4 Duplicate", "5 TooShort", "6 TooLong", "7 UnknownTokens", "9 InvalidUtf8"],
            rejects.Select(reject => $"{reject["line"]} {reject["reason"]}"));
        Assert.Equal([1, 2, 3, 4, 5, 6, 8], rejects.Select(reject => reject["row"]!.GetValue<int>()));
        Assert.Equal("tickets.txt@27", rejects[0]["id"]!.GetValue<string>());
        Assert.Equal((9L, 2L, 7L), (place.Record().LinesRead, place.Record().LinesEmbedded, place.Record().LinesRejected));
        Assert.Equal(7, place.Manifest().Rejected.Count);
        Assert.All(place.Manifest().Rejected.Values, count => Assert.Equal(1, count));
        Assert.Contains("2 chunks of 2 rows, 7 rejected", run.Output, StringComparison.Ordinal);
    }

    // numpy.lib.format, version 1.0
    private static void AssertNumPy(string file, int rows, int columns)
    {
        var bytes = File.ReadAllBytes(file);
        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0], bytes[..8]);
        var header = Encoding.ASCII.GetString(bytes, 10, BitConverter.ToUInt16(bytes, 8));
        Assert.Contains($"'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns})", header, StringComparison.Ordinal);
        Assert.Equal(10 + header.Length + (rows * columns * sizeof(float)), bytes.Length);
    }
}
