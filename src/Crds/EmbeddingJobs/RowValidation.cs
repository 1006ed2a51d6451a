using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.EmbeddingJobs;

/// <summary>Which rows are rejected; every reject is listed with its row, id and reason. Empty texts and invalid UTF-8 always are.</summary>
public sealed record RowValidation
{
    /// <summary>Shortest text, in characters after trimming.</summary>
    [Range(1, 1_000_000)]
    public int MinLength { get; init; } = 1;

    /// <summary>Longest text, in characters.</summary>
    [Range(1, 10_000_000)]
    public int MaxLength { get; init; } = 1_000_000;

    /// <summary>Rejects texts of digits, spaces and punctuation only.</summary>
    public bool RejectDigitsOnly { get; init; }

    /// <summary>Rejects a text that an earlier row of the shard already has.</summary>
    public bool RejectDuplicates { get; init; }

    /// <summary>The run fails (InputRejected) when a larger part of the rows is rejected: a decimal from 0 to 1.</summary>
    [MaxLength(8), RegularExpression(Decimals.Fraction)]
    public string MaxRejectedFraction { get; init; } = "0.5";

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<RowValidation>> Rules { get; } =
    [
        new("self.minLength <= self.maxLength", validation => validation.MinLength <= validation.MaxLength,
            "minLength must not be larger than maxLength; lower minLength or raise maxLength",
            (rows, at) => $"{at}minLength ({rows.MinLength}) must not be larger than {at}maxLength ({rows.MaxLength}); lower minLength or raise maxLength"),
    ];
}
