using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Artifacts.Embeddings;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;

namespace TextOps.Local.Tests.EndToEnd;

/// <summary>Whatever ends <c>textops</c> or a runner in the middle of a job, running again gives what an undisturbed run gives.</summary>
public sealed class InterruptTests(InterruptTests.Undisturbed undisturbed) : IClassFixture<InterruptTests.Undisturbed>, IDisposable
{
    private const int Rows = 20_000;

    private readonly Workplace place = Prepare();

    private static EmbeddingJob Job => Workplace.Job() with { Spec = Workplace.Job().Spec with { Shards = 2, Parallelism = 2 } };

    public void Dispose() => place.Dispose();

    [Fact]
    public void Ctrl_C_ends_the_runners_with_whole_parts_and_the_same_run_resumes()
    {
        JsonObject interrupted;
        using (var textops = place.Start(Job))
        {
            var runners = WaitForPart(textops);
            textops.Signal("INT");
            Assert.Contains("run the same command again to resume", textops.Wait().Exits(130).Error, StringComparison.Ordinal);
            Assert.All(runners, runner => Assert.False(TextOpsProcess.IsAlive(runner)));
            AssertOnlyWholeParts();
            interrupted = place.Get();
            Assert.Equal("Running", Workplace.Reason(interrupted, "Ready"));
        }

        place.Run(Job).Exits(0);
        Assert.Equal(RunId(interrupted), RunId(place.Get()));
        AssertEqualsUndisturbed();
    }

    [Fact]
    public void A_killed_runner_is_started_again_by_the_same_command()
    {
        using var textops = place.Start(Job);

        TextOpsProcess.Signal(WaitForPart(textops)[0], "KILL");

        Assert.Contains("the runner was ended by signal 9; attempt 2 of 4 follows at", textops.Wait().Exits(0).Output, StringComparison.Ordinal);
        AssertEqualsUndisturbed();
    }

    [Fact]
    public void A_killed_textops_takes_its_runners_along_and_the_same_run_resumes()
    {
        JsonObject killed;
        using (var textops = place.Start(Job))
        {
            var runners = WaitForPart(textops);
            textops.Signal("KILL");
            Assert.Equal(137, textops.Wait().ExitCode);
            var watch = Stopwatch.StartNew();
            while (runners.Any(TextOpsProcess.IsAlive))
            {
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"runners {string.Join(", ", runners)} still run {watch.Elapsed} after textops");
                Thread.Sleep(5);
            }

            killed = place.Get();
        }

        place.Run(Job).Exits(0);
        Assert.Equal(RunId(killed), RunId(place.Get()));
        AssertEqualsUndisturbed();
    }

    [Fact]
    public void A_store_in_use_can_be_looked_at_but_not_run_on()
    {
        using var textops = place.Start(Job);

        // Held still, so that the run cannot end while others look.
        foreach (var runner in WaitForPart(textops))
        {
            TextOpsProcess.Signal(runner, "STOP");
        }

        var second = place.Run(Job).Exits(2);

        Assert.Equal($"textops: the store {place.Store} is in use by process {textops.Id}; wait for it to end, or choose another store\n", second.Error);
        Assert.Equal("Running", Workplace.Reason(place.Get(), "Ready"));
        foreach (var runner in textops.Runners())
        {
            TextOpsProcess.Signal(runner, "CONT");
        }
    }

    private static Workplace Prepare()
    {
        var prepared = new Workplace();
        prepared.WriteLines("tickets.txt", Workplace.Lines(Rows));
        return prepared;
    }

    private static string RunId(JsonObject job) => job["status"]!["run"]!["id"]!.GetValue<string>();

    /// <summary>Waits until a shard has a whole part, of three; answers the runners.</summary>
    private IReadOnlyList<int> WaitForPart(TextOpsProcess textops)
    {
        textops.WaitUntil(
            () => File.Exists(place.Version(1, VersionLayout.PartRecordFile(0, 0))) || File.Exists(place.Version(1, VersionLayout.PartRecordFile(1, 0))),
            "the first part");
        var runners = textops.Runners();
        Assert.InRange(runners.Count, 1, 2);
        return runners;
    }

    private void AssertOnlyWholeParts()
    {
        Assert.DoesNotContain(place.Files(), file => file.Contains(".tmp-", StringComparison.Ordinal));
        Assert.False(File.Exists(place.Version(1, VersionLayout.ManifestFile)));
        var records = place.Files().Where(file => file.Contains("_shards/00000/", StringComparison.Ordinal) || file.Contains("_shards/00001/", StringComparison.Ordinal)).ToList();
        Assert.InRange(records.Count, 1, 6);
        foreach (var record in records)
        {
            var part = JsonSerializer.Deserialize<PartRecord>(File.ReadAllBytes(Path.Combine(place.Store, record)), Json.Strict)!;
            Assert.All(part.Files, file => Assert.Equal(file.Sha256, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(place.Version(1, file.Path))))));
        }
    }

    private void AssertEqualsUndisturbed()
    {
        var content = place.Content();
        Assert.Equal(undisturbed.Content.Keys, content.Keys);
        Assert.All(undisturbed.Content, file => Assert.True(file.Value == content[file.Key], $"{file.Key} differs"));
        Assert.Equal((Rows, "Committed"), (place.Manifest().Embedded, Workplace.Reason(place.Get(), "Ready")));
    }

    /// <summary>What the job gives in one go.</summary>
    public sealed class Undisturbed
    {
        public Undisturbed()
        {
            using var place = Prepare();
            place.Run(Job).Exits(0);
            Content = place.Content();
        }

        public IReadOnlyDictionary<string, string> Content { get; }
    }
}
