namespace TextOps.Tokenizers.PostProcessing;

/// <summary>Last step: the special tokens around a text, or around and between two. Safe for use by many threads at once.</summary>
internal interface IPostProcessor
{
    /// <summary>Ids before the text's own.</summary>
    ReadOnlySpan<int> Before { get; }

    /// <summary>Ids after the text's own.</summary>
    ReadOnlySpan<int> After { get; }

    /// <summary>How two texts become one input; null where the file's template for pairs is not one that is read.</summary>
    PairTemplate? Pair { get; }
}
