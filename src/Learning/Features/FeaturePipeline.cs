using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Matrices;
using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Features;

/// <summary>Makes features of rows, block by block, in training and serving alike. Safe for use by many threads at once.</summary>
public sealed class FeaturePipeline : IDisposable
{
    /// <summary>The file that <see cref="Save"/> writes.</summary>
    public const string FileName = "featurizer.json";

    /// <summary>The folder beside it that holds the files of encoders, a folder per block.</summary>
    public const string EncodersFolder = "encoders";

    private readonly IReadOnlyList<IDisposable> owned;

    internal FeaturePipeline(IReadOnlyList<PipelineBlock> blocks, IReadOnlyList<IDisposable> owned) => (Blocks, this.owned) = (blocks, owned);

    /// <summary>The blocks in their order.</summary>
    public IReadOnlyList<PipelineBlock> Blocks { get; }

    /// <summary>Learns blocks from training rows.</summary>
    /// <param name="encoders">
    /// By block, the model of each embedding block; it stays the caller's. A block without a model of its own takes <see cref="TextRow.Vector"/>; its encoder is needed by
    /// <see cref="Save"/> only, because the pipeline that is loaded computes vectors from texts.
    /// </param>
    /// <returns>The pipeline, and the training rows as each block sees them.</returns>
    /// <exception cref="TrainingException">A block cannot be learned from the rows.</exception>
    public static FittedPipeline Fit(
        IReadOnlyList<FeatureBlock> blocks, IReadOnlyList<TextRow> rows, IReadOnlyDictionary<string, PipelineEncoder> encoders, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            throw new TrainingException("there are no training rows to learn features from");
        }

        var fitted = new List<PipelineBlock>();
        var training = new Dictionary<string, FeatureMatrix>(StringComparer.Ordinal);
        foreach (var block in blocks)
        {
            var (learned, matrix) = Fit(block, rows, encoders.GetValueOrDefault(block.Name), cancellationToken);
            fitted.Add(learned);
            training.Add(block.Name, matrix);
        }

        return new FittedPipeline(new FeaturePipeline(fitted, []), training);
    }

    /// <summary>Loads what <see cref="Save"/> wrote. The folder is not trusted: encoders are loaded after their digests were compared.</summary>
    /// <param name="folder">The folder of <c>featurizer.json</c>.</param>
    /// <param name="threads">Batches that an encoder computes at once.</param>
    /// <exception cref="ModelFormatException">A file is missing, damaged, too large, or not what it should be; the message names file, field and value.</exception>
    public static LoadedFeaturizer Load(string folder, int threads) => FeaturizerReader.Read(folder, threads);

    /// <summary>Makes the features of one block.</summary>
    public FeatureMatrix Transform(string block, IReadOnlyList<TextRow> rows, CancellationToken cancellationToken) => BlockOf(block).Transform(rows, cancellationToken);

    /// <summary>Makes the features of all blocks: sparse ones side by side, then dense ones.</summary>
    public FeatureMatrix Transform(IReadOnlyList<TextRow> rows, CancellationToken cancellationToken) =>
        FeatureMatrix.Beside([.. Blocks.Select(block => block.Transform(rows, cancellationToken))]);

    /// <summary>A pipeline of some of the blocks, in the order of this one. It shares their encoders, so this one must outlive it.</summary>
    public FeaturePipeline Select(IReadOnlyList<string> blocks)
    {
        foreach (var block in blocks)
        {
            BlockOf(block);
        }

        return new FeaturePipeline([.. Blocks.Where(block => blocks.Contains(block.Name))], []);
    }

    /// <summary>Writes <c>featurizer.json</c> and the files of encoders into a folder, which is made where it is absent.</summary>
    /// <param name="textField">Name of the field that holds the text.</param>
    /// <param name="labels">The labels in the order of the model's outputs.</param>
    public void Save(string folder, string textField, IReadOnlyList<string> labels) => FeaturizerWriter.Write(this, folder, textField, labels);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var encoder in owned)
        {
            encoder.Dispose();
        }
    }

    private static (PipelineBlock Block, FeatureMatrix Training) Fit(
        FeatureBlock block, IReadOnlyList<TextRow> rows, PipelineEncoder? encoder, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (block.Tfidf is { } tfidf)
        {
            return TfidfBlock.Fit(block.Name, tfidf, rows, cancellationToken);
        }

        if (block.Numeric is { } numeric)
        {
            return NumericBlock.Fit(block.Name, numeric, rows);
        }

        if (block.Embedding is not { } embedding)
        {
            throw new ArgumentException($"feature block '{block.Name}' has no kind", nameof(block));
        }

        if (embedding.Model is not null && encoder is null)
        {
            throw new ArgumentException($"feature block '{block.Name}' has a model, but no encoder was given for it", nameof(encoder));
        }

        var takesVectors = embedding.Model is null;
        var dimensions = takesVectors ? EmbeddingBlock.LengthOf(rows, block.Name) : encoder!.Embedder.Dimensions;
        var learned = new EmbeddingBlock(block.Name, encoder, takesVectors, dimensions, Environment.ProcessorCount);
        return (learned, learned.Transform(rows, cancellationToken));
    }

    private PipelineBlock BlockOf(string name) =>
        Blocks.FirstOrDefault(block => block.Name == name)
        ?? throw new ArgumentException($"there is no feature block '{name}'; there are {string.Join(", ", Blocks.Select(block => block.Name))}", nameof(name));
}

/// <summary>A pipeline that was just learned.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Training">By block, the rows it was learned from.</param>
public sealed record FittedPipeline(FeaturePipeline Pipeline, IReadOnlyDictionary<string, FeatureMatrix> Training);

/// <summary>What <c>featurizer.json</c> holds.</summary>
/// <param name="Pipeline">Makes the model's features.</param>
/// <param name="TextField">Name of the field that holds the text.</param>
/// <param name="Labels">The labels in the order of the model's outputs.</param>
public sealed record LoadedFeaturizer(FeaturePipeline Pipeline, string TextField, IReadOnlyList<string> Labels);
