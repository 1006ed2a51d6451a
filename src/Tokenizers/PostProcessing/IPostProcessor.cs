namespace TextOps.Tokenizers.PostProcessing;

/// <summary>Last step: the special tokens around a single text. Safe for use by many threads at once.</summary>
internal interface IPostProcessor
{
    /// <summary>Ids before the text's own.</summary>
    ReadOnlySpan<int> Before { get; }

    /// <summary>Ids after the text's own.</summary>
    ReadOnlySpan<int> After { get; }
}
