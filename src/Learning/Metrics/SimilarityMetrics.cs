using TextOps.Crds.TrainingRuns;

namespace TextOps.Learning.Metrics;

/// <summary>How well the similarities that a model finds follow those that people gave: sentence-transformers' <c>EmbeddingSimilarityEvaluator</c>.</summary>
public static class SimilarityMetrics
{
    /// <summary>Computes both metrics; without two different numbers on each side they are undefined and left out.</summary>
    /// <param name="cosines">The model's similarity of each pair.</param>
    /// <param name="scores">The given similarity of each pair.</param>
    /// <exception cref="ArgumentException">There are not as many of both.</exception>
    public static IReadOnlyDictionary<string, double> Compute(ReadOnlySpan<double> cosines, ReadOnlySpan<double> scores)
    {
        if (cosines.Length != scores.Length)
        {
            throw new ArgumentException($"{cosines.Length} similarities are not those of {scores.Length} scores", nameof(cosines));
        }

        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        Add(MetricNames.CosineSpearman, Pearson(Ranks(cosines), Ranks(scores)));
        Add(MetricNames.CosinePearson, Pearson(cosines, scores));
        return metrics;

        void Add(string name, double value)
        {
            if (double.IsFinite(value))
            {
                metrics[name] = value;
            }
        }
    }

    /// <summary>Pearson's correlation; not finite where one side is constant.</summary>
    private static double Pearson(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var (meanLeft, meanRight) = (Mean(left), Mean(right));
        var (product, squaresLeft, squaresRight) = (0.0, 0.0, 0.0);
        for (var i = 0; i < left.Length; i++)
        {
            var (l, r) = (left[i] - meanLeft, right[i] - meanRight);
            product += l * r;
            squaresLeft += l * l;
            squaresRight += r * r;
        }

        return product / Math.Sqrt(squaresLeft * squaresRight);
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    /// <summary>Ranks from 0; equal numbers share their mean rank.</summary>
    private static double[] Ranks(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        var order = new int[sorted.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(sorted, order);
        var ranks = new double[sorted.Length];
        for (var start = 0; start < sorted.Length;)
        {
            var end = start + 1;
            while (end < sorted.Length && sorted[end] == sorted[start])
            {
                end++;
            }

            for (var i = start; i < end; i++)
            {
                ranks[order[i]] = (start + end - 1) / 2.0;
            }

            start = end;
        }

        return ranks;
    }
}
