using TextOps.Runner.Datasets;

namespace TextOps.Runner.Prepare.Contract;

/// <summary>A row that keeps the contract by itself.</summary>
internal sealed record LabelledRow
{
    /// <summary>URI of the file it stands in.</summary>
    public required string Input { get; init; }

    /// <summary>Line of the file in which it begins, from 1.</summary>
    public required long Line { get; init; }

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    /// <summary>Its label, mapped.</summary>
    public required string Label { get; init; }

    /// <summary>Its numbers in the order of <c>spec.dataset.fields</c>; NaN where it lacks one.</summary>
    public required IReadOnlyList<double> Numbers { get; init; }

    /// <summary>The split that the data gives; null where it gives none.</summary>
    public SplitName? Given { get; init; }

    /// <summary>Its group; null where rows are not split by group.</summary>
    public string? Group { get; init; }

    /// <summary>Its time; null where rows are not split by time.</summary>
    public RowTime? Time { get; init; }

    /// <summary>What it is a part of; null where it stands alone.</summary>
    public string? Document { get; init; }

    /// <summary>Its vector; null where the dataset has none.</summary>
    public float[]? Vector { get; init; }

    /// <summary>What makes two texts equal: the text without the white space around it.</summary>
    public string TextKey => Text.Trim();
}
