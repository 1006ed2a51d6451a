namespace TextOps.Onnx.Embeddings;

/// <summary>What a graph must give.</summary>
/// <param name="Names">Names that the output may have.</param>
/// <param name="Shape">Names of its dimensions.</param>
/// <param name="Task">What the model has to be exported for, in Hugging Face's words.</param>
internal sealed record TokenGraphOutput(IReadOnlyList<string> Names, IReadOnlyList<string> Shape, string Task)
{
    /// <summary>A vector for each token.</summary>
    public static TokenGraphOutput Vectors { get; } = new(["last_hidden_state", "token_embeddings"], ["batch", "tokens", "dimensions"], "feature extraction");

    /// <summary>Scores for the whole input.</summary>
    public static TokenGraphOutput Logits { get; } = new(["logits"], ["batch", "labels"], "sequence classification");
}
