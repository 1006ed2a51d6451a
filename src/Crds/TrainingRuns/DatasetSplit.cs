using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.TrainingRuns;

/// <summary>How rows come to the training, validation and test splits: the same rows come to the same splits every time, and equal texts to one.</summary>
public sealed record DatasetSplit
{
    /// <summary>How.</summary>
    public SplitMethod Method { get; init; } = SplitMethod.Stratified;

    /// <summary>Part of the rows that trials are judged by; 0 where <c>search.objective.folds</c> judges them, or where nothing is searched.</summary>
    [MaxLength(8), RegularExpression(Decimals.Fraction)]
    public string ValidationFraction { get; init; } = "0.1";

    /// <summary>Part of the rows that the best model is judged by, once.</summary>
    [MaxLength(8), RegularExpression(Decimals.Fraction)]
    public string TestFraction { get; init; } = "0.2";

    /// <summary>
    /// <c>group</c>: field whose equal values stay together. <c>time</c>: field to sort by (RFC 3339, a date, or a number); the latest rows are the test split.
    /// <c>given</c>: field that holds <c>train</c>, <c>validation</c> or <c>test</c>.
    /// </summary>
    [MinLength(1), MaxLength(256)]
    public string? Field { get; init; }

    /// <summary><c>given</c>: files of the validation split.</summary>
    [MinLength(1), MaxLength(2048), RegularExpression(Patterns.Uri)]
    public string? ValidationUri { get; init; }

    /// <summary><c>given</c>: files of the test split.</summary>
    [MinLength(1), MaxLength(2048), RegularExpression(Patterns.Uri)]
    public string? TestUri { get; init; }

    /// <summary>Another seed gives another split.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; init; }

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<DatasetSplit>> Rules { get; } =
    [
        new("double(self.validationFraction) + double(self.testFraction) < 1.0", split => Decimals.Value(split.ValidationFraction) + Decimals.Value(split.TestFraction) < 1,
            "validationFraction and testFraction together must be below 1; lower one",
            (split, at) => $"{at}validationFraction ({split.ValidationFraction}) and {at}testFraction ({split.TestFraction}) together must be below 1; lower one"),
        new("!(self.method in ['group', 'time']) || has(self.field)", split => split.Method is not (SplitMethod.Group or SplitMethod.Time) || split.Field is not null,
            "methods group and time need field: what rows are grouped or sorted by",
            (split, at) => $"{at}method ({(split.Method == SplitMethod.Group ? "group" : "time")}) needs {at}field: what rows are grouped or sorted by"),
        new("self.method != 'given' || has(self.field) != has(self.testUri)", split => split.Method != SplitMethod.Given || split.Field is null != split.TestUri is null,
            "method given needs either field or testUri",
            (_, at) => $"{at}method (given) needs either {at}field or {at}testUri"),
        new("self.method == 'given' || !has(self.testUri) && !has(self.validationUri)", split => split.Method == SplitMethod.Given || (split.TestUri is null && split.ValidationUri is null),
            "testUri and validationUri belong to method given",
            (_, at) => $"{at}testUri and {at}validationUri belong to {at}method given; leave them out or set it"),
    ];
}

/// <summary>How rows come to splits.</summary>
public enum SplitMethod
{
    /// <summary>At random, with the same part of each class in each split.</summary>
    [JsonStringEnumMemberName("stratified")]
    Stratified,

    /// <summary>At random.</summary>
    [JsonStringEnumMemberName("ratio")]
    Ratio,

    /// <summary>At random, rows of one group together.</summary>
    [JsonStringEnumMemberName("group")]
    Group,

    /// <summary>By time: training rows are the earliest, test rows the latest.</summary>
    [JsonStringEnumMemberName("time")]
    Time,

    /// <summary>As the data says, by a field or by files.</summary>
    [JsonStringEnumMemberName("given")]
    Given,
}
