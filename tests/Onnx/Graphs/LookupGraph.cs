using TextOps.Onnx.Graphs;

namespace TextOps.Onnx.Tests.Graphs;

/// <summary>A graph that looks vectors up by <c>input_ids</c> and passes them through a few operators.</summary>
internal sealed record LookupGraph
{
    /// <summary>Vectors by id.</summary>
    public float[][] Table { get; init; } = [[0, 0], [1, 2], [3, 4], [-5, 6], [float.NaN, 0]];

    public string[] Inputs { get; init; } = ["input_ids"];

    public OnnxType InputType { get; init; } = OnnxType.Int64;

    /// <summary>Type of the inputs besides <c>input_ids</c>, which nothing reads.</summary>
    public OnnxType OtherInputType { get; init; } = OnnxType.Int64;

    /// <summary>Operators of one input after the lookup.</summary>
    public string[] Operators { get; init; } = ["Identity"];

    public string Output { get; init; } = "last_hidden_state";

    public OnnxType OutputType { get; init; } = OnnxType.Float;

    public int OutputRank { get; init; } = 3;

    public string? ExternalLocation { get; init; }

    /// <summary>The ONNX file.</summary>
    public byte[] ToArray()
    {
        var graph = new OnnxGraphWriter("lookup").Node("Gather", ["table", "input_ids"], "token_vectors");
        var current = "token_vectors";
        for (var i = 0; i < Operators.Length; i++)
        {
            var next = i == Operators.Length - 1 ? Output : $"step{i}";
            graph.Node(Operators[i], [current], next, Operators[i] == "Cast" ? [OnnxAttribute.Integer("to", (long)OutputType)] : []);
            current = next;
        }

        foreach (var input in Inputs)
        {
            graph.Input(input, input == "input_ids" ? InputType : OtherInputType, Dimensions(input, 2));
        }

        long[] shape = [Table.Length, Table[0].Length];
        return (ExternalLocation is { } location ? graph.Constant(External(shape, location)) : graph.Constant("table", shape, Table.SelectMany(row => row).ToArray()))
            .Output(Output, OutputType, Dimensions(Output, OutputRank))
            .ToArray();
    }

    private static ProtobufWriter External(long[] shape, string location) => new ProtobufWriter()
        .Numbers(1, shape).Number(2, 1).Text(8, "table").Message(13, new ProtobufWriter().Text(1, "location").Text(2, location)).Number(14, 1);

    private static string[] Dimensions(string name, int rank) => [.. Enumerable.Range(0, rank).Select(dimension => $"{name}_{dimension}")];
}
