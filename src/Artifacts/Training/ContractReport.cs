namespace TextOps.Artifacts.Training;

/// <summary>What a dataset came to under its data contract: <c>contract.json</c>. Every violation is a line of <c>violations.jsonl</c>.</summary>
public sealed record ContractReport
{
    /// <summary>Always <c>textops.dev/v1alpha1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Rows that were read.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows that keep the contract.</summary>
    public required long Kept { get; init; }

    /// <summary>Rows left out, by the first reason that held.</summary>
    public required IReadOnlyDictionary<string, long> Rejected { get; init; }

    /// <summary>Violations by reason; a row may have more than one.</summary>
    public required IReadOnlyDictionary<string, long> Violations { get; init; }

    /// <summary>Violations that <c>violations.jsonl</c> does not list, because there are too many.</summary>
    public long ViolationsNotListed { get; init; }

    /// <summary>Rows of each split.</summary>
    public required IReadOnlyDictionary<string, long> Splits { get; init; }

    /// <summary>Rows of each class, in the order of labels.</summary>
    public required IReadOnlyList<ClassCounts> Classes { get; init; }

    /// <summary>Length of texts (<c>text_len</c>, in characters) and each numeric field, over the rows that are kept.</summary>
    public required IReadOnlyList<NumericSummary> Numbers { get; init; }

    /// <summary>Texts that more than one row has.</summary>
    public required DuplicateSummary Duplicates { get; init; }

    /// <summary>What is allowed but deserves a look.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>Rows of a class.</summary>
public sealed record ClassCounts
{
    /// <summary>The label.</summary>
    public required string Label { get; init; }

    /// <summary>Rows of it by split.</summary>
    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    /// <summary>Part of the rows that are kept, from 0 to 1.</summary>
    public required double Share { get; init; }
}

/// <summary>How a number is distributed. Quartiles are interpolated linearly between rows, as NumPy's are.</summary>
public sealed record NumericSummary
{
    /// <summary>Name of the field.</summary>
    public required string Name { get; init; }

    /// <summary>Rows that have it.</summary>
    public required long Count { get; init; }

    /// <summary>Rows that lack it.</summary>
    public required long Missing { get; init; }

    /// <summary>Smallest value; this and what follows is null where no row has one.</summary>
    public double? Minimum { get; init; }

    /// <summary>A quarter of the rows is below.</summary>
    public double? FirstQuartile { get; init; }

    /// <summary>Half of the rows is below.</summary>
    public double? Median { get; init; }

    /// <summary>Three quarters of the rows are below.</summary>
    public double? ThirdQuartile { get; init; }

    /// <summary>Largest value.</summary>
    public double? Maximum { get; init; }

    /// <summary>Mean.</summary>
    public double? Mean { get; init; }

    /// <summary>Rows more than 1.5 interquartile ranges below the first or above the third quartile (Tukey's fences).</summary>
    public long Outliers { get; init; }
}

/// <summary>Texts that more than one row has, white space around them aside.</summary>
public sealed record DuplicateSummary
{
    /// <summary>How many such texts there are.</summary>
    public required long Texts { get; init; }

    /// <summary>How many rows have one.</summary>
    public required long Rows { get; init; }

    /// <summary>How many of the texts have more than one label.</summary>
    public required long Contradicting { get; init; }

    /// <summary>The most frequent.</summary>
    public required IReadOnlyList<DuplicateText> Most { get; init; }
}

/// <summary>A text that more than one row has.</summary>
public sealed record DuplicateText
{
    /// <summary>Its beginning.</summary>
    public required string Text { get; init; }

    /// <summary>How many rows have it.</summary>
    public required long Rows { get; init; }

    /// <summary>Their labels.</summary>
    public required IReadOnlyList<string> Labels { get; init; }
}

/// <summary>A line of <c>violations.jsonl</c>.</summary>
public sealed record ContractViolation
{
    /// <summary>URI of the file.</summary>
    public required string File { get; init; }

    /// <summary>Line in which the row begins, from 1.</summary>
    public required long Line { get; init; }

    /// <summary>Id of the row.</summary>
    public required string Id { get; init; }

    /// <summary>What is wrong, for example <c>LabelNotAllowed</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The field; absent where the row could not be read.</summary>
    public string? Field { get; init; }

    /// <summary>The value, cut to 200 characters, control characters escaped.</summary>
    public string? Value { get; init; }

    /// <summary>Of a duplicate: id of the row that has the same text.</summary>
    public string? SameAs { get; init; }
}
