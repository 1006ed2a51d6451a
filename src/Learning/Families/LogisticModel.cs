using System.Numerics.Tensors;
using TextOps.Learning.Families.Logistic;
using TextOps.Learning.Matrices;
using TextOps.Learning.Models;

namespace TextOps.Learning.Families;

/// <summary>
/// A logistic regression: logits are intercepts plus features times weights; probabilities their softmax. With two labels there is one column, the logit of label 1, and probabilities are those
/// of its sigmoid.
/// </summary>
public sealed class LogisticModel : ITrainedClassifier
{
    internal LogisticModel(
        int labelCount, int sparseColumns, int denseColumns, double[] sparseWeights, double[] denseWeights, double[] intercepts, IReadOnlyDictionary<string, double> facts)
    {
        (LabelCount, SparseColumns, DenseColumns) = (labelCount, sparseColumns, denseColumns);
        (SparseWeights, DenseWeights, Intercepts, Facts) = (sparseWeights, denseWeights, intercepts, facts);
    }

    /// <inheritdoc/>
    public int LabelCount { get; }

    /// <summary>Columns of logits: 1 for two labels, else one a label.</summary>
    public int Classes => Intercepts.Length;

    /// <summary>Number of sparse columns it takes.</summary>
    public int SparseColumns { get; }

    /// <summary>Number of dense columns it takes.</summary>
    public int DenseColumns { get; }

    /// <summary>Weights of sparse columns, <c>[columns, classes]</c>.</summary>
    public double[] SparseWeights { get; }

    /// <summary>Weights of dense columns, <c>[columns, classes]</c>.</summary>
    public double[] DenseWeights { get; }

    /// <summary>The intercepts, <c>[classes]</c>.</summary>
    public double[] Intercepts { get; }

    /// <summary><c>iterations</c>, <c>loss</c> (penalty included), <c>gradient</c> (its largest component, divided by C times the sum of row weights), <c>converged</c> (1 or 0).</summary>
    public IReadOnlyDictionary<string, double> Facts { get; }

    /// <inheritdoc/>
    public double[] PredictProbabilities(FeatureMatrix features)
    {
        if (features.SparseColumns != SparseColumns || features.DenseColumns != DenseColumns)
        {
            throw new ArgumentException(
                $"features of {features.SparseColumns} sparse and {features.DenseColumns} dense columns are not the model's ({SparseColumns} and {DenseColumns})", nameof(features));
        }

        var probabilities = new double[features.Rows * LabelCount];
        for (var row = 0; row < features.Rows; row++)
        {
            var target = probabilities.AsSpan(row * LabelCount, LabelCount);
            var logits = target[^Classes..];
            Intercepts.CopyTo(logits);
            AddProducts(features, row, logits);
            if (Classes > 1)
            {
                TensorPrimitives.Subtract(logits, TensorPrimitives.Max<double>(logits), logits);
                FixedOrder.Exp(logits);
                TensorPrimitives.Divide(logits, FixedOrder.Sum(logits), logits);
                continue;
            }

            var power = Math.Exp(-Math.Abs(logits[0]));
            var (more, less) = (1 / (1 + power), power / (1 + power));
            (target[0], target[1]) = logits[0] > 0 ? (less, more) : (more, less);
        }

        return probabilities;
    }

    /// <inheritdoc/>
    public byte[] ToOnnx() => LinearGraph.Build(SparseColumns, DenseColumns, LabelCount, SparseWeights, DenseWeights, Intercepts);

    private void AddProducts(FeatureMatrix features, int row, Span<double> logits)
    {
        if (features.Sparse is { } sparse)
        {
            for (var i = sparse.RowStarts[row]; i < sparse.RowStarts[row + 1]; i++)
            {
                FixedOrder.AddScaled(SparseWeights.AsSpan(sparse.ColumnIndices[i] * Classes, Classes), sparse.Values[i], logits);
            }
        }

        if (features.Dense is { } dense)
        {
            var values = dense.Row(row);
            for (var column = 0; column < values.Length; column++)
            {
                FixedOrder.AddScaled(DenseWeights.AsSpan(column * Classes, Classes), values[column], logits);
            }
        }
    }
}
