namespace TextOps.Runner.Datasets;

/// <summary>A row of a dataset as it was read.</summary>
internal sealed record RawRow
{
    /// <summary>URI of the file it stands in.</summary>
    public required string Input { get; init; }

    /// <summary>Line of the file in which it begins, from 1.</summary>
    public required long Line { get; init; }

    /// <summary>Its id: what the row brings, else <c>path@offset</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Values in the order of <see cref="DatasetFields.All"/>; empty where the row cannot be read (<see cref="Defect"/>).</summary>
    public IReadOnlyList<FieldValue> Values { get; init; } = [];

    /// <summary>The text of a chunk of an EmbeddingJob; null where the text is one of the values.</summary>
    public string? Text { get; init; }

    /// <summary>Why the row cannot be read, one of <see cref="Prepare.Contract.ContractReasons"/>; null where it can.</summary>
    public string? Defect { get; init; }

    /// <summary>What shows the defect: the line's beginning, or what is wrong with it.</summary>
    public string? DefectValue { get; init; }

    /// <summary>The split whose files it stands in; null where files do not say.</summary>
    public SplitName? Given { get; init; }

    /// <summary>What it is a part of: parts of one document come to one split; null for rows that stand alone.</summary>
    public string? Document { get; init; }

    /// <summary>Its vector, where the dataset has them.</summary>
    public float[]? Vector { get; init; }
}
