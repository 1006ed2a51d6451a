using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Models;

/// <summary>How a model is loaded.</summary>
public sealed record TextModelOptions
{
    /// <summary>Threads that work on one run.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Which of the model's ONNX files is used; a classifier has one.</summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>What kind of model it is; null: what its folder says (<see cref="TextModels.KindOf"/>).</summary>
    public TextModelKind? Kind { get; init; }
}
