using TextOps.Onnx.Embeddings;
using TextOps.Onnx.Graphs;
using TextOps.Tests;

namespace TextOps.Onnx.Tests.Graphs;

public sealed class GraphScanTests
{
    [Fact]
    public void Lists_the_operators_of_a_graph()
    {
        var scan = Read(new LookupGraph { Operators = ["Cast", "Identity"] }.ToArray());

        Assert.Equal(["Cast", "Gather", "Identity"], scan.Operators.Order());
        Assert.Empty(scan.ExternalLocations);
    }

    [Theory]
    [InlineData("an initializer", "graph:5")]
    [InlineData("a sparse initializer", "graph:15 sparse:1")]
    [InlineData("a node's tensor", "graph:1 node:5 attribute:5")]
    [InlineData("a node's list of tensors", "graph:1 node:5 attribute:10")]
    [InlineData("a nested graph", "graph:1 node:5 attribute:6 graph:5")]
    [InlineData("a nested list of graphs", "graph:1 node:5 attribute:11 graph:5")]
    [InlineData("a node's sparse tensor", "graph:1 node:5 attribute:22 sparse:2")]
    public void Finds_external_data_wherever_a_tensor_can_be(string place, string path)
    {
        var tensor = new ProtobufWriter().Message(13, new ProtobufWriter().Text(1, "location").Text(2, "weights.bin"));
        foreach (var field in path.Split(' ').Reverse().Select(step => int.Parse(step[(step.IndexOf(':', StringComparison.Ordinal) + 1)..])))
        {
            tensor = new ProtobufWriter().Message(field, tensor);
        }

        Assert.True(Read(new ProtobufWriter().Message(7, tensor).ToArray()).ExternalLocations.SetEquals(["weights.bin"]), place);
    }

    [Fact]
    public void Finds_external_data_in_functions_and_training_graphs()
    {
        var tensor = new ProtobufWriter().Message(13, new ProtobufWriter().Text(1, "location").Text(2, "function.bin"));
        var node = new ProtobufWriter().Message(5, new ProtobufWriter().Message(5, tensor));
        var initialisation = new ProtobufWriter().Message(5, new ProtobufWriter().Message(13, new ProtobufWriter().Text(1, "location").Text(2, "training.bin")));
        var file = new ProtobufWriter()
            .Message(7, new ProtobufWriter().Text(2, "main"))
            .Message(25, new ProtobufWriter().Message(7, node))
            .Message(20, new ProtobufWriter().Message(1, initialisation));

        Assert.Equal(["function.bin", "training.bin"], Read(file.ToArray()).ExternalLocations.Order());
    }

    [Fact]
    public void Graphs_nested_without_end_are_refused()
    {
        var graph = new ProtobufWriter();
        for (var i = 0; i < 100; i++)
        {
            graph = new ProtobufWriter().Message(1, new ProtobufWriter().Message(5, new ProtobufWriter().Message(6, graph)));
        }

        var failure = Assert.Throws<ModelFormatException>(() => Read(new ProtobufWriter().Message(7, graph).ToArray()));

        Assert.Contains("nested more than 32 deep", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a length far beyond the file", new byte[] { 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F })]
    [InlineData("a length beyond what a number can hold", new byte[] { 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    [InlineData("a number that does not end", new byte[] { 0x08, 0x80, 0x80 })]
    [InlineData("a number of too many bytes", new byte[] { 0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01 })]
    [InlineData("field 0", new byte[] { 0x02, 0x00 })]
    [InlineData("a group", new byte[] { 0x3B })]
    [InlineData("a fixed number cut off", new byte[] { 0x09, 0x00 })]
    [InlineData("an inner length beyond its message", new byte[] { 0x3A, 0x02, 0x2A, 0x05 })]
    [InlineData("a name of 5,000 bytes", null)]
    public void Forged_lengths_are_refused_without_being_allocated(string story, byte[]? file)
    {
        file ??= new ProtobufWriter().Message(7, new ProtobufWriter().Message(1, new ProtobufWriter().Text(4, new string('x', 5_000)))).ToArray();

        var failure = Assert.Throws<ModelFormatException>(() => Read(file));

        Assert.True(failure.Message.Contains("is truncated or not an ONNX file", StringComparison.Ordinal), story);
    }

    private static GraphScan Read(byte[] file)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("model.onnx"), file);
        return GraphScan.Read(folder.File("model.onnx"));
    }
}
