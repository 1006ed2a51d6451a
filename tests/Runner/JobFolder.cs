using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Tasks;
using TextOps.Runner.Commit;
using TextOps.Runner.Embed;
using TextOps.Runner.Logging;
using TextOps.Runner.Plan;
using TextOps.Runner.Progress;
using TextOps.Runner.Tasks;
using TextOps.Tests;

namespace TextOps.Runner.Tests;

/// <summary>A folder with a corpus and a store, and a job that turns the one into versions in the other with the model minilm-static-256.</summary>
internal sealed class JobFolder : IDisposable
{
    public const string OutputName = "default.tickets";

    private readonly TemporaryFolder folder = new();

    public JobFolder()
    {
        Task = new PlanTask
        {
            Owner = new TaskOwner { Namespace = "default", Name = "tickets" },
            RunId = "00000000000000a1",
            Output = new TaskOutput { Uri = FileUri.FromPath(folder.File("store")), Name = OutputName },
            Trigger = "spec",
            Source = new TextSource { Uri = FileUri.FromPath(Corpus), IdField = "id", MetadataFields = ["label"] },
            Model = new EmbeddingModel { Uri = FileUri.FromPath(ModelPath) },
            Chunking = new Chunking(),
            Validation = new RowValidation { RejectDigitsOnly = true, RejectDuplicates = true },
            Format = EmbeddingFormat.Jsonl,
            Shards = 1,
        };
    }

    public static string ModelPath { get; } = Repository.File("models", "minilm-static-256");

    /// <summary>The plan task; tests change it as they need.</summary>
    public PlanTask Task { get; set; }

    /// <summary>Limits of parts, small enough for several parts.</summary>
    public PartLimits Limits { get; set; } = new() { Chunks = 7 };

    public int Threads { get; set; } = 2;

    public ILogger Log { get; set; } = NullLogger.Instance;

    public string Corpus => File("corpus.jsonl");

    public string Store => File("store");

    public EmbeddingVersions Versions => new(ObjectStores.Open(Task.Output.Uri), Task.Output.Name);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    /// <summary>A path in the folder.</summary>
    public string File(params string[] parts) => folder.File(parts);

    /// <summary>A path in a version's folder.</summary>
    public string VersionFile(int version, params string[] parts) => Path.Combine([Store, "embeddings", OutputName, $"v{version:D6}", .. parts]);

    /// <summary>Writes the corpus: a line each, texts as rows with ids and labels.</summary>
    public void WriteCorpus(params IEnumerable<string> texts) => System.IO.File.WriteAllText(
        Corpus,
        string.Concat(texts.Select((text, row) => new JsonObject { ["id"] = $"t{row}", ["text"] = text, ["label"] = $"l{row % 3}" }.ToJsonString() + "\n")));

    /// <summary>A corpus with rows to reject of each kind, duplicates far apart, long texts, and other languages.</summary>
    public static IEnumerable<string> MixedTexts(int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            yield return (row % 20) switch
            {
                3 => "",
                5 => "0815 / 4711",
                7 when row > 40 => "The printer of desk 1 does not connect any more.",
                11 => "ꙮꙮ ꘐꘐ",
                13 => string.Join(' ', Enumerable.Range(0, 60).Select(word => $"Sentence {word} of ticket {row} is about invoice {word * 7}.")),
                17 => $"Der Drucker an Platz {row} verbindet sich nicht 😀",
                _ => $"The printer of desk {row} does not connect any more.",
            };
        }
    }

    public Task<PlanResult> PlanAsync() => new PlanVerb(Context()).RunAsync(Task, Cancel);

    public Task<EmbedResult> EmbedAsync(int version = 1, int shard = 0) => new EmbedVerb(Context(), Limits).RunAsync(EmbedTask(version, shard), Cancel);

    public Task<CommitResult> CommitAsync(int version = 1, int? keepVersions = null) =>
        new CommitVerb(Context()).RunAsync(CommitTask(version, keepVersions), Cancel);

    public EmbedTask EmbedTask(int version = 1, int shard = 0) =>
        new() { Owner = Task.Owner, RunId = Task.RunId, Output = Task.Output, Version = version, Shard = shard };

    public CommitTask CommitTask(int version = 1, int? keepVersions = null) =>
        new() { Owner = Task.Owner, RunId = Task.RunId, Output = Task.Output, Version = version, KeepVersions = keepVersions };

    /// <summary>Plans, embeds all shards and commits.</summary>
    public async Task<CommitResult> RunAsync(int? keepVersions = null)
    {
        var plan = await PlanAsync();
        Assert.False(plan.UpToDate);
        for (var shard = 0; shard < plan.Shards; shard++)
        {
            await EmbedAsync(plan.Version, shard);
        }

        return await CommitAsync(plan.Version, keepVersions);
    }

    /// <summary>Everything that a version's folder holds, by path, without times and costs: what has to be equal where runs are equal.</summary>
    public SortedDictionary<string, string> Content(int version = 1)
    {
        var versionFolder = VersionFile(version);
        var content = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(versionFolder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(versionFolder, path);
            var text = System.IO.File.ReadAllText(path, Encoding.Latin1);
            content[name] = name is "_plan.json" or "manifest.json" || name.StartsWith("_shards/", StringComparison.Ordinal) ? WithoutTimes(text) : text;
        }

        return content;
    }

    public string ReadVersionFile(string name, int version = 1) => System.IO.File.ReadAllText(VersionFile(version, name));

    private static string WithoutTimes(string json)
    {
        var document = JsonNode.Parse(json)!.AsObject();
        document.Remove("created");
        document.Remove("cost");
        return document.ToJsonString();
    }

    private TaskContext Context() => new()
    {
        Log = Log,
        Properties = new TaskProperties(),
        Progress = new ProgressMeter(TimeProvider.System),
        Time = TimeProvider.System,
        Threads = Threads,
    };
}
