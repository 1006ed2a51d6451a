namespace TextOps.Runner.Text;

/// <summary>A row of a source as it was read: one line of text or one JSON object.</summary>
internal sealed record SourceRow
{
    /// <summary>Its number in the shard, from 0.</summary>
    public required long Index { get; init; }

    /// <summary>URI of the input it stands in.</summary>
    public required string Input { get; init; }

    /// <summary>Its line in the input range, from 1: the line of the file where the range starts at the file's first byte.</summary>
    public required long Line { get; init; }

    /// <summary>Its id: the id field's value where there is one, else made by <see cref="RowNames"/>.</summary>
    public required string Id { get; init; }

    /// <summary>Its text; null where it has none (see <see cref="Defect"/>).</summary>
    public string? Text { get; init; }

    /// <summary>
    /// The chosen metadata fields as a compact JSON object, in the order of <c>spec.source.metadataFields</c>; null where the row has none of
    /// them.
    /// </summary>
    public string? Metadata { get; init; }

    /// <summary>One of <see cref="RejectReasons"/> where the row cannot be read; null where it can.</summary>
    public string? Defect { get; init; }

    /// <summary>How many stored bytes (packed ones, where the input is packed) of the shard's ranges were read so far.</summary>
    public required long BytesConsumed { get; init; }
}
