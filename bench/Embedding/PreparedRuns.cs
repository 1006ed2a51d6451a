using Microsoft.ML.OnnxRuntime;
using TextOps.Onnx;
using TextOps.Onnx.Embeddings;

namespace TextOps.Bench.Embedding;

/// <summary>ONNX Runtime alone: the tensors of all batches are made beforehand, and nobody reads what comes out.</summary>
internal sealed class PreparedRuns : IDisposable
{
    private readonly InferenceSession session;
    private readonly RunOptions options = new();
    private readonly string[] inputs;
    private readonly string[] outputs;
    private readonly OrtValue[][] values;
    private readonly long[] tokens;

    private PreparedRuns(InferenceSession session, Corpus corpus, int pad)
    {
        this.session = session;
        inputs = [.. session.InputMetadata.Keys];
        outputs = [session.OutputMetadata.Keys.First()];
        values = [.. corpus.Batches.Select(batch => inputs.Select(name => Tensor(name, batch, pad)).ToArray())];
        tokens = [.. corpus.Batches.Select(batch => batch.Tokens)];
    }

    public static PreparedRuns Of(string folder, Precision precision, int threads, Corpus corpus, int pad)
    {
        var graph = SentenceEmbedder.FilesOf(folder, new SentenceEmbedderOptions { Precision = precision }).Single(name => name.EndsWith(".onnx", StringComparison.Ordinal));
        using var threading = OnnxEnvironment.CreateSessionOptions(threads);
        return new PreparedRuns(OnnxEnvironment.OpenSession(Path.GetFullPath(Path.Combine(folder, graph)), threading), corpus, pad);
    }

    /// <summary>Runs a batch; answers the number of tokens.</summary>
    public long Run(int batch)
    {
        using var result = session.Run(options, inputs, values[batch], outputs);
        return tokens[batch];
    }

    public void Dispose()
    {
        Array.ForEach(values, batch => Array.ForEach(batch, value => value.Dispose()));
        options.Dispose();
        session.Dispose();
    }

    private static OrtValue Tensor(string name, CorpusBatch batch, int pad)
    {
        var cells = new long[batch.Ids.Length * batch.Width];
        for (var i = 0; i < cells.Length; i++)
        {
            var (text, position) = (batch.Ids[i / batch.Width], i % batch.Width);
            cells[i] = name switch
            {
                "input_ids" => position < text.Length ? text[position] : pad,
                "attention_mask" => position < text.Length ? 1 : 0,
                "position_ids" => position,
                _ => 0,
            };
        }

        return OrtValue.CreateTensorValueFromMemory(cells, [batch.Ids.Length, batch.Width]);
    }
}
