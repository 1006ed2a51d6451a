using System.Globalization;
using System.Runtime.InteropServices;

namespace TextOps.Onnx.Graphs;

/// <summary>
/// Writes an ONNX file (field numbers: onnx/onnx.proto) of IR version 8 with the operators of opset 17 and of ai.onnx.ml 3. Nodes stand in the order in which
/// they are added, each after those whose outputs it reads. Equal calls give equal bytes.
/// </summary>
/// <param name="name">Name of the graph.</param>
public sealed class OnnxGraphWriter(string name)
{
    /// <summary>The domain of the operators of classic machine learning.</summary>
    public const string MachineLearning = "ai.onnx.ml";

    private readonly ProtobufWriter nodes = new();
    private readonly ProtobufWriter initializers = new();
    private readonly ProtobufWriter inputs = new();
    private readonly ProtobufWriter outputs = new();

    /// <summary>Adds an input of the graph.</summary>
    /// <param name="dimensions">Its shape: a number, or a name for a dimension that is known only when it runs.</param>
    public OnnxGraphWriter Input(string input, OnnxType type, params ReadOnlySpan<string> dimensions)
    {
        inputs.Message(11, Value(input, type, dimensions));
        return this;
    }

    /// <summary>Adds an output of the graph.</summary>
    /// <param name="dimensions">As of <see cref="Input"/>.</param>
    public OnnxGraphWriter Output(string output, OnnxType type, params ReadOnlySpan<string> dimensions)
    {
        outputs.Message(12, Value(output, type, dimensions));
        return this;
    }

    /// <summary>Adds a constant of floats.</summary>
    /// <exception cref="ArgumentException">There are not as many values as the shape says.</exception>
    public OnnxGraphWriter Constant(string constant, ReadOnlySpan<long> shape, ReadOnlySpan<float> values) =>
        Constant(constant, OnnxType.Float, shape, values.Length, MemoryMarshal.AsBytes(values));

    /// <summary>Adds a constant of whole numbers.</summary>
    /// <exception cref="ArgumentException">There are not as many values as the shape says.</exception>
    public OnnxGraphWriter Constant(string constant, ReadOnlySpan<long> shape, ReadOnlySpan<long> values) =>
        Constant(constant, OnnxType.Int64, shape, values.Length, MemoryMarshal.AsBytes(values));

    /// <summary>Adds a node of ONNX's own domain.</summary>
    public OnnxGraphWriter Node(string operation, ReadOnlySpan<string> from, string to, params ReadOnlySpan<OnnxAttribute> attributes) =>
        Node("", operation, from, to, attributes);

    /// <summary>Adds a node.</summary>
    /// <param name="domain">Empty, or <see cref="MachineLearning"/>.</param>
    /// <param name="operation">Name of the operator.</param>
    /// <param name="from">Names of what it reads.</param>
    /// <param name="to">Name of what it gives.</param>
    public OnnxGraphWriter Node(string domain, string operation, ReadOnlySpan<string> from, string to, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = new ProtobufWriter();
        foreach (var input in from)
        {
            node.Text(1, input);
        }

        node.Text(2, to).Text(3, to).Text(4, operation);
        foreach (var attribute in attributes)
        {
            node.Message(5, attribute.Content);
        }

        nodes.Message(1, domain.Length == 0 ? node : node.Text(7, domain));
        return this;
    }

    /// <summary>The file.</summary>
    public byte[] ToArray()
    {
        var graph = new ProtobufWriter().Append(nodes).Text(2, name).Append(initializers).Append(inputs).Append(outputs);
        // The graph comes last, so that a file that was cut off anywhere has none.
        return new ProtobufWriter()
            .Number(1, 8)
            .Text(2, "textops")
            .Message(8, new ProtobufWriter().Text(1, "").Number(2, 17))
            .Message(8, new ProtobufWriter().Text(1, MachineLearning).Number(2, 3))
            .Message(7, graph)
            .ToArray();
    }

    /// <summary>Adds a constant as it is written: a TensorProto.</summary>
    internal OnnxGraphWriter Constant(ProtobufWriter tensor)
    {
        initializers.Message(5, tensor);
        return this;
    }

    private OnnxGraphWriter Constant(string constant, OnnxType type, ReadOnlySpan<long> shape, int count, ReadOnlySpan<byte> values)
    {
        var size = 1L;
        foreach (var dimension in shape)
        {
            size *= dimension;
        }

        if (size != count)
        {
            throw new ArgumentException($"{constant} has {count} values, but its shape [{string.Join(", ", shape.ToArray())}] needs {size}", nameof(values));
        }

        return Constant(new ProtobufWriter().Numbers(1, shape).Number(2, (long)type).Text(8, constant).Bytes(9, values));
    }

    private static ProtobufWriter Value(string value, OnnxType type, ReadOnlySpan<string> dimensions)
    {
        var shape = new ProtobufWriter();
        foreach (var dimension in dimensions)
        {
            shape.Message(1, long.TryParse(dimension, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                ? new ProtobufWriter().Number(1, size)
                : new ProtobufWriter().Text(2, dimension));
        }

        return new ProtobufWriter().Text(1, value).Message(2, new ProtobufWriter().Message(1, new ProtobufWriter().Number(1, (long)type).Message(2, shape)));
    }
}

/// <summary>Types of elements (onnx/onnx.proto, TensorProto.DataType).</summary>
public enum OnnxType
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>32-bit floats.</summary>
    Float = 1,

    /// <summary>32-bit whole numbers.</summary>
    Int32 = 6,

    /// <summary>64-bit whole numbers.</summary>
    Int64 = 7,

    /// <summary>16-bit floats.</summary>
    Float16 = 10,
}
