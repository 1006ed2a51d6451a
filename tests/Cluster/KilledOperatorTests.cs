using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using TextOps.Cluster.Tests.Support;
using TextOps.Cluster.Tests.Support.Faults;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Crds.TrainingRuns;
using TextOps.Tests;

namespace TextOps.Cluster.Tests;

/// <summary>The operator loses its life at each of its writes, and the run ends as if nothing had been.</summary>
public sealed class KilledOperatorTests(SharedNode node)
{
    private const int AtOnce = 3;
    private const string Same = "as undisturbed";
    private const string NotWritten = "not written this time";

    // The short form fits into every test run; the long one has more Jobs, and kills the operator before each write too. docs/operator-faults.md shows its tables.
    private static readonly bool Long = Environment.GetEnvironmentVariable("TEXTOPS_TEST_ALL_KILLS") == "1";
    private static readonly int Shares = Long ? 2 : 1;
    private static readonly bool[] Moments = Long ? [false, true] : [true];

    [Fact]
    public async Task Killed_at_any_of_its_writes_the_operator_ends_an_EmbeddingJobs_run_as_an_undisturbed_one_does()
    {
        var corpus = node.Corpus(300);
        var tickets = new KilledSubject<EmbeddingJob>(@namespace => TicketsOver(corpus, @namespace), (job, store) => EndState.Of(job, Path.Combine(store, "embeddings", "tickets")));
        var (jobs, configMaps) = Long ? ("commit-a0+plan-a0+s00000-a0+s00001-a0", "commit+plan+s00000+s00001") : ("commit-a0+plan-a0+s00000-a0", "commit+plan+s00000");

        await TestAsync(
            tickets,
            "Ready True (Committed), Reconciling False (Committed), Stalled False (NotStalled), observed 1 of 1, "
            + $"runs Committed v000001, Jobs {jobs}, ConfigMaps {configMaps}, not owned 0, "
            + $"progress 100%, rows 300, chunks 300, rejected 0, shards {Shares}/{Shares}, version v000001, store v000001, parts [{{",
            _ => true,
            "killed-operator.md");
    }

    [Fact]
    public async Task Killed_at_its_writes_the_operator_ends_a_TrainingRuns_run_as_an_undisturbed_one_does()
    {
        var dataset = node.Reviews(200);
        var reviews = new KilledSubject<TrainingRun>(@namespace => ReviewsOver(dataset, @namespace), (training, store) => EndState.Of(training, Path.Combine(store, "models", "reviews")));
        var trials = Enumerable.Range(0, Shares).Select(job => $"t{job:D5}").ToList();
        string[] parts = ["evaluate", "fit", "prepare", .. trials];

        // In every test run: after what it must not lose and cannot ask for again, because pods go.
        await TestAsync(
            reviews,
            "Ready True (Registered), Reconciling False (Registered), Stalled False (NotStalled), DataReady True (Prepared), Searched True (Completed), Evaluated True (Completed), "
            + "GatesPassed True (Passed), Registered True (Registered), observed 1 of 1, "
            + $"runs Registered v000001, Jobs {string.Join('+', parts.Select(part => $"{part}-a0"))}, ConfigMaps {string.Join('+', parts)}, not owned 0, "
            + $"trials {2 * Shares}/{2 * Shares}, best linear #",
            write => Long || write.Write is { Verb: "patch", Resource: "jobs" },
            "killed-operator-training.md");
    }

    private async Task TestAsync<T>(KilledSubject<T> subject, string end, Func<NumberedWrite, bool> isTested, string report) where T : class, IRunObject<IRunSpec, IRunStatus>
    {
        node.Start(TestCluster.Require(TestCluster.ModernCustomResources, TestCluster.Controllers, TestCluster.Scheduler));
        var undisturbed = await KilledRun<T>.RunAsync(subject, kill: null);
        Assert.StartsWith(end, undisturbed.End, StringComparison.Ordinal);

        var writes = undisturbed.Writes.Where(isTested).ToList();
        var kills = writes.SelectMany(write => Moments.Select(done => new Kill(write, done))).ToList();
        Assert.NotEmpty(kills);
        var outcomes = new ConcurrentDictionary<Kill, (string Outcome, TimeSpan? Recovery)>();
        await Parallel.ForEachAsync(kills, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken }, async (kill, _) =>
            outcomes[kill] = await JudgeAsync(subject, kill, undisturbed.End));

        var table = Table(writes, outcomes);
        Directory.CreateDirectory(Repository.File("artifacts"));
        await File.WriteAllTextAsync(Repository.File("artifacts", report), table, TestContext.Current.CancellationToken);
        Assert.True(outcomes.Values.All(outcome => outcome.Outcome is Same or NotWritten), table);

        // News may be fewer where two changes are seen at once; children and their ends are never left out.
        Assert.DoesNotContain(kills, kill => outcomes[kill].Outcome == NotWritten && kill.At.Write.Resource != "events" && !kill.At.Write.Resource.EndsWith("/status", StringComparison.Ordinal));
    }

    private static async Task<(string Outcome, TimeSpan? Recovery)> JudgeAsync<T>(KilledSubject<T> subject, Kill kill, string expected) where T : class, IRunObject<IRunSpec, IRunStatus>
    {
        try
        {
            var outcome = await KilledRun<T>.RunAsync(subject, kill);
            return outcome.End != expected ? ($"{outcome.End} INSTEAD OF {expected}", outcome.Recovery)
                : outcome.Recovery is null ? (NotWritten, null)
                : (Same, outcome.Recovery);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            return (problem.Message, null);
        }
    }

    private static EmbeddingJob TicketsOver(string corpus, string @namespace)
    {
        var job = EmbeddingJobs.Over(corpus, "tickets")
            .With(spec => spec with { Output = new EmbeddingOutput { Name = "tickets" }, Shards = Shares, Parallelism = Shares, TtlSecondsAfterFinished = 1 });
        return job with { Metadata = job.Metadata with { Namespace = @namespace } };
    }

    private static TrainingRun ReviewsOver(string dataset, string @namespace)
    {
        var training = TrainingRuns.Searching(dataset, "reviews", trials: 2 * Shares).With(spec => spec with
        {
            Search = spec.Search with { TrialsPerJob = 2, ParallelTrials = 2 },
            Register = new Registration { Name = "reviews" },
            TtlSecondsAfterFinished = 1,
        });
        return training with { Metadata = training.Metadata with { Namespace = @namespace } };
    }

    /// <summary>A row a write, a column a moment: how it ended, and the seconds from the operator's second start until Ready.</summary>
    private static string Table(IReadOnlyList<NumberedWrite> writes, ConcurrentDictionary<Kill, (string Outcome, TimeSpan? Recovery)> outcomes)
    {
        var table = new StringBuilder("| | write |");
        table.AppendJoin("", Moments.Select(done => done ? " killed when the server has done it |" : " killed before the server has it |")).Append("\n|--:|---|");
        table.AppendJoin("", Moments.Select(_ => "---|")).Append('\n');
        foreach (var (index, write) in writes.Index())
        {
            var cells = Moments.Select(done => outcomes[new Kill(write, done)])
                .Select(end => end.Recovery is { } recovery ? string.Create(CultureInfo.InvariantCulture, $" {end.Outcome}, {recovery.TotalSeconds:F1} s |") : $" {end.Outcome} |");
            table.Append(CultureInfo.InvariantCulture, $"| {index + 1} | {write} |").AppendJoin("", cells).Append('\n');
        }

        return table.ToString();
    }
}
