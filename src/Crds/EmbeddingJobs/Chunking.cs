using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TextOps.Crds.Validation;

namespace TextOps.Crds.EmbeddingJobs;

/// <summary>How texts are cut into chunks that overlap.</summary>
public sealed record Chunking
{
    /// <summary>What size and overlap count.</summary>
    public ChunkUnit Unit { get; init; } = ChunkUnit.Characters;

    /// <summary>The largest chunk.</summary>
    [Range(1, 100_000)]
    public int Size { get; init; } = 2048;

    /// <summary>How much of a chunk the next one repeats; smaller than <c>size</c>.</summary>
    [Range(0, 99_999)]
    public int Overlap { get; init; } = 200;

    /// <summary>Where a chunk prefers to end and the next one to begin.</summary>
    public ChunkBoundary Boundary { get; init; } = ChunkBoundary.Sentence;

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<Chunking>> Rules { get; } =
    [
        new("self.overlap < self.size", chunking => chunking.Overlap < chunking.Size,
            "overlap must be smaller than size; lower overlap or raise size",
            (chunking, at) => $"{at}overlap ({chunking.Overlap}) must be smaller than {at}size ({chunking.Size}); lower the overlap"),
    ];
}

/// <summary>Unit of chunk sizes.</summary>
public enum ChunkUnit
{
    /// <summary>Unicode scalar values; a surrogate pair is never cut.</summary>
    [JsonStringEnumMemberName("characters")]
    Characters,

    /// <summary>The model's tokens, without special ones.</summary>
    [JsonStringEnumMemberName("tokens")]
    Tokens,
}

/// <summary>Where chunks may be cut.</summary>
public enum ChunkBoundary
{
    /// <summary>After a sentence, else between words, else anywhere.</summary>
    [JsonStringEnumMemberName("sentence")]
    Sentence,

    /// <summary>Between words, else anywhere.</summary>
    [JsonStringEnumMemberName("word")]
    Word,

    /// <summary>Anywhere.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}
