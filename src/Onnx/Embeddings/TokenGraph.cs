using System.Buffers;
using System.Numerics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace TextOps.Onnx.Embeddings;

/// <summary>An ONNX graph from token ids <c>[batch, tokens]</c> to what <see cref="TokenGraphOutput"/> says, in the form that Hugging Face exports.</summary>
internal sealed class TokenGraph : IDisposable
{
    private const string Ids = "input_ids";
    private const string Mask = "attention_mask";
    private const string Types = "token_type_ids";

    private const int LongRunTokens = 4096;

    /// <summary>Operators that treat every token alone, so that padding cannot change another token's vector.</summary>
    private static readonly string[] TokenWise = ["Gather", "Cast", "Mul", "Add", "Sub", "Div", "DequantizeLinear", "Identity", "Constant"];

    private readonly InferenceSession session;
    private readonly RunOptions shortRun = new();
    private readonly RunOptions longRun = new();
    private readonly string[] inputs;
    private readonly bool[] wide;
    private readonly string[] output;

    private TokenGraph(InferenceSession session, string[] inputs, string output, bool half)
    {
        this.session = session;
        this.inputs = inputs;
        this.output = [output];
        // Attention over one long text takes hundreds of megabytes, which the arena would keep for good.
        longRun.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
        wide = [.. inputs.Select(name => session.InputMetadata[name].ElementDataType == TensorElementType.Int64)];
        HasAttention = inputs.Contains(Mask);
        IsHalf = half;
    }

    /// <summary>Whether tokens see each other; without, the graph only looks vectors up.</summary>
    public bool HasAttention { get; }

    /// <summary>Whether the output is float16 instead of float32.</summary>
    public bool IsHalf { get; }

