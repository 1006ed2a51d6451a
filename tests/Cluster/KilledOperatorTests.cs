using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using TextOps.Cluster.Tests.Support;
using TextOps.Cluster.Tests.Support.Faults;
using TextOps.Tests;

namespace TextOps.Cluster.Tests;

/// <summary>The operator loses its life at each of its writes, and the run ends as if nothing had been.</summary>
public sealed class KilledOperatorTests(SharedNode node)
{
    private const int AtOnce = 3;
    private const string Same = "as undisturbed";
    private const string NotWritten = "not written this time";

    // The short form fits into every test run; the long one has two shards and kills the operator before each write too. docs/operator-faults.md shows its table.
    private static readonly bool Long = Environment.GetEnvironmentVariable("TEXTOPS_TEST_ALL_KILLS") == "1";
    private static readonly int Shards = Long ? 2 : 1;
    private static readonly bool[] Moments = Long ? [false, true] : [true];

    [Fact]
    public async Task Killed_at_any_of_its_writes_the_operator_ends_the_run_as_an_undisturbed_one_does()
    {
        using var folder = new TemporaryFolder();
        var corpus = folder.File("tickets.txt");
        await File.WriteAllLinesAsync(corpus, Enumerable.Range(0, 300).Select(i => $"Ticket {i}: parcel {i * 7919 % 1000} did not arrive."), TestContext.Current.CancellationToken);
        node.Start(TestCluster.Require(TestCluster.ModernCustomResources, TestCluster.Controllers, TestCluster.Scheduler));

        var undisturbed = await KilledRun.RunAsync(corpus, Shards, kill: null);
        var (jobs, configMaps) = Long ? ("commit-a0+plan-a0+s00000-a0+s00001-a0", "commit+plan+s00000+s00001") : ("commit-a0+plan-a0+s00000-a0", "commit+plan+s00000");
        Assert.StartsWith(
            "Ready True (Committed), Reconciling False (Committed), Stalled False (NotStalled), observed 1 of 1, progress 100%, rows 300, chunks 300, rejected 0, "
            + $"shards {Shards}/{Shards}, version v000001, runs Committed v000001, Jobs {jobs}, ConfigMaps {configMaps}, not owned 0, store v000001, parts [{{",
            undisturbed.End, StringComparison.Ordinal);

        var kills = undisturbed.Writes.SelectMany(write => Moments.Select(done => new Kill(write, done))).ToList();
        var outcomes = new ConcurrentDictionary<Kill, (string Outcome, TimeSpan? Recovery)>();
        await Parallel.ForEachAsync(kills, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken }, async (kill, _) =>
            outcomes[kill] = await JudgeAsync(corpus, kill, undisturbed.End));

        var table = Table(undisturbed.Writes, outcomes);
        Directory.CreateDirectory(Repository.File("artifacts"));
        await File.WriteAllTextAsync(Repository.File("artifacts", "killed-operator.md"), table, TestContext.Current.CancellationToken);
        Assert.True(outcomes.Values.All(outcome => outcome.Outcome is Same or NotWritten), table);

        // News may be fewer where two changes are seen at once; children and their ends are never left out.
        Assert.DoesNotContain(kills, kill => outcomes[kill].Outcome == NotWritten && kill.At.Write.Resource is not ("events" or "embeddingjobs/status"));
    }

    private static async Task<(string Outcome, TimeSpan? Recovery)> JudgeAsync(string corpus, Kill kill, string expected)
    {
        try
        {
            var outcome = await KilledRun.RunAsync(corpus, Shards, kill);
            return outcome.End != expected ? ($"{outcome.End} INSTEAD OF {expected}", outcome.Recovery)
                : outcome.Recovery is null ? (NotWritten, null)
                : (Same, outcome.Recovery);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            return (problem.Message, null);
        }
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
