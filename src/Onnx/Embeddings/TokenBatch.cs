namespace TextOps.Onnx.Embeddings;

/// <summary>Checks what callers hand to a graph.</summary>
internal static class TokenBatch
{
    /// <summary>Tokens of the longest text.</summary>
    /// <exception cref="ArgumentException">A text is too long, or an id is not the tokenizer's.</exception>
    public static int WidthOf(IReadOnlyList<int[]> batch, int maxTokens, int vocabularySize)
    {
        var width = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            var ids = batch[i];
            if (ids.Length > maxTokens)
            {
                throw new ArgumentException($"text {i} has {ids.Length} tokens; the model takes at most {maxTokens}", nameof(batch));
            }

            if (ids.AsSpan().ContainsAnyExceptInRange(0, vocabularySize - 1))
            {
                throw new ArgumentException($"text {i} has an id that is not the tokenizer's (0 to {vocabularySize - 1})", nameof(batch));
            }

            width = Math.Max(width, ids.Length);
        }

        return width;
    }
}
