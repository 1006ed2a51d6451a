using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using TextOps.Onnx.Embeddings;
using TextOps.Tokenizers;

namespace TextOps.Onnx.CrossEncoders;

/// <summary>
/// A cross-encoder in ONNX form: a sequence classifier with one label (Hugging Face's <c>…ForSequenceClassification</c>) that reads a query and a text at once and scores how well they fit.
/// Its folder holds <c>config.json</c>, <c>tokenizer.json</c>, possibly <c>tokenizer_config.json</c>, and <c>onnx/model.onnx</c> or <c>model.onnx</c>. Safe for use by many threads at once.
/// </summary>
public sealed class CrossEncoder : IDisposable
{
    private readonly HuggingFaceTokenizer tokenizer;
    private readonly TokenGraph graph;
    private readonly string source;
    private readonly ThreadLocal<PairEncoding> encodings = new(() => new PairEncoding());

    private CrossEncoder(HuggingFaceTokenizer tokenizer, ModelFolder folder, TokenGraph graph, string source)
    {
        (this.tokenizer, this.graph, this.source) = (tokenizer, graph, source);
        MaxTokens = folder.MaxTokens;
        Probe(folder);
    }

    /// <summary>The model's tokenizer.</summary>
    public ITokenizer Tokenizer => tokenizer;

    /// <summary>Longest input in tokens, both texts and special tokens included; longer ones are truncated by <see cref="Encode"/>.</summary>
    public int MaxTokens { get; }

