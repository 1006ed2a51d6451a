using System.Runtime.InteropServices;

namespace TextOps.Onnx.Graphs;

/// <summary>A named setting of an operator (onnx/onnx.proto, AttributeProto).</summary>
public sealed class OnnxAttribute
{
    private OnnxAttribute(ProtobufWriter content, int type) => Content = content.Number(20, type);

    internal ProtobufWriter Content { get; }

    /// <summary>A whole number.</summary>
    public static OnnxAttribute Integer(string name, long value) => new(new ProtobufWriter().Text(1, name).Number(3, value), 2);

    /// <summary>A text.</summary>
    public static OnnxAttribute Text(string name, string value) => new(new ProtobufWriter().Text(1, name).Text(4, value), 3);

    /// <summary>Floats.</summary>
    public static OnnxAttribute Floats(string name, ReadOnlySpan<float> values) =>
        new(new ProtobufWriter().Text(1, name).Bytes(7, MemoryMarshal.AsBytes(values)), 6);

    /// <summary>Whole numbers.</summary>
    public static OnnxAttribute Integers(string name, ReadOnlySpan<long> values) => new(new ProtobufWriter().Text(1, name).Numbers(8, values), 7);

    /// <summary>Texts.</summary>
    public static OnnxAttribute Texts(string name, IEnumerable<string> values)
    {
        var content = new ProtobufWriter().Text(1, name);
        foreach (var value in values)
        {
            content.Text(9, value);
        }

        return new OnnxAttribute(content, 8);
    }
}
