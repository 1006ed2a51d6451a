namespace TextOps.Learning.Metrics;

/// <summary>
/// Rows by falling score, for what depends on the order alone: the areas under the ROC and the precision-recall curve. Sorted once, it answers for any weights of the rows,
/// which is what makes a bootstrap of them cheap.
/// </summary>
public sealed class ScoreRanking
{
    // A row's number, shifted by two; bit 1: it is a positive; bit 0: it is the last of its score. One array read in order, so that only the weights are read at random.
    private readonly int[] entries;

    private ScoreRanking(int[] entries) => this.entries = entries;

    /// <summary>Ranks one column of scores <c>[rows, columns]</c>; positives are the rows whose true label is that column.</summary>
    /// <exception cref="ArgumentException">There are more rows than 2^29.</exception>
    public static ScoreRanking Of(ReadOnlySpan<int> truth, ReadOnlySpan<double> scores, int columns, int column)
    {
        if (truth.Length >= 1 << 29)
        {
            throw new ArgumentException($"{truth.Length} rows are more than can be ranked (2^29 - 1)", nameof(truth));
        }

        var (keys, rows) = (new double[truth.Length], new int[truth.Length]);
        for (var row = 0; row < rows.Length; row++)
        {
            keys[row] = -scores[(row * columns) + column];
            rows[row] = row;
        }

        Array.Sort(keys, rows);
        for (var rank = 0; rank < rows.Length; rank++)
        {
            var positive = truth[rows[rank]] == column ? 2 : 0;
            var last = rank + 1 == rows.Length || keys[rank + 1] != keys[rank] ? 1 : 0;
            rows[rank] = (rows[rank] << 2) | positive | last;
        }

        return new ScoreRanking(rows);
    }

    /// <summary>
    /// Area under the ROC curve (NaN without positives or without negatives) and average precision (the sum of precisions times the recall they add; 0 without positives),
    /// as scikit-learn's <c>roc_auc_score</c> and <c>average_precision_score</c>.
    /// </summary>
    /// <param name="weights">Weights of the rows; 1 each where empty.</param>
    public (double RocAuc, double AveragePrecision) Areas(ReadOnlySpan<double> weights = default)
    {
        var (truePositives, falsePositives, before, falseBefore, roc, precision) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        foreach (var entry in entries)
        {
            var weight = weights.IsEmpty ? 1 : weights[entry >> 2];
            if ((entry & 2) != 0)
            {
                truePositives += weight;
            }
            else
            {
                falsePositives += weight;
            }

            if ((entry & 1) != 0)
            {
                roc += (falsePositives - falseBefore) * (truePositives + before);
                if (truePositives > before)
                {
                    precision += (truePositives - before) * truePositives / (truePositives + falsePositives);
                }

                (before, falseBefore) = (truePositives, falsePositives);
            }
        }

        return (truePositives > 0 && falsePositives > 0 ? roc / 2 / truePositives / falsePositives : double.NaN, truePositives > 0 ? precision / truePositives : 0);
    }
}
