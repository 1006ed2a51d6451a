namespace TextOps.Learning.Metrics;

/// <summary>
/// Rows with all that metrics need of them: true label, predicted label, losses, and their ranking by the probability of each label. Made once, it gives the metrics under any
/// weights of the rows.
/// </summary>
internal sealed class ScoredRows
{
    private readonly int[] truth;
    private readonly double[] logLosses;
    private readonly double[] brierLosses;
    private readonly ScoreRanking[] rankings;

    private ScoredRows(int[] truth, int[] predicted, double[] logLosses, double[] brierLosses, ScoreRanking[] rankings, int labels) =>
        (this.truth, Predicted, this.logLosses, this.brierLosses, this.rankings, Labels) = (truth, predicted, logLosses, brierLosses, rankings, labels);

    /// <summary>Predicted labels: the first of the largest probabilities.</summary>
    public int[] Predicted { get; }

    /// <summary>Number of labels.</summary>
    public int Labels { get; }

    /// <summary>Number of rows.</summary>
    public int Rows => truth.Length;

    /// <summary>Reads truth <c>[rows]</c> and probabilities <c>[rows, labels]</c>.</summary>
    /// <param name="truth">Numbers of the true labels.</param>
    /// <param name="probabilities">Row by row.</param>
    /// <param name="labels">Number of labels, at least 2.</param>
    /// <param name="ranked">Whether ROC-AUC and average precision are wanted, which takes a sort a label.</param>
    /// <exception cref="ArgumentException">No rows, fewer than two labels, sizes that do not fit, a label that is out of range or a probability that is no number.</exception>
    public static ScoredRows Of(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int labels, bool ranked = true)
    {
        Check(truth, probabilities, labels);
        var predicted = new int[truth.Length];
        var (logLosses, brierLosses) = (new double[truth.Length], new double[truth.Length]);
        for (var row = 0; row < truth.Length; row++)
        {
            var values = probabilities.Slice(row * labels, labels);
            for (var label = 1; label < labels; label++)
            {
                predicted[row] = values[label] > values[predicted[row]] ? label : predicted[row];
            }

            logLosses[row] = ProbabilityLosses.Log(truth[row], values);
            brierLosses[row] = ProbabilityLosses.Brier(truth[row], values);
        }

        // The area of the first of two labels is that of the second, and its average precision is not asked for.
        var first = labels == 2 ? 1 : 0;
        var ranks = new ScoreRanking[ranked ? labels - first : 0];
        for (var index = 0; index < ranks.Length; index++)
        {
            ranks[index] = ScoreRanking.Of(truth, probabilities, labels, first + index);
        }

        return new ScoredRows(truth.ToArray(), predicted, logLosses, brierLosses, ranks, labels);
    }

    /// <summary>Counts the rows into <paramref name="counts"/>, which is cleared first.</summary>
    public void Count(ConfusionCounts counts, ReadOnlySpan<double> weights)
    {
        counts.Clear();
        for (var row = 0; row < truth.Length; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            if (weight > 0)
            {
                counts.Add(truth[row], Predicted[row], weight);
            }
        }
    }

    /// <summary>Mean log loss and mean Brier score.</summary>
    public (double Log, double Brier) Losses(ReadOnlySpan<double> weights)
    {
        var (log, brier, total) = (0.0, 0.0, 0.0);
        for (var row = 0; row < truth.Length; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            log += weight * logLosses[row];
            brier += weight * brierLosses[row];
            total += weight;
        }

        return (log / total, brier / total);
    }

    /// <summary>ROC-AUC and average precision: of the second label for two labels, else means over labels; NaN where undefined or not ranked.</summary>
    public (double RocAuc, double AveragePrecision) Areas(ReadOnlySpan<double> weights)
    {
        var (roc, precision) = (0.0, 0.0);
        foreach (var ranking in rankings)
        {
            var areas = ranking.Areas(weights);
            roc += areas.RocAuc;
            precision += areas.AveragePrecision;
        }

        return (roc / rankings.Length, precision / rankings.Length);
    }

    private static void Check(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int labels)
    {
        if (truth.IsEmpty || labels < 2)
        {
            throw new ArgumentException($"metrics need rows and at least two labels; there are {truth.Length} rows and {labels} labels", nameof(truth));
        }

        if (probabilities.Length != (long)truth.Length * labels)
        {
            throw new ArgumentException($"{probabilities.Length} probabilities are not those of {truth.Length} rows and {labels} labels", nameof(probabilities));
        }

        for (var row = 0; row < truth.Length; row++)
        {
            if ((uint)truth[row] >= (uint)labels)
            {
                throw new ArgumentException($"the true label of row {row} is {truth[row]}, but labels go from 0 to {labels - 1}", nameof(truth));
            }
        }

        for (var index = 0; index < probabilities.Length; index++)
        {
            if (!double.IsFinite(probabilities[index]))
            {
                throw new ArgumentException($"the probability of row {index / labels}, label {index % labels} is {probabilities[index]}", nameof(probabilities));
            }
        }
    }
}
