using TextOps.Crds.EmbeddingJobs;

namespace TextOps.Onnx.Embeddings;

/// <summary>The settings of a resource in this library's terms.</summary>
public static class EmbeddingModelExtensions
{
    /// <summary>How the model is loaded.</summary>
    public static SentenceEmbedderOptions ToEmbedderOptions(this EmbeddingModel settings) => new()
    {
        Precision = settings.Precision switch
        {
            ModelPrecision.Fp32 => Precision.Float32,
            ModelPrecision.Fp16 => Precision.Float16,
            ModelPrecision.Int8 => Precision.Int8,
            _ => Precision.Auto,
        },
        Pooling = settings.Pooling switch
        {
            PoolingMode.Mean => Pooling.Mean,
            PoolingMode.Cls => Pooling.Cls,
            PoolingMode.Max => Pooling.Max,
            _ => null,
        },
        Normalize = settings.Normalize,
        MaxTokens = settings.MaxTokens,
        Prompt = settings.Prompt,

        // Many batches at once use cores better than many threads in one.
        IntraOpThreads = 1,
    };
}
