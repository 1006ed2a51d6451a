using TextOps.Onnx.Embeddings;

namespace TextOps.Onnx.CrossEncoders;

/// <summary>What a caller may choose; whatever is null follows the model's own files.</summary>
public sealed record CrossEncoderOptions
{
    /// <summary>Which of the model's ONNX files is used.</summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>Longest input in tokens, both texts and special tokens included; at most the model's own limit.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Threads that work on one run of the graph.</summary>
    public int IntraOpThreads { get; init; } = 1;

    internal SentenceEmbedderOptions ForFolder() => new() { Precision = Precision, MaxTokens = MaxTokens };
}
