namespace TextOps.Runner.Text;

/// <summary>Why rows are rejected. The names are part of the output: they stand in rejects files, manifests and run records.</summary>
internal static class RejectReasons
{
    /// <summary>Nothing but white space, control and zero-width characters.</summary>
    public const string Empty = "Empty";

    /// <summary>Nothing but digits, spaces and punctuation.</summary>
    public const string DigitsOnly = "DigitsOnly";

    /// <summary>Shorter than <c>spec.validation.minLength</c>.</summary>
    public const string TooShort = "TooShort";

    /// <summary>Longer than <c>spec.validation.maxLength</c>.</summary>
    public const string TooLong = "TooLong";

    /// <summary>The line is not UTF-8, or a JSON string of it escapes half a surrogate pair.</summary>
    public const string InvalidUtf8 = "InvalidUtf8";

    /// <summary>An earlier row of the shard has the same text.</summary>
    public const string Duplicate = "Duplicate";

    /// <summary>The line is not one JSON object.</summary>
    public const string InvalidJson = "InvalidJson";

    /// <summary>The object has no <c>spec.source.textField</c>, or it is not a string.</summary>
    public const string MissingText = "MissingText";

    /// <summary>The line is longer than the reader holds.</summary>
    public const string LineTooLong = "LineTooLong";

    /// <summary>The model's vocabulary has none of the text's tokens, so that there is nothing to embed.</summary>
    public const string UnknownTokens = "UnknownTokens";
}
