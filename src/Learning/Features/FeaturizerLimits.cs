namespace TextOps.Learning.Features;

/// <summary>Names and limits of <c>featurizer.json</c>.</summary>
internal static class FeaturizerLimits
{
    public const string ApiVersion = "textops.dev/v1alpha1";
    public const string Kind = "Featurizer";
    public const string Derived = "derived";
    public const string Field = "field";

    /// <summary>Largest file, in bytes.</summary>
    public const long MaxBytes = 512L << 20;

    public const int MaxBlocks = 16;
    public const int MinLabels = 2;
    public const int MaxLabels = 100_000;
    public const int MaxTerms = 20_000_000;

    /// <summary>Longest label or name of a field, in UTF-16 units.</summary>
    public const int MaxNameLength = 4096;

    public const int MaxNgram = 10;
    public const int MaxNumbers = 80;
    public const int MaxDimensions = 1 << 20;
    public const int MaxEncoderFiles = 64;
    public const int MaxPromptLength = 4096;
}
