using TextOps.Runner.Text;

namespace TextOps.Runner.Prepare.Contract;

/// <summary>Why rows break the data contract, beside <see cref="RejectReasons"/>. The names are part of the output: they stand in reports.</summary>
internal static class ContractReasons
{
    /// <summary>A row of a CSV file with more or fewer cells than its header, or with something after a closing quote.</summary>
    public const string InvalidCsv = "InvalidCsv";

    /// <summary>The row has no label.</summary>
    public const string MissingLabel = "MissingLabel";

    /// <summary>The label is neither a string nor an integer, longer than 256 characters, or mapped to an empty one.</summary>
    public const string InvalidLabel = "InvalidLabel";

    /// <summary>The label is not one of <c>spec.dataset.labels.allowed</c>.</summary>
    public const string LabelNotAllowed = "LabelNotAllowed";

    /// <summary>The row lacks a number that is not nullable.</summary>
    public const string MissingNumber = "MissingNumber";

    /// <summary>The value is no number.</summary>
    public const string NotANumber = "NotANumber";

    /// <summary>The number is NaN or infinite.</summary>
    public const string NotFinite = "NotFinite";

    /// <summary>The number is not whole.</summary>
    public const string NotAnInteger = "NotAnInteger";

    /// <summary>The number is below its minimum or above its maximum.</summary>
    public const string OutOfRange = "OutOfRange";

    /// <summary>The row has no value in <c>spec.dataset.split.field</c>.</summary>
    public const string MissingSplitField = "MissingSplitField";

    /// <summary>The value in <c>spec.dataset.split.field</c> is neither a time nor a number, or names no split.</summary>
    public const string InvalidSplitField = "InvalidSplitField";

    /// <summary>Another row has the same text and another label.</summary>
    public const string ContradictingDuplicate = "ContradictingDuplicate";

    /// <summary>A row of an earlier split has the same text.</summary>
    public const string DuplicateAcrossSplits = "DuplicateAcrossSplits";
}
