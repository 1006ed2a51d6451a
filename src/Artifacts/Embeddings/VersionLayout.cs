using System.Globalization;
using TextOps.Artifacts.Stores;
using TextOps.Crds;

namespace TextOps.Artifacts.Embeddings;

/// <summary>Where the files of an output lie: keys from the store's root, and paths in a version's folder.</summary>
public sealed class VersionLayout
{
    /// <summary>The plan, in a version's folder.</summary>
    public const string PlanFile = "_plan.json";

    /// <summary>The commit, in a version's folder.</summary>
    public const string ManifestFile = "manifest.json";

    private const string PartKind = "part";
    private const string RejectsKind = "rejects";

    /// <summary>Makes the layout of an output.</summary>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not one segment of a key.</exception>
    public VersionLayout(string name)
    {
        Name = ObjectKey.Check(name).Contains('/', StringComparison.Ordinal)
            ? throw new ArgumentException($"output name '{name}' must not contain '/'", nameof(name))
            : name;
        Folder = $"embeddings/{name}/";
    }

    /// <summary>Name of the output.</summary>
    public string Name { get; }

    /// <summary>The output's folder, with a '/' at its end.</summary>
    public string Folder { get; }

    /// <summary>Key of the pointer to the last committed version.</summary>
    public string Latest => Folder + "latest.json";

    /// <summary>What the paths of all parts' files start with, and no others; those of one shard where it is given.</summary>
    public static IReadOnlyList<string> PartFilePrefixes(int? shard) => shard is { } number
        ? [string.Create(CultureInfo.InvariantCulture, $"{PartKind}-{number:D5}-"), string.Create(CultureInfo.InvariantCulture, $"{RejectsKind}-{number:D5}-")]
        : [PartKind + "-", RejectsKind + "-"];

    /// <summary>Path of a part's chunks in the version's folder: <c>part-00000-00003.jsonl</c>.</summary>
    public static string ChunksFile(int shard, int sequence) => PartFile(PartKind, shard, sequence, "jsonl");

    /// <summary>Path of a part's vectors in the version's folder, where they are in a file of their own: <c>part-00000-00003.npy</c>.</summary>
    public static string VectorsFile(int shard, int sequence) => PartFile(PartKind, shard, sequence, "npy");

    /// <summary>Path of a part's rejected rows in the version's folder: <c>rejects-00000-00003.jsonl</c>.</summary>
    public static string RejectsFile(int shard, int sequence) => PartFile(RejectsKind, shard, sequence, "jsonl");

    /// <summary>Path of a part's record in the version's folder: <c>_shards/00000/00003.json</c>.</summary>
    public static string PartRecordFile(int shard, int sequence) => string.Create(CultureInfo.InvariantCulture, $"_shards/{shard:D5}/{sequence:D5}.json");

    /// <summary>Path of a finished shard's record in the version's folder: <c>_shards/00000.json</c>.</summary>
    public static string ShardRecordFile(int shard) => string.Create(CultureInfo.InvariantCulture, $"_shards/{shard:D5}.json");

    /// <summary>A version's folder, with a '/' at its end.</summary>
    public string VersionFolder(int version) => $"{Folder}{VersionNumber.Name(version)}/";

    /// <summary>Key of a file of a version.</summary>
    public string File(int version, string path) => VersionFolder(version) + path;

    /// <summary>Key of a version's run record.</summary>
    public string RunRecord(int version) => $"metadata/{Name}/{VersionNumber.Name(version)}.json";

    private static string PartFile(string kind, int shard, int sequence, string extension) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}-{shard:D5}-{sequence:D5}.{extension}");
}
