using TextOps.Learning.Matrices;

namespace TextOps.Learning.Families;

/// <summary>Trains classifiers of one family with fixed parameters. Equal input and seed give a model of equal bytes, on any number of cores.</summary>
public interface IClassifierTrainer
{
    /// <summary>Whether it takes sparse columns.</summary>
    bool TakesSparse { get; }

    /// <summary>Trains a model.</summary>
    /// <param name="features">The rows.</param>
    /// <param name="labels">Number of each row's label, from 0 to <paramref name="labelCount"/> - 1; each occurs.</param>
    /// <exception cref="TrainingException">The rows cannot be learned from by this family, or it diverged.</exception>
    ITrainedClassifier Train(FeatureMatrix features, ReadOnlySpan<int> labels, int labelCount, int seed, CancellationToken cancellationToken);
}

/// <summary>A model that was trained.</summary>
public interface ITrainedClassifier
{
    /// <summary>Number of labels.</summary>
    int LabelCount { get; }

    /// <summary>Facts of the training, for example <c>iterations</c> and <c>loss</c>.</summary>
    IReadOnlyDictionary<string, double> Facts { get; }

    /// <summary>Probabilities <c>[rows, labels]</c>, row by row.</summary>
    double[] PredictProbabilities(FeatureMatrix features);

    /// <summary>
    /// The model as an ONNX graph, its outputs equal to <see cref="PredictProbabilities"/> within 1e-5. Inputs: where it has sparse columns <c>indices</c> int64 <c>[batch, terms]</c> and
    /// <c>values</c> float32 <c>[batch, terms]</c>, rows padded with index 0 and value 0; where it has dense ones <c>dense</c> float32 <c>[batch, columns]</c>. Output:
    /// <c>probabilities</c> float32 <c>[batch, labels]</c>. Equal models give equal bytes.
    /// </summary>
    byte[] ToOnnx();
}

/// <summary>A model could not be trained; the message says why and what to change.</summary>
public sealed class TrainingException(string message, Exception? inner = null) : Exception(message, inner);
