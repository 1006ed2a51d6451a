namespace TextOps.Artifacts.Embeddings;

/// <summary>Some chunks of a version and their vectors.</summary>
public sealed record EmbeddingBatch
{
    /// <summary>The part that they are in.</summary>
    public required PartRecord Part { get; init; }

    /// <summary>The chunks, in the part's order, without their vectors.</summary>
    public required IReadOnlyList<ChunkRecord> Chunks { get; init; }

    /// <summary>Their vectors, <c>[chunks, dimensions]</c>.</summary>
    public required ReadOnlyMemory<float> Vectors { get; init; }

    /// <summary>Length of a vector.</summary>
    public required int Dimensions { get; init; }

    /// <summary>The vector of a chunk of this batch.</summary>
    public ReadOnlySpan<float> Vector(int index) => Vectors.Span.Slice(index * Dimensions, Dimensions);
}
