namespace TextOps.Learning.Metrics;

/// <summary>
/// Percentile intervals of metrics (Efron, 1979): the rows are drawn anew with replacement, many times, and the interval covers the given part of the values that the metric
/// takes. Equal input and seed give equal intervals on every platform.
/// </summary>
public static class Bootstrap
{
    // ROC-AUC and average precision of many labels read every row once a label and sample, about 2 ns each: beyond this they would take longer than the training is worth.
    private const long MostRankedReads = 4_000_000_000;

    /// <summary>
    /// Intervals [low, high] by metric, of all metrics but those of single labels. ROC-AUC and average precision are left out where rows * labels * samples is above
    /// 4,000,000,000; a draw in which a metric is undefined counts for the others only.
    /// </summary>
    /// <param name="truth">Numbers of the true labels, <c>[rows]</c>.</param>
    /// <param name="probabilities">Probabilities <c>[rows, labels]</c>, row by row.</param>
    /// <param name="labels">Number of labels, at least 2.</param>
    /// <param name="samples">How many times rows are drawn; 0 gives no intervals.</param>
    /// <param name="confidence">The part that an interval covers, from 0 to 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="cancellationToken">Ends it between two draws.</param>
    /// <exception cref="ArgumentException">As <see cref="ClassificationMetrics.Compute"/>.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<double>> Intervals(
        ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int labels, int samples, double confidence, int seed, CancellationToken cancellationToken)
    {
        var ranked = labels == 2 || (double)truth.Length * labels * samples <= MostRankedReads;
        var rows = ScoredRows.Of(truth, probabilities, labels, ranked);
        var replicates = new BootstrapReplicates(rows, samples);
        var random = new RandomRows(seed);
        var drawn = new int[rows.Rows];
        for (var sample = 0; sample < samples; sample++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var draw = 0; draw < drawn.Length; draw++)
            {
                drawn[draw] = random.Next(drawn.Length);
            }

            replicates.Add(drawn);
        }

        return replicates.Intervals(confidence);
    }
}
