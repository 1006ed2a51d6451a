using System.Text.Json.Serialization;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Tasks;

namespace TextOps.Artifacts.Embeddings;

/// <summary><c>_plan.json</c>: created first, once; pins everything that decides what a version will hold.</summary>
public sealed record VersionPlan
{
    /// <summary>Always <c>textops.dev/v1alpha1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The object that the version belongs to; another owner's plan is refused.</summary>
    public required TaskOwner Owner { get; init; }

    /// <summary>Run identity.</summary>
    public required string RunId { get; init; }

    /// <summary>What triggered the run.</summary>
    public required string Trigger { get; init; }

    /// <summary>The version's number.</summary>
    public required int Version { get; init; }

    /// <summary>SHA-256 over inputs, model digests and settings: equal fingerprints mean equal content.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>When it was planned.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The source as it was given.</summary>
    public required TextSource Source { get; init; }

    /// <summary>The input objects, pinned, in order.</summary>
    public required IReadOnlyList<PinnedInput> Inputs { get; init; }

    /// <summary>The model, pinned.</summary>
    public required PinnedModel Model { get; init; }

    /// <summary>How texts are cut.</summary>
    public required Chunking Chunking { get; init; }

    /// <summary>Which rows are rejected.</summary>
    public required RowValidation Validation { get; init; }

    /// <summary>How parts are written.</summary>
    public required EmbeddingFormat Format { get; init; }

    /// <summary>Which inputs each shard reads.</summary>
    public required IReadOnlyList<ShardPlan> Shards { get; init; }
}

/// <summary>An input object as it was when the version was planned.</summary>
public sealed record PinnedInput
{
    /// <summary>Its URI.</summary>
    public required string Uri { get; init; }

    /// <summary>Its size, in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Its tag.</summary>
    [JsonPropertyName("etag")]
    public required string ETag { get; init; }

    /// <summary>Its version id, where the store keeps versions.</summary>
    public string? VersionId { get; init; }
}

/// <summary>A model whose files are pinned by digest.</summary>
public sealed record PinnedModel
{
    /// <summary>Its URI.</summary>
    public required string Uri { get; init; }

    /// <summary>The settings it is used with.</summary>
    public required EmbeddingModel Settings { get; init; }

    /// <summary>SHA-256 of each file that is used, by path in the model's folder.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    /// <summary>Length of its vectors.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Longest input, in tokens.</summary>
    public required int MaxTokens { get; init; }
}

/// <summary>What one shard reads: whole input objects, or ranges of them, cut at any byte.</summary>
public sealed record ShardPlan
{
    /// <summary>Index, from 0.</summary>
    public required int Shard { get; init; }

    /// <summary>What it reads, in order.</summary>
    public required IReadOnlyList<InputRange> Ranges { get; init; }
}

/// <summary>A range of an input object; rows belong to the range that their first byte lies in.</summary>
public sealed record InputRange
{
    /// <summary>Index into the plan's inputs.</summary>
    public required int Input { get; init; }

    /// <summary>First byte.</summary>
    public required long Offset { get; init; }

    /// <summary>Number of bytes (as stored, packed or not).</summary>
    public required long Bytes { get; init; }
}

/// <summary>A whole part: written after its files. <c>_shards/00000/00003.json</c></summary>
public sealed record PartRecord
{
    /// <summary>The shard.</summary>
    public required int Shard { get; init; }

    /// <summary>Sequence within the shard, from 0.</summary>
    public required int Sequence { get; init; }

    /// <summary>Index of the shard's first row that is in this part, from 0.</summary>
    public required long FirstRow { get; init; }

    /// <summary>Rows read.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows embedded.</summary>
    public required long Embedded { get; init; }

    /// <summary>Chunks.</summary>
    public required long Chunks { get; init; }

    /// <summary>Tokens embedded, special ones included.</summary>
    public required long Tokens { get; init; }

    /// <summary>Chunks that were longer than the model's limit and lost their end.</summary>
    public required long Truncated { get; init; }

    /// <summary>Rejected rows by reason.</summary>
    public required IReadOnlyDictionary<string, long> Rejected { get; init; }

    /// <summary>The part's files: chunks, vectors, rejects.</summary>
    public required IReadOnlyList<VersionFile> Files { get; init; }
}

