using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TextOps.Crds.Schema;

namespace TextOps.Crds.EmbeddingJobs;

/// <summary>A sentence-transformers model in ONNX form.</summary>
public sealed record EmbeddingModel
{
    /// <summary>Folder of the model, for example <c>file:///models/all-MiniLM-L6-v2</c>.</summary>
    [MinLength(1), MaxLength(2048), RegularExpression(Patterns.Uri)]
    public required string Uri { get; init; }

    /// <summary>Commit, tag or branch of a model that comes from a hub.</summary>
    [MinLength(1), MaxLength(256)]
    public string? Revision { get; init; }

    /// <summary>Which of the model's ONNX files is used; <c>auto</c> takes fp32, or the only one there is.</summary>
    public ModelPrecision Precision { get; init; } = ModelPrecision.Auto;

    /// <summary>How token vectors become one vector; the model's own files decide where absent.</summary>
    public PoolingMode? Pooling { get; init; }

    /// <summary>Whether vectors are scaled to length 1; the model's own files decide where absent.</summary>
    public bool? Normalize { get; init; }

    /// <summary>Longer chunks are truncated and counted; the model's own limit where absent, and never above it.</summary>
    [Range(1, 131_072)]
    public int? MaxTokens { get; init; }

    /// <summary>Text put before each chunk, or the name of one of the model's own prompts.</summary>
    [MaxLength(4096)]
    public string? Prompt { get; init; }
}

/// <summary>Number format of a model's weights.</summary>
public enum ModelPrecision
{
    /// <summary>fp32, or the only file there is.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary><c>model.onnx</c>.</summary>
    [JsonStringEnumMemberName("fp32")]
    Fp32,

    /// <summary><c>model_fp16.onnx</c>.</summary>
    [JsonStringEnumMemberName("fp16")]
    Fp16,

    /// <summary><c>model_int8.onnx</c> or <c>model_quantized.onnx</c>.</summary>
    [JsonStringEnumMemberName("int8")]
    Int8,
}

/// <summary>How token vectors become one vector (sentence-transformers, <c>1_Pooling/config.json</c>).</summary>
public enum PoolingMode
{
    /// <summary>Mean over the tokens that are not padding.</summary>
    [JsonStringEnumMemberName("mean")]
    Mean,

    /// <summary>The first token's vector.</summary>
    [JsonStringEnumMemberName("cls")]
    Cls,

    /// <summary>The largest value of each dimension.</summary>
    [JsonStringEnumMemberName("max")]
    Max,
}
