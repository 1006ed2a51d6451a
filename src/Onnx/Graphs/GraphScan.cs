using TextOps.Onnx.Embeddings;

namespace TextOps.Onnx.Graphs;

/// <summary>
/// What an ONNX file says about itself, read before ONNX Runtime sees it and without its weights (field numbers: onnx/onnx.proto): the operators in use and
/// the files that hold weights outside.
/// </summary>
/// <param name="Operators">Names of all operators, those of nested graphs and functions included.</param>
/// <param name="ExternalLocations">The <c>location</c> of every external tensor, as written in the file.</param>
internal sealed record GraphScan(IReadOnlySet<string> Operators, IReadOnlySet<string> ExternalLocations)
{
    private const int MaxNesting = 32;
    private const int MaxNameBytes = 4096;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFormatException">The file is truncated, damaged or no ONNX file.</exception>
    public static GraphScan Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 16 * 1024, FileOptions.None);
        var scan = new Scanner(new ProtobufReader(stream, path));
        scan.Model();
        return new GraphScan(scan.Operators, scan.Locations);
    }

    private sealed class Scanner(ProtobufReader reader)
    {
        public HashSet<string> Operators { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Locations { get; } = new(StringComparer.Ordinal);

        public void Model()
        {
            var graphs = 0;
            Walk(reader.Length, 0, (field, end) =>
            {
                switch (field)
                {
                    case 7: // graph
                        graphs++;
                        Graph(end, 1);
                        break;
                    case 20: // training_info: initialization, algorithm
                        Walk(end, 1, (part, partEnd) => If(part is 1 or 2, Graph, partEnd, 2));
                        break;
                    case 25: // functions: node
                        Walk(end, 1, (part, partEnd) => If(part == 7, Node, partEnd, 2));
                        break;
                }
            });
            if (graphs == 0)
            {
                throw reader.Damaged("it holds no graph");
            }
        }

        private void Graph(long graphEnd, int depth) => Walk(graphEnd, depth, (field, end) =>
        {
            If(field == 1, Node, end, depth + 1);
            If(field == 5, Tensor, end, depth + 1); // initializer
            If(field == 15, Sparse, end, depth + 1); // sparse_initializer
        });

        private void Node(long nodeEnd, int depth) => Walk(nodeEnd, depth, (field, end) =>
        {
            If(field == 5, Attribute, end, depth + 1);
            if (field == 4) // op_type
            {
                Operators.Add(reader.ReadText(end, MaxNameBytes));
            }
        });

        private void Attribute(long attributeEnd, int depth) => Walk(attributeEnd, depth, (field, end) =>
        {
            If(field is 5 or 10, Tensor, end, depth + 1); // t, tensors
            If(field is 6 or 11, Graph, end, depth + 1); // g, graphs
            If(field is 22 or 23, Sparse, end, depth + 1); // sparse_tensor, sparse_tensors
        });

        private void Sparse(long sparseEnd, int depth) =>
            Walk(sparseEnd, depth, (field, end) => If(field is 1 or 2, Tensor, end, depth + 1)); // values, indices

        private void Tensor(long tensorEnd, int depth) =>
            Walk(tensorEnd, depth, (field, end) => If(field == 13, ExternalData, end, depth + 1));

        private void ExternalData(long entryEnd, int depth)
        {
            string? key = null, value = null;
            Walk(entryEnd, depth, (field, end) =>
            {
                if (field == 1)
                {
                    key = reader.ReadText(end, MaxNameBytes);
                }
                else if (field == 2)
                {
                    value = reader.ReadText(end, MaxNameBytes);
                }
            });
            if (key == "location")
            {
                Locations.Add(value ?? "");
            }
        }

        private static void If(bool wanted, Action<long, int> read, long end, int depth)
        {
            if (wanted)
            {
                read(end, depth);
            }
        }

        /// <summary>Visits a message's length-delimited fields (number, end of content); what a visitor does not read is passed over.</summary>
        private void Walk(long end, int depth, Action<int, long> visit)
        {
            if (depth > MaxNesting)
            {
                throw reader.Damaged($"graphs nested more than {MaxNesting} deep");
            }

            while (reader.TryReadTag(end, out var field, out var wireType))
            {
                if (wireType != 2)
                {
                    reader.Skip(wireType, end);
                    continue;
                }

                var fieldEnd = reader.ReadEnd(end);
                visit(field, fieldEnd);
                reader.SkipTo(fieldEnd);
            }
        }
    }
}
