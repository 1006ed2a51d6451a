using System.Numerics.Tensors;
using TextOps.Learning.Matrices;

namespace TextOps.Learning.Families.Logistic;

/// <summary>
/// C * sum of weighted losses + half the squared weights, as a function of parameters: weights divided by the scales of their columns, <c>[column][class]</c>, sparse columns that occur
/// first, then dense ones, then the intercepts. Columns of like curvature make L-BFGS need fewer steps.
/// </summary>
internal sealed class LogisticProblem
{
    private readonly FeatureMatrix features;
    private readonly SparseColumns? sparse;
    private readonly DenseColumns? dense;
    private readonly LogisticLosses losses;
    private readonly int labelCount;
    private readonly int classes;
    private readonly int stride;
    private readonly int sparseLength;
    private readonly double[] penalty;
    private readonly double[] logits;
    private readonly double[] lineLogits;
    private readonly double[] residuals;
    private readonly double[] startIntercepts;
    private readonly double[] lineIntercepts;
    private readonly double interceptScale;

    /// <summary>Makes the problem.</summary>
    /// <param name="rowWeights">Weight of each row; not negative.</param>
    public LogisticProblem(FeatureMatrix features, ReadOnlySpan<int> labels, int labelCount, ReadOnlySpan<double> rowWeights, double inverseStrength)
    {
        (this.features, this.labelCount) = (features, labelCount);
        classes = labelCount == 2 ? 1 : labelCount;

        // Whole vectors of four: the last ones are of no class and stay 0.
        stride = classes == 1 ? 1 : (classes + 3) / 4 * 4;
        var (parameters, logitCount) = (((long)features.SparseColumns + features.DenseColumns + 1) * stride, (long)labels.Length * stride);
        if (Math.Max(parameters, logitCount) > Array.MaxLength)
        {
            throw new TrainingException(
                $"logistic regression of {labelCount} labels, {features.SparseColumns + features.DenseColumns} columns and {labels.Length} rows is too large ({Math.Max(parameters, logitCount)} numbers side by side, at most {Array.MaxLength}); set tfidf.maxFeatures, or train on fewer rows");
        }

        var weights = rowWeights.ToArray();
        TensorPrimitives.Multiply(weights, inverseStrength, weights);
        TotalWeight = FixedOrder.Sum(weights);

        // Without weights the best intercepts are those of the labels' parts; there the curvature of a row's loss is on average that of the columns' scales.
        var parts = PartsOf(labels, weights);
        var curvature = classes == 1 ? parts[0] * parts[1] : parts.Sum(part => part * (1 - part)) / classes;
        sparse = features.Sparse is { Values.Length: > 0 } some ? new SparseColumns(some, weights, curvature) : null;
        dense = features.Dense is { Columns: > 0 } numbers ? new DenseColumns(numbers, weights, curvature) : null;
        interceptScale = 1 / Math.Sqrt(curvature * TotalWeight);
        sparseLength = (sparse?.Kept.Length ?? 0) * stride;
        penalty = new double[sparseLength + (((dense?.Means.Length ?? 0) + 1) * stride)];
        Spread(sparse?.Scales ?? [], 0);
        Spread(dense?.Scales ?? [], sparseLength);
        (startIntercepts, lineIntercepts) = (BestIntercepts(parts), new double[stride]);

        losses = new LogisticLosses(labels.ToArray(), weights, stride);
        logits = new double[logitCount];
        (lineLogits, residuals) = (new double[logits.Length], new double[logits.Length]);
    }

    /// <summary>Number of parameters.</summary>
    public int Length => penalty.Length;

    /// <summary>C times the sum of row weights: what scikit-learn divides loss and gradient by.</summary>
    public double TotalWeight { get; }

    /// <summary>What half the square of each parameter counts.</summary>
    public ReadOnlySpan<double> Penalty => penalty;

    /// <summary>Goes to the first parameters and gives their loss.</summary>
    public double Start(Span<double> parameters)
    {
        parameters.Clear();
        startIntercepts.CopyTo(parameters[^stride..]);
        logits.AsSpan().Clear();
        AddProducts(parameters, logits);
        for (var pad = classes; pad < stride; pad++)
        {
            for (var at = pad; at < logits.Length; at += stride)
            {
                logits[at] = double.NegativeInfinity;
            }
        }

        lineLogits.AsSpan().Clear();
        return losses.At(0, logits, lineLogits, residuals).Value;
    }

    /// <summary>Prepares <see cref="Along"/> for a direction.</summary>
    public void Face(ReadOnlySpan<double> direction)
    {
        lineLogits.AsSpan().Clear();
        AddProducts(direction, lineLogits);
    }

    /// <summary>The sum of losses (without penalty) and its derivative at a step along the direction faced; <see cref="Gradient"/> then is that of this step.</summary>
    public (double Value, double Slope) Along(double step) => losses.At(step, logits, lineLogits, residuals);

    /// <summary>Makes the step along the direction that was tried last.</summary>
    public void Move(double step)
    {
        // Minus infinity stays what it is.
        FixedOrder.AddScaled(lineLogits, step, logits);
    }

