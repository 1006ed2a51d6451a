namespace TextOps.Runner.Datasets;

/// <summary>What kind of value a field holds.</summary>
internal enum FieldKind
{
    /// <summary>The row lacks the field, or it is null, or an empty cell.</summary>
    Missing,

    /// <summary>A string, or a cell.</summary>
    Text,

    /// <summary>A JSON number.</summary>
    Number,

    /// <summary>Any other JSON value.</summary>
    Other,
}

/// <summary>The value of a field as it was read.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The string, or the JSON of another value; empty where it is missing.</param>
internal readonly record struct FieldValue(FieldKind Kind, string Text)
{
    /// <summary>No value.</summary>
    public static FieldValue Missing { get; } = new(FieldKind.Missing, "");

    /// <summary>A string.</summary>
    public static FieldValue Of(string text) => new(FieldKind.Text, text);
}
