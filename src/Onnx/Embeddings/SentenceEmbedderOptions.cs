namespace TextOps.Onnx.Embeddings;

/// <summary>What a caller may choose; whatever is null follows the model's own files.</summary>
public sealed record SentenceEmbedderOptions
{
    /// <summary>Which of the model's ONNX files is used.</summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>How token vectors become one vector.</summary>
    public Pooling? Pooling { get; init; }

    /// <summary>Whether vectors are scaled to length 1.</summary>
    public bool? Normalize { get; init; }

    /// <summary>Longest input in tokens, special ones included; at most the model's own limit.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Name of one of the model's prompts (<c>config_sentence_transformers.json</c>), or else the text itself that is put before every input.</summary>
    public string? Prompt { get; init; }

    /// <summary>Threads that work on one run of the graph.</summary>
    public int IntraOpThreads { get; init; } = 1;
}

/// <summary>Number format of a model's weights.</summary>
public enum Precision
{
    /// <summary><c>model.onnx</c> where there is one, else the only other file.</summary>
    Auto,

    /// <summary><c>model.onnx</c>.</summary>
    Float32,

    /// <summary><c>model_fp16.onnx</c>.</summary>
    Float16,

    /// <summary><c>model_int8.onnx</c> or <c>model_quantized.onnx</c>.</summary>
    Int8,
}

/// <summary>How the vectors of a text's tokens become one vector (sentence-transformers, <c>1_Pooling/config.json</c>).</summary>
public enum Pooling
{
    /// <summary>Mean over all tokens that are not padding, special ones included.</summary>
    Mean,

    /// <summary>The first token's vector.</summary>
    Cls,

    /// <summary>The largest value of each dimension over all tokens that are not padding.</summary>
    Max,
}
