using TextOps.Onnx.Graphs;

namespace TextOps.Onnx.Tests.CrossEncoders;

/// <summary>A graph that gives two scores for each input: the mean of its tokens' rows.</summary>
internal static class TwoLabelGraph
{
    public static byte[] ToArray() => new OnnxGraphWriter("labels")
        .Input("input_ids", OnnxType.Int64, "batch", "tokens")
        .Input("attention_mask", OnnxType.Int64, "batch", "tokens")
        .Constant("table", [30522, 2], new float[30522 * 2])
        .Node("Gather", ["table", "input_ids"], "rows")
        .Node("ReduceMean", ["rows"], "logits", OnnxAttribute.Integers("axes", [1L]), OnnxAttribute.Integer("keepdims", 0))
        .Output("logits", OnnxType.Float, "batch", "labels")
        .ToArray();
}