    /// <summary>Loads a graph.</summary>
    /// <param name="path">Absolute path of the ONNX file, whose references have been checked.</param>
    /// <exception cref="ModelFormatException">The graph is damaged or has other inputs and outputs.</exception>
    public static TokenGraph Open(string path, IReadOnlySet<string> operators, int threads, TokenGraphOutput wanted)
    {
        var loaded = Load(path, threads);
        try
        {
            var names = CheckInputs(loaded, path);
            if (!names.Contains(Mask) && operators.FirstOrDefault(name => !TokenWise.Contains(name)) is { } mixing)
            {
                throw new ModelFormatException($"{path} takes no {Mask}, yet its operator {mixing} may let padding change a text's vector; export it with {Mask}");
            }

            var (name, half) = CheckOutput(loaded, path, wanted);
            return new TokenGraph(loaded, names, name, half);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>Runs a batch, padded on the right to its longest text.</summary>
    /// <param name="types">Segment of each token, as long as its text's ids; null where all are of the first.</param>
    /// <param name="width">Tokens of the longest text, at least 1.</param>
    /// <returns>One value, of the shape that <see cref="TokenGraphOutput"/> names with <c>width</c> tokens; token vectors of padding are meaningless.</returns>
    /// <exception cref="OnnxRuntimeException">The graph failed, for example on an id that it does not know.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyList<int[]> batch, IReadOnlyList<int[]>? types, int width, int padTokenId)
    {
        var values = new OrtValue[inputs.Length];
        var narrowBuffers = new int[inputs.Length][];
        var wideBuffers = new long[inputs.Length][];
        long[] shape = [batch.Count, width];
        var size = batch.Count * width;
        try
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                values[i] = wide[i]
                    ? CreateInput(inputs[i], wideBuffers[i] = ArrayPool<long>.Shared.Rent(size), batch, types, shape, padTokenId)
                    : CreateInput(inputs[i], narrowBuffers[i] = ArrayPool<int>.Shared.Rent(size), batch, types, shape, padTokenId);
            }

            return session.Run(size > LongRunTokens ? longRun : shortRun, inputs, values, output);
        }
        finally
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                values[i]?.Dispose();
                Return(wideBuffers[i]);
                Return(narrowBuffers[i]);
            }
        }
    }

    public void Dispose()
    {
        shortRun.Dispose();
        longRun.Dispose();
        session.Dispose();
    }

    private static InferenceSession Load(string path, int threads)
    {
        try
        {
            using var options = OnnxEnvironment.CreateSessionOptions(threads);
            return OnnxEnvironment.OpenSession(path, options);
        }
        catch (OnnxRuntimeException failure)
        {
            throw new ModelFormatException($"{path} cannot be loaded: {failure.Message}", failure);
        }
    }

    private static OrtValue CreateInput<T>(string name, T[] buffer, IReadOnlyList<int[]> batch, IReadOnlyList<int[]>? types, long[] shape, int padTokenId)
        where T : unmanaged, IBinaryInteger<T>
    {
        var width = (int)shape[1];
        var cells = buffer.AsMemory(0, batch.Count * width);
        for (var row = 0; row < batch.Count; row++)
        {
            var ids = batch[row];
            var line = cells.Span.Slice(row * width, width);
            switch (name)
            {
                case Ids:
                    Fill(line, ids, T.CreateTruncating(padTokenId));
                    break;
                case Mask:
                    line[..ids.Length].Fill(T.One);
                    line[ids.Length..].Clear();
                    break;
                case "position_ids":
                    for (var i = 0; i < width; i++)
                    {
                        line[i] = T.CreateTruncating(i);
                    }

                    break;
                default:
                    Fill(line, types is null ? [] : types[row], T.Zero);
                    break;
            }
        }

        return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, cells, shape);
    }

    private static void Fill<T>(Span<T> line, int[] numbers, T rest)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            line[i] = T.CreateTruncating(numbers[i]);
        }

        line[numbers.Length..].Fill(rest);
    }

    private static string[] CheckInputs(InferenceSession session, string path)
    {
        foreach (var (name, input) in session.InputMetadata)
        {
            if (name is not (Ids or Mask or Types or "position_ids"))
            {
                throw new ModelFormatException($"{path} wants the input {name}; only {Ids}, {Mask}, {Types} and position_ids can be given");
            }

            if (!input.IsTensor || input.ElementDataType is not (TensorElementType.Int64 or TensorElementType.Int32) || input.Dimensions.Length != 2)
            {
                throw new ModelFormatException($"{path}: input {name} is {Describe(input)}; expected int64 or int32 [batch, tokens]");
            }
        }

        return session.InputMetadata.ContainsKey(Ids) ? [.. session.InputMetadata.Keys] : throw new ModelFormatException($"{path} has no input {Ids}");
    }

    private static (string Name, bool Half) CheckOutput(InferenceSession session, string path, TokenGraphOutput wanted)
    {
        var name = wanted.Names.FirstOrDefault(session.OutputMetadata.ContainsKey) ?? throw new ModelFormatException(
            $"{path} has no output {string.Join(" or ", wanted.Names)}, only {string.Join(", ", session.OutputMetadata.Keys)}; export it for {wanted.Task}");
        var metadata = session.OutputMetadata[name];
        return metadata.IsTensor && metadata.Dimensions.Length == wanted.Shape.Count && metadata.ElementDataType is TensorElementType.Float or TensorElementType.Float16
            ? (name, metadata.ElementDataType == TensorElementType.Float16)
            : throw new ModelFormatException($"{path}: output {name} is {Describe(metadata)}; expected float or float16 [{string.Join(", ", wanted.Shape)}]");
    }

    private static string Describe(NodeMetadata metadata) =>
        metadata.IsTensor ? $"{metadata.ElementDataType} of {metadata.Dimensions.Length} dimensions" : "no tensor";

    private static void Return<T>(T[]? buffer)
    {
        if (buffer is not null)
        {
            ArrayPool<T>.Shared.Return(buffer);
        }
    }
}
