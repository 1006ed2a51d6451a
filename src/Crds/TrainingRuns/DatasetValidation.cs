using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.TrainingRuns;

/// <summary>
/// What rows and classes must be like. A row that breaks the contract is left out and listed in the report with its reason; texts that are empty or no valid UTF-8,
/// labels that are missing or not allowed, and numbers that are missing, no number or out of range always break it.
/// </summary>
public sealed record DatasetValidation
{
    /// <summary>Shortest text, in characters after trimming.</summary>
    [Range(1, 1_000_000)]
    public int MinLength { get; init; } = 1;

    /// <summary>Longest text, in characters.</summary>
    [Range(1, 10_000_000)]
    public int MaxLength { get; init; } = 100_000;

    /// <summary>What happens to a text that an earlier row has. Equal texts never come to different splits, whatever this says.</summary>
    public DuplicatePolicy Duplicates { get; init; } = DuplicatePolicy.Reject;

    /// <summary>Fewest rows of a class in the training split, and the run fails with fewer.</summary>
    [Range(1, 1_000_000)]
    public int MinRowsPerClass { get; init; } = 2;

    /// <summary>The run fails (InputRejected) when a larger part of the rows is left out: a decimal from 0 to 1.</summary>
    [MaxLength(8), RegularExpression(Decimals.Fraction)]
    public string MaxRejectedFraction { get; init; } = "0.1";

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<DatasetValidation>> Rules { get; } =
    [
        new("self.minLength <= self.maxLength", validation => validation.MinLength <= validation.MaxLength,
            "minLength must not be larger than maxLength; lower minLength or raise maxLength",
            (rows, at) => $"{at}minLength ({rows.MinLength}) must not be larger than {at}maxLength ({rows.MaxLength}); lower minLength or raise maxLength"),
    ];
}

/// <summary>What happens to a text that an earlier row has.</summary>
public enum DuplicatePolicy
{
    /// <summary>The first row stays, later ones are left out; where labels contradict, all of them are.</summary>
    [JsonStringEnumMemberName("reject")]
    Reject,

    /// <summary>They are counted in the report and kept.</summary>
    [JsonStringEnumMemberName("report")]
    Report,
}