/// <summary>A file of a version.</summary>
public sealed record VersionFile
{
    /// <summary>Path in the version's folder.</summary>
    public required string Path { get; init; }

    /// <summary>Its size, in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of its content.</summary>
    public required string Sha256 { get; init; }
}

/// <summary>A finished shard: <c>_shards/00000.json</c>.</summary>
public sealed record ShardRecord
{
    /// <summary>The shard.</summary>
    public required int Shard { get; init; }

    /// <summary>Its parts, in order.</summary>
    public required IReadOnlyList<PartRecord> Parts { get; init; }

    /// <summary>What it cost.</summary>
    public required ShardCost Cost { get; init; }
}

/// <summary>What the attempts that made a shard cost, as far as they are known.</summary>
public sealed record ShardCost
{
    /// <summary>When the attempt that finished the shard started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it finished.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>Processor time of that attempt, in seconds.</summary>
    public required double CpuSeconds { get; init; }

    /// <summary>GPU time of that attempt, in seconds.</summary>
    public required double GpuSeconds { get; init; }

    /// <summary>Peak resident memory of that attempt, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }
}

/// <summary><c>manifest.json</c>: the commit. A version is visible when it is there, and complete.</summary>
public sealed record VersionManifest
{
    /// <summary>Always <c>textops.dev/v1alpha1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The object that the version belongs to.</summary>
    public required TaskOwner Owner { get; init; }

    /// <summary>Run identity.</summary>
    public required string RunId { get; init; }

    /// <summary>The version's number.</summary>
    public required int Version { get; init; }

    /// <summary>The plan's fingerprint.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>When it was committed.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Model URI.</summary>
    public required string Model { get; init; }

    /// <summary>Length of the vectors.</summary>
    public required int Dimensions { get; init; }

    /// <summary>How parts are written.</summary>
    public required EmbeddingFormat Format { get; init; }

    /// <summary>Rows read.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows embedded.</summary>
    public required long Embedded { get; init; }

    /// <summary>Chunks.</summary>
    public required long Chunks { get; init; }

    /// <summary>Rejected rows by reason.</summary>
    public required IReadOnlyDictionary<string, long> Rejected { get; init; }

    /// <summary>All parts, by shard and sequence.</summary>
    public required IReadOnlyList<PartRecord> Parts { get; init; }
}

/// <summary><c>latest.json</c>: points to the last committed version.</summary>
public sealed record LatestPointer
{
    /// <summary>The version's number.</summary>
    public required int Version { get; init; }

    /// <summary>Key of its manifest, from the store's root.</summary>
    public required string Manifest { get; init; }
}

/// <summary><c>metadata/&lt;name&gt;/v000001.json</c>: what a run did, for people and audits.</summary>
public sealed record RunRecord
{
    /// <summary>Always <c>textops.dev/v1alpha1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The object.</summary>
    public required TaskOwner Owner { get; init; }

    /// <summary>Run identity.</summary>
    public required string RunId { get; init; }

    /// <summary>What triggered the run.</summary>
    public required string Trigger { get; init; }

    /// <summary>The version's number.</summary>
    public required int Version { get; init; }

    /// <summary>When it was planned.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it was committed.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>URIs of the inputs.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Rows read.</summary>
    public required long LinesRead { get; init; }

    /// <summary>Rows embedded.</summary>
    public required long LinesEmbedded { get; init; }

    /// <summary>Rows rejected.</summary>
    public required long LinesRejected { get; init; }

    /// <summary>Rejected rows by reason.</summary>
    public required IReadOnlyDictionary<string, long> RejectedByReason { get; init; }

    /// <summary>Chunks.</summary>
    public required long Chunks { get; init; }

    /// <summary>Tokens embedded.</summary>
    public required long Tokens { get; init; }

    /// <summary>Chunks that lost their end to the model's limit.</summary>
    public required long Truncated { get; init; }

    /// <summary>The model.</summary>
    public required PinnedModel Model { get; init; }

    /// <summary>Git commit that the runner was built from.</summary>
    public required string CodeVersion { get; init; }

    /// <summary>Where it ran: operating system, runtime, ONNX Runtime, execution provider, processor count.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Processor time, in seconds.</summary>
    public required double CpuSeconds { get; init; }

    /// <summary>GPU time, in seconds.</summary>
    public required double GpuSeconds { get; init; }

    /// <summary>The largest peak memory of a shard, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }
}
