using System.Text;
using System.Text.Json;
using TextOps.Artifacts.Embeddings;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Tasks;

namespace TextOps.Artifacts.Tests.Embeddings;

/// <summary>Documents of versions, to be varied by <c>with</c>, and whole versions.</summary>
internal static class Documents
{
    public const int Dimensions = 3;

    public static TaskOwner Owner { get; } = new() { Namespace = "support", Name = "tickets" };

    public static DateTimeOffset Time { get; } = new(2025, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static PinnedModel Model { get; } = new()
    {
        Uri = "file:///models/minilm",
        Settings = new EmbeddingModel { Uri = "file:///models/minilm" },
        Files = new Dictionary<string, string> { ["tokenizer.json"] = "bb", ["model.onnx"] = "aa" },
        Dimensions = Dimensions,
        MaxTokens = 256,
    };

    public static VersionPlan Plan(int version = 1, string run = "run-1") => new()
    {
        ApiVersion = ApiGroup.GroupVersion,
        Owner = Owner,
        RunId = run,
        Trigger = "spec",
        Version = version,
        Fingerprint = "fingerprint",
        Created = Time,
        Source = new TextSource { Uri = "file:///corpus" },
        Inputs = [new PinnedInput { Uri = "file:///corpus/a.jsonl", Bytes = 10, ETag = "tag" }],
        Model = Model,
        Chunking = new Chunking(),
        Validation = new RowValidation(),
        Format = EmbeddingFormat.Jsonl,
        Shards = [new ShardPlan { Shard = 0, Ranges = [new InputRange { Input = 0, Offset = 0, Bytes = 10 }] }],
    };

    public static PartRecord Part(int sequence = 0, int shard = 0, params IReadOnlyList<VersionFile> files) => new()
    {
        Shard = shard,
        Sequence = sequence,
        FirstRow = 10 * sequence,
        Rows = 10,
        Embedded = 8,
        Chunks = 4,
        Tokens = 40,
        Truncated = 0,
        Rejected = new Dictionary<string, long> { ["TooShort"] = 1, ["Empty"] = 1 },
        Files = files,
    };

    public static VersionManifest Manifest(int version = 1, string run = "run-1", EmbeddingFormat format = EmbeddingFormat.Jsonl, params IReadOnlyList<PartRecord> parts) => new()
    {
        ApiVersion = ApiGroup.GroupVersion,
        Owner = Owner,
        RunId = run,
        Version = version,
        Fingerprint = "fingerprint",
        Created = Time,
        Model = Model.Uri,
        Dimensions = Dimensions,
        Format = format,
        Rows = 10,
        Embedded = 8,
        Chunks = parts.Sum(part => part.Chunks),
        Rejected = new Dictionary<string, long> { ["TooShort"] = 1, ["Empty"] = 1 },
        Parts = parts,
    };

    public static RunRecord Run(int version = 1, string run = "run-1") => new()
    {
        ApiVersion = ApiGroup.GroupVersion,
        Owner = Owner,
        RunId = run,
        Trigger = "spec",
        Version = version,
        Started = Time,
        Finished = Time.AddMinutes(1),
        Inputs = ["file:///corpus/a.jsonl"],
        LinesRead = 10,
        LinesEmbedded = 8,
        LinesRejected = 2,
        RejectedByReason = new Dictionary<string, long> { ["TooShort"] = 1, ["Empty"] = 1 },
        Chunks = 4,
        Tokens = 40,
        Truncated = 0,
        Model = Model,
        CodeVersion = "0123abc",
        Environment = new Dictionary<string, string> { ["os"] = "Linux", ["cpu"] = "2" },
        CpuSeconds = 1.5,
        GpuSeconds = 0,
        PeakMemoryBytes = 1 << 20,
    };

    /// <summary>Plans and commits a version without parts.</summary>
    public static async Task CommitAsync(this EmbeddingVersions versions, int version)
    {
        Assert.True(await versions.TryCreatePlanAsync(Plan(version, $"run-{version}"), CancellationToken.None));
        await versions.CommitAsync(Manifest(version, $"run-{version}"), Run(version, $"run-{version}"), CancellationToken.None);
    }

    /// <summary>A chunk whose vector tells its number.</summary>
    public static ChunkRecord Chunk(int number) => new()
    {
        Id = $"chunk-{number}",
        Document = $"row-{number}",
        Chunk = 0,
        Start = 0,
        End = 4,
        Text = $"text {number} é",
        Metadata = new Dictionary<string, JsonElement> { ["label"] = JsonSerializer.SerializeToElement(number) },
        Vector = [number, -number, 0.1f],
    };

    /// <summary>Writes a part of chunks and returns its record.</summary>
    public static async Task<PartRecord> WritePartAsync(this EmbeddingVersions versions, EmbeddingFormat format, int sequence, int first, int count)
    {
        var chunks = Enumerable.Range(first, count).Select(Chunk).ToList();
        var npy = format is EmbeddingFormat.Npy;
        var lines = string.Concat(chunks.Select(chunk => JsonSerializer.Serialize(npy ? chunk with { Vector = null } : chunk, Json.Objects) + "\n"));
        List<VersionFile> files =
        [
            await versions.WritePartFileAsync(
                1, VersionLayout.ChunksFile(0, sequence), (stream, cancel) => stream.WriteAsync(Encoding.UTF8.GetBytes(lines), cancel).AsTask(), CancellationToken.None),
        ];
        if (npy)
        {
            files.Add(await versions.WritePartFileAsync(
                1,
                VersionLayout.VectorsFile(0, sequence),
                async (stream, cancel) =>
                {
                    await NpyFile.WriteHeaderAsync(stream, count, Dimensions, cancel);
                    await NpyFile.WriteValuesAsync(stream, chunks.SelectMany(chunk => chunk.Vector!).ToArray(), cancel);
                },
                CancellationToken.None));
        }

        var part = Part(sequence, 0, files) with { Chunks = count };
        await versions.WritePartAsync(1, part, CancellationToken.None);
        return part;
    }
}
