using System.Runtime.InteropServices;
using System.Text;

namespace TextOps.Onnx.Tests.Graphs;

/// <summary>Writes ONNX files for tests: a lookup table and a few operators after it.</summary>
internal sealed class OnnxWriter
{
    private readonly List<byte> bytes = [];

    /// <summary>A graph that looks up <paramref name="table"/> by <c>input_ids</c> and passes the vectors through <paramref name="operators"/>.</summary>
    public static byte[] Lookup(LookupGraph graph)
    {
        var current = "token_vectors";
        var nodes = new OnnxWriter();
        nodes.Message(1, Node("Gather", ["table", "input_ids"], current));
        for (var i = 0; i < graph.Operators.Length; i++)
        {
            var next = i == graph.Operators.Length - 1 ? graph.Output : $"step{i}";
            nodes.Message(1, Node(graph.Operators[i], [current], next, graph.Operators[i] == "Cast" ? Attribute("to", graph.OutputType) : null));
            current = next;
        }

        var body = nodes
            .Text(2, "lookup")
            .Message(5, Table(graph))
            .Message(12, Value(graph.Output, graph.OutputType, graph.OutputRank));
        foreach (var input in graph.Inputs)
        {
            body.Message(11, Value(input, input == "input_ids" ? graph.InputType : graph.OtherInputType, 2));
        }

        return new OnnxWriter()
            .Number(1, 8)
            .Message(7, body)
            .Message(8, new OnnxWriter().Number(2, 17))
            .bytes.ToArray();
    }

    public OnnxWriter Number(int field, ulong value)
    {
        Varint(((ulong)field << 3) | 0);
        return Varint(value);
    }

    public OnnxWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public OnnxWriter Message(int field, OnnxWriter message) => Bytes(field, CollectionsMarshal.AsSpan(message.bytes));

    public byte[] ToArray() => [.. bytes];

    private OnnxWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        bytes.AddRange(value);
        return this;
    }

    private OnnxWriter Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return this;
    }

    private static OnnxWriter Node(string operation, string[] inputs, string output, OnnxWriter? attribute = null)
    {
        var node = new OnnxWriter();
        foreach (var input in inputs)
        {
            node.Text(1, input);
        }

        node.Text(2, output).Text(4, operation);
        return attribute is null ? node : node.Message(5, attribute);
    }

    private static OnnxWriter Attribute(string name, int value) => new OnnxWriter().Text(1, name).Number(3, (ulong)value).Number(20, 2);

    private static OnnxWriter Table(LookupGraph graph)
    {
        var tensor = new OnnxWriter().Number(1, (ulong)graph.Table.Length).Number(1, (ulong)graph.Table[0].Length).Number(2, 1).Text(8, "table");
        if (graph.ExternalLocation is { } location)
        {
            return tensor.Message(13, new OnnxWriter().Text(1, "location").Text(2, location)).Number(14, 1);
        }

        return tensor.Bytes(9, MemoryMarshal.AsBytes<float>(graph.Table.SelectMany(row => row).ToArray()));
    }

    private static OnnxWriter Value(string name, int type, int rank)
    {
        var shape = new OnnxWriter();
        for (var i = 0; i < rank; i++)
        {
            shape.Message(1, new OnnxWriter().Text(2, $"{name}_{i}"));
        }

        return new OnnxWriter().Text(1, name).Message(2, new OnnxWriter().Message(1, new OnnxWriter().Number(1, (ulong)type).Message(2, shape)));
    }
}

/// <summary>A lookup graph; element types are ONNX's (1 float, 6 int32, 7 int64, 10 float16).</summary>
internal sealed record LookupGraph
{
    /// <summary>Vectors by id.</summary>
    public float[][] Table { get; init; } = [[0, 0], [1, 2], [3, 4], [-5, 6], [float.NaN, 0]];

    public string[] Inputs { get; init; } = ["input_ids"];

    public int InputType { get; init; } = 7;

    /// <summary>Type of the inputs besides <c>input_ids</c>, which nothing reads.</summary>
    public int OtherInputType { get; init; } = 7;

    /// <summary>Operators of one input after the lookup.</summary>
    public string[] Operators { get; init; } = ["Identity"];

    public string Output { get; init; } = "last_hidden_state";

    public int OutputType { get; init; } = 1;

    public int OutputRank { get; init; } = 3;

    public string? ExternalLocation { get; init; }
}
