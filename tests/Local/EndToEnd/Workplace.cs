using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Artifacts.Embeddings;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Yaml;
using TextOps.Tests;

namespace TextOps.Local.Tests.EndToEnd;

/// <summary>A folder with corpora, manifests and a store, in which <c>textops</c> is run.</summary>
internal sealed class Workplace : IDisposable
{
    private static readonly string[] Words =
    [
        "invoice", "card", "payment", "refund", "password", "reset", "login", "mail", "app", "crashes", "photo", "upload", "parcel", "printer", "label", "export",
        "rows", "dashboard", "slow", "webhook", "twice", "token", "account", "team", "user", "please", "help", "never", "again", "since", "Monday", "morning",
    ];

    private readonly TemporaryFolder folder = new();

    /// <summary>The model that comes with the repository.</summary>
    public static string Model { get; } = Repository.File("models", "minilm-static-256");

    public string Path => folder.Path;

    /// <summary>The store of commands that are run by <see cref="Run(EmbeddingJob)"/>.</summary>
    public string Store => folder.File("store");

    /// <summary>A valid object over <c>tickets.txt</c>.</summary>
    public static EmbeddingJob Job(string name = "tickets") => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new EmbeddingJobSpec
        {
            Source = new TextSource { Uri = "file://./tickets.txt" },
            Model = new EmbeddingModel { Uri = $"file://{Model}" },
        },
    };

    /// <summary>As many different lines of made-up text as wanted, the same at each call.</summary>
    public static IEnumerable<string> Lines(int count)
    {
        for (var line = 0; line < count; line++)
        {
            var random = new Random(line);
            yield return string.Join(' ', Enumerable.Range(0, 20).Select(_ => Words[random.Next(Words.Length)]).Append(line.ToString(CultureInfo.InvariantCulture)));
        }
    }

    public string File(params string[] parts) => folder.File(parts);

    /// <summary>A file of the version: <c>Version(1, "manifest.json")</c>.</summary>
    public string Version(int version, string file, string output = "default.tickets") => folder.File("store", "embeddings", output, $"v{version:D6}", file);

    /// <summary>Writes a file, with the folders it lies in.</summary>
    public string Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File(name))!);
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    /// <summary>Writes lines of text.</summary>
    public string WriteLines(string name, IEnumerable<string> lines) => Write(name, string.Concat(lines.Select(line => line + "\n")));

    /// <summary>Writes lines of text, packed.</summary>
    public void WritePacked(string name, IEnumerable<string> lines)
    {
        using var packer = new GZipStream(System.IO.File.Create(File(name)), CompressionLevel.Fastest);
        packer.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
    }

    /// <summary>Writes an object as a manifest.</summary>
    public string WriteManifest(EmbeddingJob job, string? file = null)
    {
        var json = JsonSerializer.SerializeToNode(job, Json.Objects)!.AsObject();
        file ??= $"{job.Metadata.Name}.yaml";
        return Write(file, file.EndsWith(".json", StringComparison.Ordinal) ? json.ToJsonString(Json.Readable) : YamlWriter.Write(json));
    }

    /// <summary>Copies the model, so that a test can spoil it.</summary>
    public string CopyModel(string name)
    {
        foreach (var file in Directory.EnumerateFiles(Model, "*", SearchOption.AllDirectories))
        {
            var copy = File(name, System.IO.Path.GetRelativePath(Model, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            System.IO.File.WriteAllBytes(copy, System.IO.File.ReadAllBytes(file));
        }

        return File(name);
    }

    /// <summary>Runs <c>textops</c> to its end.</summary>
    public TextOpsResult TextOps(params string[] arguments) => TextOpsProcess.Run(Path, arguments);

    /// <summary>Applies an object and waits until it is done.</summary>
    public TextOpsResult Run(EmbeddingJob job) => TextOps("run", "-f", WriteManifest(job), "--store", "store");

    /// <summary>Starts to apply an object.</summary>
    public TextOpsProcess Start(EmbeddingJob job) => TextOpsProcess.Start(Path, "run", "-f", WriteManifest(job), "--store", "store");

    /// <summary>What <c>textops get -o json</c> shows of an object.</summary>
    public JsonObject Get(string name = "tickets") =>
        JsonNode.Parse(TextOps("get", "embeddingjob", name, "-o", "json", "--store", "store").Exits(0).Output)!.AsObject();

    /// <summary>Reason of the object's condition.</summary>
    public static string Reason(JsonObject job, string condition) => Condition(job, condition)["reason"]!.GetValue<string>();

    public static JsonNode Condition(JsonObject job, string type) =>
        job["status"]!["conditions"]!.AsArray().Single(condition => condition!["type"]!.GetValue<string>() == type)!;

    public VersionManifest Manifest(int version = 1, string output = "default.tickets") => Read<VersionManifest>(Version(version, VersionLayout.ManifestFile, output));

    public RunRecord Record(int version = 1, string output = "default.tickets") => Read<RunRecord>(File("store", "metadata", output, $"v{version:D6}.json"));

    /// <summary>The files of the store in order, without the local cluster's own.</summary>
    public IReadOnlyList<string> Files() =>
    [
        .. Directory.EnumerateFiles(Store, "*", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Store, file))
            .Where(file => !file.StartsWith(".textops", StringComparison.Ordinal) && System.IO.Path.GetFileName(file) != ".tmp-lock")
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The files that readers see by name, each with a hash of all that is not time, cost or place.</summary>
    public SortedDictionary<string, string> Content()
    {
        var content = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Files().Where(file => !System.IO.Path.GetFileName(file).StartsWith(".tmp-", StringComparison.Ordinal)))
        {
            var bytes = System.IO.File.ReadAllBytes(System.IO.Path.Combine(Store, file));
            if (file.EndsWith(".json", StringComparison.Ordinal))
            {
                var document = JsonNode.Parse(bytes)!.AsObject();
                foreach (var varying in new[] { "created", "cost", "started", "finished", "cpuSeconds", "gpuSeconds", "peakMemoryBytes" })
                {
                    document.Remove(varying);
                }

                bytes = Encoding.UTF8.GetBytes(document.ToJsonString().Replace(Path, "<folder>", StringComparison.Ordinal));
            }

            content[file] = Convert.ToHexString(SHA256.HashData(bytes));
        }

        return content;
    }

    public void Dispose() => folder.Dispose();

    private static T Read<T>(string file) => JsonSerializer.Deserialize<T>(System.IO.File.ReadAllBytes(file), Json.Strict)!;
}
