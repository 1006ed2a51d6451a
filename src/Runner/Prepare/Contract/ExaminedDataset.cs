using TextOps.Artifacts.Training;
using TextOps.Runner.Datasets;
using TextOps.Runner.Prepare.Splits;

namespace TextOps.Runner.Prepare.Contract;

/// <summary>A dataset that was read, checked and split.</summary>
internal sealed record ExaminedDataset
{
    /// <summary>The rows that keep the contract, in the order of reading.</summary>
    public required IReadOnlyList<LabelledRow> Rows { get; init; }

    /// <summary>The split of each row.</summary>
    public required IReadOnlyList<SplitName> Splits { get; init; }

    /// <summary>Which rows stay together.</summary>
    public required RowGroups Groups { get; init; }

    /// <summary>The labels, in the order of their numbers.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The number of each row's label.</summary>
    public required IReadOnlyList<int> LabelNumbers { get; init; }

    /// <summary>What people read about it.</summary>
    public required ContractReport Report { get; init; }

    /// <summary>Why nothing can be learned from it; null where it can.</summary>
    public string? Refusal { get; init; }

    /// <summary>Indexes of a split's rows.</summary>
    public int[] RowsOf(SplitName split) => [.. Enumerable.Range(0, Rows.Count).Where(row => Splits[row] == split)];
}
