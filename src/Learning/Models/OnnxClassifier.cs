using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TextOps.Learning.Matrices;
using TextOps.Onnx.Embeddings;
using TextOps.Onnx.Graphs;

namespace TextOps.Learning.Models;

/// <summary>A trained model as it is served: the graph that <see cref="Families.ITrainedClassifier.ToOnnx"/> wrote. Safe for use by many threads at once.</summary>
public sealed class OnnxClassifier : IDisposable
{
    /// <summary>Terms * margins of one run: what a sparse graph looks up stays in the cache.</summary>
    private const int MaxLookups = 1 << 18;

    private const int MaxBatch = 256;

    private static readonly string[] OutputNames = [ModelInputs.Probabilities];

    private readonly InferenceSession session;
    private readonly RunOptions run = new();
    private readonly ModelShape shape;

    private OnnxClassifier(InferenceSession session, ModelShape shape) => (this.session, this.shape) = (session, shape);

    /// <summary>Loads a graph and runs it once.</summary>
    /// <param name="path">Absolute path of the ONNX file.</param>
    /// <param name="shape">What the graph must take and give.</param>
    /// <param name="threads">Threads that work on one operator; at least 1.</param>
    /// <exception cref="ModelFormatException">The file is damaged, refers to weights outside, or takes or gives something else.</exception>
    public static OnnxClassifier Open(string path, ModelShape shape, int threads)
    {
        var classifier = new OnnxClassifier(SelfContainedGraph.Open(path, threads), shape);
        try
        {
            classifier.Check(path);
            return classifier;
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    /// <summary>Probabilities <c>[rows, labels]</c>, row by row.</summary>
    /// <exception cref="ArgumentException">The rows have other columns than the model.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two batches.</exception>
    public double[] PredictProbabilities(FeatureMatrix features, CancellationToken cancellationToken = default)
    {
        if (features.SparseColumns != shape.SparseColumns || features.DenseColumns != shape.DenseColumns)
        {
            throw new ArgumentException(
                $"the rows have {features.SparseColumns} sparse and {features.DenseColumns} dense columns; the model takes {shape.SparseColumns} and {shape.DenseColumns}", nameof(features));
        }

        var probabilities = new double[(long)features.Rows * shape.Labels];
        for (var row = 0; row < features.Rows;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (rows, terms) = NextBatch(features, row);
            Predict(features, row, rows, terms, probabilities.AsSpan(row * shape.Labels, rows * shape.Labels));
            row += rows;
        }

        return probabilities;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        run.Dispose();
        session.Dispose();
    }

    /// <summary>As many rows as fit, padded to the longest; at least one.</summary>
    private (int Rows, int Terms) NextBatch(FeatureMatrix features, int first)
    {
        var (rows, terms) = (0, 1);
        for (; rows < MaxBatch && first + rows < features.Rows; rows++)
        {
            var longest = features.Sparse is { } sparse ? Math.Max(terms, sparse.RowStarts[first + rows + 1] - sparse.RowStarts[first + rows]) : 1;
            if (rows > 0 && (rows + 1L) * longest * shape.Labels > MaxLookups)
            {
                break;
            }

            terms = longest;
        }

        return (rows, terms);
    }

    private void Predict(FeatureMatrix features, int first, int rows, int terms, Span<double> probabilities)
    {
        var (names, values) = (new List<string>(3), new List<OrtValue>(3));
        try
        {
            if (features.Sparse is { } sparse)
            {
                var (indices, numbers) = Padded(sparse, first, rows, terms);
                Add(ModelInputs.Indices, indices, [rows, terms]);
                Add(ModelInputs.Values, numbers, [rows, terms]);
            }

            if (features.Dense is { } dense)
            {
                Add(ModelInputs.Dense, dense.Values.AsMemory(first * dense.Columns, rows * dense.Columns), [rows, dense.Columns]);
            }

            using var outputs = session.Run(run, names, values, OutputNames);
            var size = outputs[0].GetTensorTypeAndShape().Shape;
            if (!size.AsSpan().SequenceEqual([rows, shape.Labels]))
            {
                throw new ModelFormatException($"the graph gave [{string.Join(", ", size)}] for {rows} rows and {shape.Labels} labels");
            }

            var result = outputs[0].GetTensorDataAsSpan<float>();
            for (var i = 0; i < probabilities.Length; i++)
            {
                probabilities[i] = result[i];
            }
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }

        void Add<T>(string name, Memory<T> memory, long[] size)
            where T : unmanaged
        {
            names.Add(name);
            values.Add(OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory, size));
        }
    }

    private static (Memory<long> Indices, Memory<float> Values) Padded(CsrMatrix sparse, int first, int rows, int terms)
    {
        var (indices, values) = (new long[rows * terms], new float[rows * terms]);
        for (var row = 0; row < rows; row++)
        {
            var start = sparse.RowStarts[first + row];
            for (var term = 0; term < sparse.RowStarts[first + row + 1] - start; term++)
            {
                indices[(row * terms) + term] = sparse.ColumnIndices[start + term];
                values[(row * terms) + term] = (float)sparse.Values[start + term];
            }
        }

        return (indices, values);
    }

    private void Check(string path)
    {
        Dictionary<string, (TensorElementType Type, int[] Dimensions)> wanted = new(StringComparer.Ordinal);
        if (shape.SparseColumns > 0)
        {
            wanted[ModelInputs.Indices] = (TensorElementType.Int64, [-1, -1]);
            wanted[ModelInputs.Values] = (TensorElementType.Float, [-1, -1]);
        }

        if (shape.DenseColumns > 0)
        {
            wanted[ModelInputs.Dense] = (TensorElementType.Float, [-1, shape.DenseColumns]);
        }

        if (!session.InputMetadata.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(wanted.Keys))
        {
            throw new ModelFormatException(
                $"{path} takes {List(session.InputMetadata.Keys)}; a model of {shape.SparseColumns} sparse and {shape.DenseColumns} dense columns takes {List(wanted.Keys)}");
        }

        foreach (var (name, expected) in wanted)
        {
            CheckTensor(path, "input", name, session.InputMetadata[name], expected);
        }

        CheckTensor(
            path, "output", ModelInputs.Probabilities,
            session.OutputMetadata.GetValueOrDefault(ModelInputs.Probabilities) ?? throw new ModelFormatException($"{path} gives {List(session.OutputMetadata.Keys)}, not {ModelInputs.Probabilities}"),
            (TensorElementType.Float, [-1, shape.Labels]));
        Probe(path);
    }

    /// <summary>A row with the last sparse column: a table of fewer columns shows now and not in the middle of a run.</summary>
    private void Probe(string path)
    {
        FeatureMatrix row = new()
        {
            Sparse = shape.SparseColumns > 0 ? new CsrMatrix(1, shape.SparseColumns, [0, 1], [shape.SparseColumns - 1], [0]) : null,
            Dense = shape.DenseColumns > 0 ? new DenseMatrix(1, shape.DenseColumns, new float[shape.DenseColumns]) : null,
        };
        try
        {
            PredictProbabilities(row);
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or ModelFormatException)
        {
            throw new ModelFormatException($"{path} does not run with a row of {shape.SparseColumns} sparse and {shape.DenseColumns} dense columns: {failure.Message}", failure);
        }
    }

    private static void CheckTensor(string path, string kind, string name, NodeMetadata found, (TensorElementType Type, int[] Dimensions) expected)
    {
        if (!found.IsTensor || found.ElementDataType != expected.Type || !found.Dimensions.SequenceEqual(expected.Dimensions))
        {
            throw new ModelFormatException(
                $"{path}: {kind} {name} is {(found.IsTensor ? Describe(found.ElementDataType, found.Dimensions) : "no tensor")}; expected {Describe(expected.Type, expected.Dimensions)}");
        }
    }

    private static string Describe(TensorElementType type, int[] dimensions) =>
        $"{type} [{string.Join(", ", dimensions.Select(dimension => dimension < 0 ? "any" : dimension.ToString(CultureInfo.InvariantCulture)))}]";

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));
}

/// <summary>What a model takes and gives.</summary>
/// <param name="SparseColumns">Number of sparse columns; 0 where there are none.</param>
/// <param name="DenseColumns">Number of dense columns; 0 where there are none.</param>
/// <param name="Labels">Number of labels.</param>
public sealed record ModelShape(int SparseColumns, int DenseColumns, int Labels);
