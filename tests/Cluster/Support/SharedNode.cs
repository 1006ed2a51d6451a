using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using TextOps.Cluster.Tests.Support;
using TextOps.Tests;

[assembly: AssemblyFixture(typeof(SharedNode))]

namespace TextOps.Cluster.Tests.Support;

/// <summary>What all tests share: the one node that runs their pods (the scheduler binds a pod to any node there is), corpora, and the count of refused calls.</summary>
public sealed class SharedNode : IDisposable
{
    private static readonly string[] Words =
        ["invoice", "card", "payment", "refund", "password", "login", "mail", "app", "crashes", "photo", "parcel", "printer", "label", "export", "slow", "twice"];

    private static readonly string[] Praise = ["lovely", "brilliant", "gripping", "tender", "wise"];
    private static readonly string[] Blame = ["dull", "clumsy", "tedious", "shallow", "flat"];

    private readonly Lock gate = new();
    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentQueue<string> refused = new();
    private BuiltProgram? node;

    /// <summary>Starts it where it does not run yet.</summary>
    internal void Start(TestCluster cluster)
    {
        lock (gate)
        {
            node ??= BuiltProgram.StartNode(
                "--kubeconfig", cluster.KubeConfig, "--context", "admin", "--name", $"node-{Environment.ProcessId}", "--pods", folder.File("pods"));
        }
    }

    /// <summary>A file of so many different lines, made once.</summary>
    internal string Corpus(int lines)
    {
        lock (gate)
        {
            var file = folder.File($"{lines}.txt");
            if (!File.Exists(file))
            {
                File.WriteAllLines(file, Enumerable.Range(0, lines).Select(Line));
            }

            return file;
        }
    }

    /// <summary>A file of so many different reviews with labels, made once: words tell the label mostly, and not always.</summary>
    internal string Reviews(int rows)
    {
        lock (gate)
        {
            var file = folder.File($"reviews-{rows}.jsonl");
            if (!File.Exists(file))
            {
                File.WriteAllLines(file, Enumerable.Range(0, rows).Select(Review));
            }

            return file;
        }
    }

    /// <summary>Notes calls that the API server refused an operator for want of rights: that is told when all tests are over, so that no test's own failure is hidden.</summary>
    internal void NoteRefused(IEnumerable<string> calls)
    {
        var test = TestContext.Current.Test?.TestDisplayName ?? TestContext.Current.TestClass?.TestClassName;
        foreach (var call in calls)
        {
            refused.Enqueue($"{test}: {call}");
        }
    }

    public void Dispose()
    {
        node?.Stop();
        node?.Dispose();
        folder.Dispose();
        Assert.True(refused.IsEmpty, $"config/rbac lacks rights that the operator asked for:\n{string.Join('\n', refused)}");
    }

    private static string Line(int number)
    {
        var text = Enumerable.Range(0, 12).Select(place => Words[(int)((uint)((number + 1) * 2654435761L >> (place * 2)) % (uint)Words.Length)]);
        return string.Join(' ', text.Append(number.ToString(CultureInfo.InvariantCulture)));
    }

    private static string Review(int number)
    {
        var (isGood, isOdd) = (number % 2 == 0, number % 7 == 0);
        var opinion = (isGood != isOdd ? Praise : Blame)[number / 2 % Praise.Length];
        var row = new JsonObject { ["id"] = $"r{number}", ["text"] = $"{opinion} {Line(number)}", ["label"] = isGood ? "good" : "bad" };
        return row.ToJsonString();
    }
}