    /// <summary>Loads a model folder and runs it once.</summary>
    /// <exception cref="ModelFormatException">
    /// A file is missing, damaged, outside the folder or asks for something that is not implemented; or the model does not give one score for each pair.
    /// </exception>
    /// <exception cref="DllNotFoundException">ONNX Runtime's native library is not beside the program.</exception>
    public static CrossEncoder Load(string folder, CrossEncoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var model = ModelFolder.Read(folder, options.ForFolder());
        var texts = model.LoadTokenizer(HuggingFaceTokenizer.Load);
        CheckTokenizer(texts, model);
        var file = ModelGraphFile.Find(model, options.Precision);
        var path = Path.Combine(model.Root, file.Path);
        var tokens = TokenGraph.Open(path, file.Operators, options.IntraOpThreads, TokenGraphOutput.Logits);
        try
        {
            return new CrossEncoder(texts, model, tokens, path);
        }
        catch
        {
            tokens.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The files of a model folder that <see cref="Load"/> reads with these options, weights outside the graph included: relative paths with forward slashes, sorted. Two folders whose files are
    /// equal give equal scores.
    /// </summary>
    /// <exception cref="ModelFormatException">A file is missing, damaged, outside the folder or asks for something that is not implemented.</exception>
    public static IReadOnlyList<string> FilesOf(string folder, CrossEncoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var model = ModelFolder.Read(folder, options.ForFolder());
        return ModelGraphFile.Find(model, options.Precision).FilesWith(model);
    }

    /// <summary>Whether <c>config.json</c> of a folder describes a sequence classifier that gives one score, without loading anything.</summary>
    /// <exception cref="ModelFormatException"><c>config.json</c> is damaged.</exception>
    public static bool IsDescribedBy(string folder)
    {
        var config = ModelJson.Read(Path.Combine(Path.GetFullPath(folder), "config.json"));
        return config is not null && (config.TextList("architectures").Any(name => name.EndsWith("ForSequenceClassification", StringComparison.Ordinal)) || config.Texts("id2label").Count == 1);
    }

    /// <summary>Encodes a query and a text for <see cref="Score"/>: the tokenizer's template for pairs, truncated to <see cref="MaxTokens"/> by Hugging Face's <c>longest_first</c>.</summary>
    public EncodedPair Encode(ReadOnlySpan<char> query, ReadOnlySpan<char> text)
    {
        var encoding = encodings.Value!;
        var truncated = tokenizer.EncodePair(query, text, MaxTokens, encoding);
        return new EncodedPair([.. encoding.Ids], [.. encoding.TypeIds], truncated);
    }

    /// <summary>Scores a batch in one run of the graph.</summary>
    /// <param name="batch">What <see cref="Encode"/> gave.</param>
    /// <param name="scores">Receives <c>[batch]</c>: the raw logits.</param>
    /// <exception cref="ArgumentException">A pair is longer than <see cref="MaxTokens"/> or empty, an id is not the tokenizer's, or the scores do not fit.</exception>
    /// <exception cref="InvalidOperationException">The graph gave a score that is not finite.</exception>
    public void Score(IReadOnlyList<EncodedPair> batch, Span<float> scores)
    {
        if (scores.Length != batch.Count)
        {
            throw new ArgumentException($"{scores.Length} floats cannot take {batch.Count} scores", nameof(scores));
        }

        var (ids, types) = (new int[batch.Count][], new int[batch.Count][]);
        for (var i = 0; i < ids.Length; i++)
        {
            (ids[i], types[i]) = (batch[i].Ids, batch[i].TypeIds);
            if (ids[i].Length == 0 || ids[i].Length != types[i].Length)
            {
                throw new ArgumentException($"pair {i} has {ids[i].Length} ids and {types[i].Length} segments; there must be as many of both, and at least one", nameof(batch));
            }
        }

        if (ids.Length == 0)
        {
            return;
        }

        var width = TokenBatch.WidthOf(ids, MaxTokens, tokenizer.VocabularySize);
        using var outputs = graph.Run(ids, types, width, tokenizer.PadTokenId);
        if (graph.IsHalf)
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<Float16, Half>(outputs[0].GetTensorDataAsSpan<Float16>()), scores);
        }
        else
        {
            outputs[0].GetTensorDataAsSpan<float>().CopyTo(scores);
        }

        if (scores.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
        {
            throw new InvalidOperationException($"{source} gave a score that is not finite in a batch of {batch.Count}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        encodings.Dispose();
        graph.Dispose();
    }

    private static void CheckTokenizer(HuggingFaceTokenizer tokenizer, ModelFolder folder)
    {
        if (tokenizer.PairSpecialTokenCount is not { } special)
        {
            throw new ModelFormatException($"{folder.Tokenizer}: post_processor.pair must have the texts A and B once each, in this order, for a cross-encoder");
        }

        if (folder.MaxTokens <= special)
        {
            throw new ModelFormatException($"maxTokens ({folder.MaxTokens}) leaves no room beside the tokenizer's {special} special tokens of a pair; raise it");
        }
    }

    /// <summary>
    /// Runs the graph once with two pairs of different length, one of which has the tokenizer's last id and every segment of its template: a table that is too small shows now and not in the
    /// middle of a run.
    /// </summary>
    private void Probe(ModelFolder folder)
    {
        var pair = Encode("a", "a");
        int[] shorter = [0];
        int[] longer = [.. pair.Ids[..^1], tokenizer.VocabularySize - 1];
        try
        {
            using var outputs = graph.Run([longer, shorter], [pair.TypeIds, [0]], longer.Length, tokenizer.PadTokenId);
            var shape = outputs[0].GetTensorTypeAndShape().Shape;
            if (shape is [2, > 1])
            {
                throw new ModelFormatException(
                    $"{source} gives {shape[1]} scores for each pair ({Labels(folder)}); a cross-encoder with one label is needed, classifiers of several labels are not implemented");
            }

            if (shape is not [2, 1])
            {
                throw new ModelFormatException($"{source} gave [{string.Join(", ", shape)}] for 2 pairs; expected [2, 1]");
            }
        }
        catch (OnnxRuntimeException failure)
        {
            throw new ModelFormatException(
                $"{source} does not run with the ids of {folder.Tokenizer} (0 to {tokenizer.VocabularySize - 1}) and its segments: {failure.Message}", failure);
        }
    }

    private static string Labels(ModelFolder folder)
    {
        var labels = ModelJson.Read(Path.Combine(folder.Root, folder.TransformerPath, "config.json"))?.Texts("id2label").Values.Take(10).ToArray() ?? [];
        return labels.Length == 0 ? "without names" : string.Join(", ", labels);
    }
}
