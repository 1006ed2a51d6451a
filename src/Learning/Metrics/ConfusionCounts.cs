namespace TextOps.Learning.Metrics;

/// <summary>
/// Rows, or their weights, by true and predicted label, and the metrics that need no more than these counts. Definitions are scikit-learn's with <c>zero_division=0</c>:
/// the precision of a label that was never predicted is 0, so is the recall of one that was never true.
/// </summary>
public sealed class ConfusionCounts
{
    private readonly double[] cells;
    private readonly double[] truths;
    private readonly double[] predictions;
    private double total;

    /// <summary>No rows yet, of <paramref name="labels"/> labels.</summary>
    public ConfusionCounts(int labels)
    {
        Labels = labels;
        cells = new double[(long)labels * labels];
        truths = new double[labels];
        predictions = new double[labels];
    }

    /// <summary>Number of labels.</summary>
    public int Labels { get; }

    /// <summary>Fraction of the weight whose label is right.</summary>
    public double Accuracy => Correct() / total;

    /// <summary>Mean recall of the labels that are true of a row.</summary>
    public double BalancedAccuracy
    {
        get
        {
            var (sum, present) = (0.0, 0);
            for (var label = 0; label < Labels; label++)
            {
                if (truths[label] > 0)
                {
                    sum += Recall(label);
                    present++;
                }
            }

            return sum / present;
        }
    }

    /// <summary>Matthews correlation coefficient of any number of labels (Gorodkin, 2004); 0 where truth or prediction is one label only.</summary>
    public double Mcc
    {
        get
        {
            var (agreement, truthSquares, predictionSquares) = (0.0, 0.0, 0.0);
            for (var label = 0; label < Labels; label++)
            {
                agreement += truths[label] * predictions[label];
                truthSquares += truths[label] * truths[label];
                predictionSquares += predictions[label] * predictions[label];
            }

            var spread = ((total * total) - truthSquares) * ((total * total) - predictionSquares);
            return spread > 0 ? ((Correct() * total) - agreement) / Math.Sqrt(spread) : 0;
        }
    }

    /// <summary>Counts rows: their true and predicted labels, and their weights (1 each where there are none).</summary>
    /// <exception cref="ArgumentException">The spans are not equally long.</exception>
    public static ConfusionCounts Of(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, int labels, ReadOnlySpan<double> weights = default)
    {
        if (predicted.Length != truth.Length || (weights.Length > 0 && weights.Length != truth.Length))
        {
            throw new ArgumentException($"{truth.Length} true labels, {predicted.Length} predicted ones and {weights.Length} weights are not of the same rows", nameof(predicted));
        }

        var counts = new ConfusionCounts(labels);
        for (var row = 0; row < truth.Length; row++)
        {
            counts.Add(truth[row], predicted[row], weights.Length > 0 ? weights[row] : 1);
        }

        return counts;
    }

    /// <summary>Weight of the rows of label <paramref name="truth"/> that were predicted as <paramref name="predicted"/>.</summary>
    public double Count(int truth, int predicted) => cells[(truth * Labels) + predicted];

    /// <summary>Weight of the rows of a label.</summary>
    public double Support(int label) => truths[label];

    /// <summary>Of the rows predicted as this label, the part that has it.</summary>
    public double Precision(int label) => Part(Count(label, label), predictions[label]);

    /// <summary>Of the rows that have this label, the part that was predicted so.</summary>
    public double Recall(int label) => Part(Count(label, label), truths[label]);

    /// <summary>Harmonic mean of precision and recall.</summary>
    public double F1(int label) => Part(2 * Count(label, label), truths[label] + predictions[label]);

    /// <summary>Mean of <paramref name="metric"/> over the labels that occur, true or predicted; over all of them with <paramref name="allLabels"/>.</summary>
    public double Macro(Func<int, double> metric, bool allLabels = false)
    {
        var (sum, occurring) = (0.0, 0);
        for (var label = 0; label < Labels; label++)
        {
            if (allLabels || truths[label] > 0 || predictions[label] > 0)
            {
                sum += metric(label);
                occurring++;
            }
        }

        return sum / occurring;
    }

    /// <summary>Mean of <paramref name="metric"/>, each label weighing as much as its rows.</summary>
    public double Weighted(Func<int, double> metric)
    {
        var sum = 0.0;
        for (var label = 0; label < Labels; label++)
        {
            sum += truths[label] > 0 ? truths[label] * metric(label) : 0;
        }

        return sum / total;
    }

    /// <summary>Adds a row.</summary>
    internal void Add(int truth, int predicted, double weight)
    {
        cells[(truth * Labels) + predicted] += weight;
        truths[truth] += weight;
        predictions[predicted] += weight;
        total += weight;
    }

    /// <summary>Forgets all rows.</summary>
    internal void Clear()
    {
        Array.Clear(cells);
        Array.Clear(truths);
        Array.Clear(predictions);
        total = 0;
    }

    private static double Part(double some, double all) => all > 0 ? some / all : 0;

    private double Correct()
    {
        var sum = 0.0;
        for (var label = 0; label < Labels; label++)
        {
            sum += Count(label, label);
        }

        return sum;
    }
}
