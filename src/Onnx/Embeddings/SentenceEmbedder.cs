using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using TextOps.Tokenizers;

namespace TextOps.Onnx.Embeddings;

/// <summary>
/// A sentence-transformers model in ONNX form, run as its own files say: <c>modules.json</c> (Transformer, Pooling, Normalize), <c>1_Pooling/config.json</c>,
/// <c>sentence_bert_config.json</c>, <c>config_sentence_transformers.json</c>, <c>config.json</c>, <c>tokenizer.json</c> and <c>onnx/model.onnx</c> or
/// <c>model.onnx</c>. Without <c>modules.json</c> it is a plain Hugging Face model, which sentence-transformers pools by the mean and does not normalise.
/// </summary>
public sealed class SentenceEmbedder : ISentenceEmbedder
{
    // Attention is fastest in batches that stay in the cache; a lookup costs so little per token that a longer run outweighs its start, until its
    // vectors leave the cache too (minilm-static-256, M tokens/s by budget: 512 11.8, 4,096 12.7, 16,384 7.8).
    private const int LookupBatchTokens = 4096;

    private readonly TokenGraph graph;
    private readonly TextEncoder encoder;
    private readonly Pooling pooling;
    private readonly bool normalize;
    private readonly string source;

    private SentenceEmbedder(ITokenizer tokenizer, ModelFolder folder, TokenGraph graph, TextEncoder encoder, string source)
    {
        (Tokenizer, this.graph, this.encoder, this.source) = (tokenizer, graph, encoder, source);
        (pooling, normalize, MaxTokens) = (folder.Pooling, folder.Normalize, folder.MaxTokens);
        Dimensions = Probe(folder);
    }

    /// <inheritdoc/>
    public ITokenizer Tokenizer { get; }

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public int MaxTokens { get; }

    /// <inheritdoc/>
    public int PreferredBatchTokens => graph.HasAttention ? TokenBudgetBatcher.DefaultBudget : LookupBatchTokens;

    /// <summary>Loads a model folder and runs it once.</summary>
    /// <exception cref="ModelFormatException">A file is missing, damaged, outside the folder or asks for something that is not implemented.</exception>
    /// <exception cref="DllNotFoundException">ONNX Runtime's native library is not beside the program.</exception>
    public static SentenceEmbedder Load(string folder, SentenceEmbedderOptions options) => Load(folder, options, HuggingFaceTokenizer.Load);

    /// <summary>
    /// The files of a model folder that <see cref="Load(string, SentenceEmbedderOptions)"/> reads with these options, weights outside the graph included:
    /// relative paths with forward slashes, sorted. Two folders whose files are equal give equal vectors.
    /// </summary>
    /// <exception cref="ModelFormatException">A file is missing, damaged, outside the folder or asks for something that is not implemented.</exception>
    public static IReadOnlyList<string> FilesOf(string folder, SentenceEmbedderOptions options)
    {
        var model = ModelFolder.Read(folder, options);
        return ModelGraphFile.Find(model, options.Precision).FilesWith(model);
    }

    /// <inheritdoc/>
    public EncodedText Encode(ReadOnlySpan<char> text) => encoder.Encode(text);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A text is longer than <see cref="MaxTokens"/>, an id is not the tokenizer's, or the vectors do not fit.</exception>
    /// <exception cref="InvalidOperationException">The graph gave a vector that is not finite.</exception>
    public void Embed(IReadOnlyList<int[]> batch, Span<float> vectors)
    {
        if (vectors.Length != batch.Count * Dimensions)
        {
            throw new ArgumentException($"{vectors.Length} floats cannot take {batch.Count} vectors of {Dimensions}", nameof(vectors));
        }

        var width = TokenBatch.WidthOf(batch, MaxTokens, Tokenizer.VocabularySize);
        if (width == 0)
        {
            vectors.Clear();
            return;
        }

        using var outputs = graph.Run(batch, types: null, width, Tokenizer.PadTokenId);
        var rows = width * Dimensions;
        for (var i = 0; i < batch.Count; i++)
        {
            var vector = vectors.Slice(i * Dimensions, Dimensions);
            Pool(outputs[0], i * rows, batch[i].Length * Dimensions, vector);
            if (!float.IsFinite(TensorPrimitives.Sum(vector)))
            {
                throw new InvalidOperationException($"{source} gave a vector that is not finite for text {i} of a batch of {batch.Count}");
            }

            if (normalize)
            {
                VectorPooling.Normalize(vector);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        encoder.Dispose();
        graph.Dispose();
    }

    /// <summary>Loads a folder with a tokenizer of the caller's.</summary>
    internal static SentenceEmbedder Load(string folder, SentenceEmbedderOptions options, Func<string, ITokenizer> loadTokenizer)
    {
        var model = ModelFolder.Read(folder, options);
        var tokenizer = model.LoadTokenizer(loadTokenizer);
        var file = ModelGraphFile.Find(model, options.Precision);
        var path = Path.Combine(model.Root, file.Path);
        var texts = new TextEncoder(tokenizer, model.Prompt, model.MaxTokens);
        TokenGraph? tokens = null;
        try
        {
            tokens = TokenGraph.Open(path, file.Operators, options.IntraOpThreads, TokenGraphOutput.Vectors);
            return new SentenceEmbedder(tokenizer, model, tokens, texts, path);
        }
        catch
        {
            tokens?.Dispose();
            texts.Dispose();
            throw;
        }
    }

    private void Pool(OrtValue output, int start, int length, Span<float> vector)
    {
        if (length == 0)
        {
            vector.Clear();
        }
        else if (graph.IsHalf)
        {
            var half = MemoryMarshal.Cast<Float16, Half>(output.GetTensorDataAsSpan<Float16>()).Slice(start, length);
            var floats = ArrayPool<float>.Shared.Rent(length);
            TensorPrimitives.ConvertToSingle(half, floats);
            VectorPooling.Pool(pooling, floats.AsSpan(0, length), vector);
            ArrayPool<float>.Shared.Return(floats);
        }
        else
        {
            VectorPooling.Pool(pooling, output.GetTensorDataAsSpan<float>().Slice(start, length), vector);
        }
    }

    /// <summary>
    /// Runs the graph once: with the tokenizer's last id, so that a vocabulary larger than the graph's shows now and not in the middle of a run, and with
    /// texts of two lengths, so that padding is tried too.
    /// </summary>
    private int Probe(ModelFolder folder)
    {
        try
        {
            int[][] batch = MaxTokens > 1 ? [[Tokenizer.VocabularySize - 1, 0], [0]] : [[Tokenizer.VocabularySize - 1]];
            using var outputs = graph.Run(batch, types: null, batch[0].Length, Tokenizer.PadTokenId);
            var shape = outputs[0].GetTensorTypeAndShape().Shape;
            if (shape is not [var texts, var tokens, var dimensions] || texts != batch.Length || tokens != batch[0].Length || dimensions is < 1 or > 1 << 20)
            {
                throw new ModelFormatException($"{source} gave [{string.Join(", ", shape)}] for {batch.Length} texts of {batch[0].Length} tokens");
            }

            return folder.Dimensions is not { } promised || promised.Length == dimensions
                ? (int)dimensions
                : throw new ModelFormatException($"{source} gives vectors of {dimensions}, but {promised.Source} says {promised.Length}");
        }
        catch (OnnxRuntimeException failure)
        {
            throw new ModelFormatException(
                $"{source} does not run with the ids of {folder.Tokenizer} (0 to {Tokenizer.VocabularySize - 1}): {failure.Message}", failure);
        }
    }
}
