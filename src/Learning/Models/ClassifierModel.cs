using TextOps.Learning.Features;
using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Models;

/// <summary>A model as it is served, from text to probabilities: what a model folder's <c>featurizer.json</c> and <c>model.onnx</c> say. Safe for use by many threads at once.</summary>
public sealed class ClassifierModel : IDisposable
{
    /// <summary>The file of the trained graph.</summary>
    public const string FileName = "model.onnx";

    /// <summary>Rows whose features are in memory at once.</summary>
    private const int MaxRows = 2048;

    private readonly FeaturePipeline pipeline;
    private readonly OnnxClassifier classifier;

    private ClassifierModel(LoadedFeaturizer featurizer, OnnxClassifier classifier)
    {
        this.classifier = classifier;
        pipeline = featurizer.Pipeline;
        (Labels, TextField) = (featurizer.Labels, featurizer.TextField);
    }

    /// <summary>The labels, in the order of the probabilities.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Name of the field that held the text.</summary>
    public string TextField { get; }

    /// <summary>The blocks of features.</summary>
    public IReadOnlyList<PipelineBlock> Blocks => pipeline.Blocks;

    /// <summary>Loads a model folder, which is not trusted, and runs its graph once.</summary>
    /// <param name="folder">The folder of <c>featurizer.json</c> and <c>model.onnx</c>.</param>
    /// <param name="threads">Threads that work on one operator; at least 1.</param>
    /// <exception cref="ModelFormatException">A file is missing or damaged, or the two do not fit together; the message says what is wrong.</exception>
    public static ClassifierModel Load(string folder, int threads)
    {
        var featurizer = FeaturePipeline.Load(folder, threads);
        try
        {
            var shape = new ModelShape(Columns(sparse: true), Columns(sparse: false), featurizer.Labels.Count);
            return new ClassifierModel(featurizer, OnnxClassifier.Open(Path.GetFullPath(Path.Combine(folder, FileName)), shape, threads));
        }
        catch
        {
            featurizer.Pipeline.Dispose();
            throw;
        }

        int Columns(bool sparse) => featurizer.Pipeline.Blocks.Where(block => block.IsSparse == sparse).Sum(block => block.Columns);
    }

    /// <summary>Probabilities <c>[rows, labels]</c>, row by row.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two batches.</exception>
    public double[] PredictProbabilities(IReadOnlyList<TextRow> rows, CancellationToken cancellationToken)
    {
        var probabilities = new double[(long)rows.Count * Labels.Count];
        for (var row = 0; row < rows.Count; row += MaxRows)
        {
            var part = rows.Count <= MaxRows ? rows : [.. rows.Skip(row).Take(MaxRows)];
            classifier.PredictProbabilities(pipeline.Transform(part, cancellationToken), cancellationToken).CopyTo(probabilities, row * Labels.Count);
        }

        return probabilities;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        classifier.Dispose();
        pipeline.Dispose();
    }
}