    /// <summary>The gradient, penalty included, at the parameters moved to.</summary>
    public void Gradient(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        TensorPrimitives.Multiply(penalty, parameters, gradient);
        sparse?.AddTransposed(residuals, gradient[..sparseLength], stride);
        dense?.AddTransposed(residuals, gradient[sparseLength..^stride], stride);
        var intercepts = gradient[^stride..];
        if (stride == 1)
        {
            intercepts[0] = FixedOrder.Sum(residuals);
        }
        else
        {
            for (var row = 0; row < residuals.Length; row += stride)
            {
                TensorPrimitives.Add(intercepts, residuals.AsSpan(row, stride), intercepts);
            }
        }

        TensorPrimitives.Multiply(intercepts, interceptScale, intercepts);
    }

    /// <summary>The largest component of the gradient by weights and intercepts as the caller knows them, without scales.</summary>
    public double LargestUnscaled(ReadOnlySpan<double> gradient)
    {
        var largest = 0.0;
        var intercepts = gradient[^stride..];
        for (var at = 0; at < sparseLength; at += stride)
        {
            largest = Math.Max(largest, LargestOf(gradient.Slice(at, stride)) / sparse!.Scales[at / stride]);
        }

        for (var column = 0; column < (dense?.Means.Length ?? 0); column++)
        {
            for (var k = 0; k < stride; k++)
            {
                var value = (gradient[sparseLength + (column * stride) + k] / dense!.Scales[column]) + (dense.Means[column] * intercepts[k] / interceptScale);
                largest = Math.Max(largest, Math.Abs(value));
            }
        }

        return Math.Max(largest, LargestOf(intercepts) / interceptScale);
    }

    /// <summary>The model that parameters stand for.</summary>
    public LogisticModel ToModel(ReadOnlySpan<double> parameters, IReadOnlyDictionary<string, double> facts)
    {
        var sparseWeights = new double[features.SparseColumns * classes];
        for (var kept = 0; kept < (sparse?.Kept.Length ?? 0); kept++)
        {
            var target = sparseWeights.AsSpan(sparse!.Kept[kept] * classes, classes);
            TensorPrimitives.Multiply(parameters.Slice(kept * stride, classes), sparse.Scales[kept], target);
        }

        var intercepts = parameters.Slice(Length - stride, classes).ToArray();
        TensorPrimitives.Multiply(intercepts, interceptScale, intercepts);
        var denseWeights = new double[features.DenseColumns * classes];
        for (var column = 0; column < (dense?.Means.Length ?? 0); column++)
        {
            var target = denseWeights.AsSpan(column * classes, classes);
            TensorPrimitives.Multiply(parameters.Slice(sparseLength + (column * stride), classes), dense!.Scales[column], target);
            FixedOrder.AddScaled(target, -dense.Means[column], intercepts);
        }

        // Only differences of intercepts count: their sum is 0, as scikit-learn's is.
        if (classes > 1)
        {
            TensorPrimitives.Subtract(intercepts, FixedOrder.Sum(intercepts) / classes, intercepts);
        }

        return new LogisticModel(labelCount, features.SparseColumns, features.DenseColumns, sparseWeights, denseWeights, intercepts, facts);
    }

    private void AddProducts(ReadOnlySpan<double> parameters, Span<double> target)
    {
        sparse?.AddProducts(parameters[..sparseLength], target, stride);
        dense?.AddProducts(parameters[sparseLength..^stride], target, stride);
        var intercepts = lineIntercepts;
        TensorPrimitives.Multiply(parameters[^stride..], interceptScale, intercepts);
        if (stride == 1)
        {
            TensorPrimitives.Add(target, intercepts[0], target);
            return;
        }

        for (var row = 0; row < target.Length; row += stride)
        {
            var logit = target.Slice(row, stride);
            TensorPrimitives.Add(logit, intercepts, logit);
        }
    }

    private double[] PartsOf(ReadOnlySpan<int> labels, ReadOnlySpan<double> weights)
    {
        var parts = new double[labelCount];
        for (var row = 0; row < labels.Length; row++)
        {
            parts[labels[row]] += weights[row] / TotalWeight;
        }

        return parts;
    }

    private void Spread(double[] scales, int from)
    {
        for (var column = 0; column < scales.Length; column++)
        {
            penalty.AsSpan(from + (column * stride), stride).Fill(scales[column] * scales[column]);
        }
    }

    /// <summary>The best intercepts without weights, divided by their scale.</summary>
    private double[] BestIntercepts(double[] parts)
    {
        var intercepts = new double[stride];
        if (classes == 1)
        {
            intercepts[0] = Math.Log(parts[1] / parts[0]) / interceptScale;
            return intercepts;
        }

        var mean = parts.Average(Math.Log);
        for (var k = 0; k < classes; k++)
        {
            intercepts[k] = (Math.Log(parts[k]) - mean) / interceptScale;
        }

        return intercepts;
    }

    private static double LargestOf(ReadOnlySpan<double> values) => Math.Abs(values[TensorPrimitives.IndexOfMaxMagnitude(values)]);
}
