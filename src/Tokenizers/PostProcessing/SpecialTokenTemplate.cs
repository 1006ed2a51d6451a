namespace TextOps.Tokenizers.PostProcessing;

/// <summary>Fixed special tokens around a text, as TemplateProcessing and BertProcessing put them; none at all where the file has no post-processor.</summary>
internal sealed class SpecialTokenTemplate(int[] before, int[] after, PairTemplate? pair) : IPostProcessor
{
    /// <inheritdoc/>
    public ReadOnlySpan<int> Before => before;

    /// <inheritdoc/>
    public ReadOnlySpan<int> After => after;

    /// <inheritdoc/>
    public PairTemplate? Pair => pair;
}
