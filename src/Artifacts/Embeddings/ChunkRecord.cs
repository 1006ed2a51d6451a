using System.Text.Json;

namespace TextOps.Artifacts.Embeddings;

/// <summary>A line of a part's chunks file.</summary>
public sealed record ChunkRecord
{
    /// <summary>Id of the chunk: a hash of document id, text and settings.</summary>
    public required string Id { get; init; }

    /// <summary>Id of the row.</summary>
    public required string Document { get; init; }

    /// <summary>Index of the chunk in its row, from 0.</summary>
    public required int Chunk { get; init; }

    /// <summary>Where the chunk starts in the row's text, in Unicode scalar values, as Python indexes strings.</summary>
    public required int Start { get; init; }

    /// <summary>Where it ends (exclusive), in Unicode scalar values, as Python indexes strings.</summary>
    public required int End { get; init; }

    /// <summary>The chunk's text.</summary>
    public required string Text { get; init; }

    /// <summary>The row's metadata fields, as they were.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>The vector; absent where vectors are in a file of their own.</summary>
    public float[]? Vector { get; init; }
}
