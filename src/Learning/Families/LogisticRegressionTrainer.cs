using System.Globalization;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families.Logistic;
using TextOps.Learning.Matrices;

namespace TextOps.Learning.Families;

/// <summary>
/// Logistic regression with scikit-learn's objective: C * sum of weighted log losses + half the squared weights, intercepts free; two classes have one row of weights (sigmoid), more have
/// one each (softmax). Minimised by L-BFGS over scaled columns. Ends where no component of the gradient divided by (C * sum of row weights) is larger than the tolerance, as scikit-learn
/// does, and the next step promises to lower the loss, divided likewise, by no more; or after the most iterations. One thread.
/// </summary>
public sealed class LogisticRegressionTrainer : IClassifierTrainer
{
    private readonly double inverseStrength;
    private readonly double tolerance;
    private readonly int maxIterations;
    private readonly ClassWeight classWeight;

    /// <summary>Makes a trainer.</summary>
    /// <exception cref="TrainingException">C is 0.</exception>
    public LogisticRegressionTrainer(LogisticRegression settings)
    {
        inverseStrength = double.Parse(settings.C, CultureInfo.InvariantCulture);
        tolerance = double.Parse(settings.Tol, CultureInfo.InvariantCulture);
        (maxIterations, classWeight) = (settings.MaxIter, settings.ClassWeight);
        if (!(inverseStrength > 0 && double.IsFinite(inverseStrength)))
        {
            throw new TrainingException($"logisticRegression.c ({settings.C}) must be larger than 0");
        }
    }

    /// <inheritdoc/>
    public bool TakesSparse => true;

    /// <inheritdoc/>
    public ITrainedClassifier Train(FeatureMatrix features, ReadOnlySpan<int> labels, int labelCount, int seed, CancellationToken cancellationToken) =>
        Train(features, labels, labelCount, [], cancellationToken);

    /// <summary>Trains with a weight per row; all 1 where there are none.</summary>
    internal LogisticModel Train(
        FeatureMatrix features, ReadOnlySpan<int> labels, int labelCount, ReadOnlySpan<double> rowWeights, CancellationToken cancellationToken)
    {
        Check(features, labels, labelCount);
        var weights = WeightsOf(labels, labelCount, rowWeights);
        var problem = new LogisticProblem(features, labels, labelCount, weights, inverseStrength);
        var minimizer = new LbfgsMinimizer(problem, tolerance * problem.TotalWeight, maxIterations);
        var outcome = minimizer.Minimize(cancellationToken);
        var facts = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["iterations"] = outcome.Iterations,
            ["loss"] = outcome.Loss,
            ["gradient"] = outcome.Gradient / problem.TotalWeight,
            ["converged"] = outcome.Converged ? 1 : 0,
        };
        return problem.ToModel(outcome.Parameters, facts);
    }

    private static void Check(FeatureMatrix features, ReadOnlySpan<int> labels, int labelCount)
    {
        if (features.Rows != labels.Length)
        {
            throw new ArgumentException($"{labels.Length} labels are not those of {features.Rows} rows", nameof(labels));
        }

        var seen = new bool[Math.Max(labelCount, 0)];
        foreach (var label in labels)
        {
            seen[label] = true;
        }

        if (labelCount < 2 || seen.AsSpan().Contains(false))
        {
            throw new TrainingException(
                $"logistic regression needs rows of at least two labels, and of each of them; of {labelCount} labels {seen.Count(there => there)} occur in {labels.Length} rows");
        }

        if (features.Dense is { } dense && Array.FindIndex(dense.Values, value => !float.IsFinite(value)) is >= 0 and var at)
        {
            throw new TrainingException(
                $"logistic regression cannot learn from row {at / dense.Columns}: its dense feature {at % dense.Columns} is {dense.Values[at]}; give finite numbers");
        }

        if (features.Sparse is { } sparse && Array.FindIndex(sparse.Values, value => !double.IsFinite(value)) is >= 0 and var bad)
        {
            throw new TrainingException(
                $"logistic regression cannot learn from its sparse feature {sparse.ColumnIndices[bad]}: a value is {sparse.Values[bad]}; give finite numbers");
        }
    }

    /// <summary>Row weights times class weights; balanced: sum of weights / (classes * sum of weights in the class).</summary>
    private double[] WeightsOf(ReadOnlySpan<int> labels, int labelCount, ReadOnlySpan<double> rowWeights)
    {
        var weights = new double[labels.Length];
        var (ofClass, sum) = (new double[labelCount], 0.0);
        for (var row = 0; row < weights.Length; row++)
        {
            weights[row] = rowWeights.IsEmpty ? 1 : rowWeights[row];
            ofClass[labels[row]] += weights[row];
            sum += weights[row];
        }

        if (classWeight == ClassWeight.Balanced)
        {
            for (var row = 0; row < weights.Length; row++)
            {
                weights[row] *= sum / (labelCount * ofClass[labels[row]]);
            }
        }

        return weights;
    }
}
